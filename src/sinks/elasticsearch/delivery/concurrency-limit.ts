/**
 * Bounds how many requests are under way. The bound adapts: an overloaded server halves it at once, each success
 * adds a fraction, so that it is back by one after as many successes as there were slots (AIMD, as in TCP).
 */
export class Slots {
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

  get taken(): number {
    return this.#taken;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves, first come first served, with the function that gives the slot back. */
  async take(): Promise<() => void> {
    if (this.#taken < this.bound) this.#taken += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let given = false;
    return () => {
      if (given) return;
      given = true;
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

  /** Lets everyone through who waits; they find the sink closed. */
  open(): void {
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
