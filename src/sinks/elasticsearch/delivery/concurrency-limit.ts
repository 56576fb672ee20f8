/**
 * Limits how many requests are in flight. The bound adapts by AIMD, as in TCP: an overloaded server halves it at once, and each
 * success adds 1/bound, so that it grows by one after as many successes as there are slots. It is never below 1 nor above `most`.
 */
export class ConcurrencyLimit {
  readonly #most: number;
  readonly #waiting: Array<() => void> = [];
  #bound: number;
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
    this.#bound = most;
  }

  get bound(): number {
    return Math.max(1, Math.floor(this.#bound));
  }

  get inUse(): number {
    return this.#taken;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves in the order of the calls, with the function that releases the slot. To call it twice is harmless. */
  async acquire(): Promise<() => void> {
    if (this.#taken < this.bound) this.#taken += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#taken -= 1;
      this.#admit();
    };
  }

  succeeded(): void {
    this.#bound = Math.min(this.#most, this.#bound + 1 / this.#bound);
    this.#admit();
  }

  overloaded(): void {
    this.#bound = Math.max(1, this.#bound / 2);
  }

  /** Admits every waiting call, for the sink is closed and each of them has to see that. */
  removeBound(): void {
    this.#bound = Number.POSITIVE_INFINITY;
    this.#admit();
  }

  #admit(): void {
    while (this.#taken < this.bound) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#taken += 1;
      next();
    }
  }
}
