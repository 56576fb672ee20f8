import type { Window } from './window.ts';

/** A window from when it was passed to `deliver` until Logstash has acknowledged it. */
export interface QueuedWindow {
  window: Window;
  /** Number of its events that are acknowledged. */
  acknowledged: number;
  /** It was sent before, and its connection ended. */
  again: boolean;
  done: () => void;
  givenUp: (error: Error) => void;
}

/** Windows that wait for a connection, in the order of arrival; those that have to be sent again come first. */
export class Queue {
  readonly #waiting: QueuedWindow[] = [];

  get length(): number {
    return this.#waiting.length;
  }

  add(window: QueuedWindow): void {
    this.#waiting.push(window);
  }

  take(): QueuedWindow | undefined {
    return this.#waiting.shift();
  }

  /** Puts back what a connection did not get acknowledged, in its order. */
  putBack(windows: readonly QueuedWindow[]): void {
    this.#waiting.unshift(...windows);
  }

  clear(): QueuedWindow[] {
    return this.#waiting.splice(0);
  }
}
