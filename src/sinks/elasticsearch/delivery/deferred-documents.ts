import type { Millis } from '../../../model.ts';

/**
 * Documents that wait although the server answers: their index is read-only, red or overloaded, or a right is
 * missing. Each holder (one bulk on its way) says how many it has at present.
 */
export class PutOff {
  readonly #now: () => Millis;
  readonly #tell: (count: number) => void;
  readonly #held = new Map<object, number>();
  #reason: string | undefined;
  #since: Millis | undefined;

  constructor(now: () => Millis, tell: (count: number) => void) {
    this.#now = now;
    this.#tell = tell;
  }

  get count(): number {
    return [...this.#held.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Why the latest were put off. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Since when there have been any, without a break. */
  get since(): Millis | undefined {
    return this.#since;
  }

  hold(holder: object, count: number, reason: string): void {
    this.#held.set(holder, count);
    this.#reason = reason;
    this.#since ??= this.#now();
    this.#tell(this.count);
  }

  release(holder: object): void {
    if (!this.#held.delete(holder)) return;
    if (this.#held.size === 0) {
      this.#reason = undefined;
      this.#since = undefined;
    }
    this.#tell(this.count);
  }
}
