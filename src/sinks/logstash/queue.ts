import type { Window } from './window.ts';

/** A window on its way, from when it was handed over until Logstash has it. */
export interface Errand {
  window: Window;
  /** Events of it that have an ACK. */
  acknowledged: number;
  /** It was sent, and its connection ended. */
  again: boolean;
  done: () => void;
  givenUp: (error: Error) => void;
}

/** Windows that wait for a connection, first come first served; those that have to be sent again come first. */
export class Queue {
  readonly #waiting: Errand[] = [];

  get length(): number {
    return this.#waiting.length;
  }

  add(errand: Errand): void {
    this.#waiting.push(errand);
  }

  take(): Errand | undefined {
    return this.#waiting.shift();
  }

  /** Puts back what a connection left behind, in its order. */
  putBack(errands: readonly Errand[]): void {
    this.#waiting.unshift(...errands);
  }

  clear(): Errand[] {
    return this.#waiting.splice(0);
  }
}
