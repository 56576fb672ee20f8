import type { Millis } from '../model.ts';

/** A trouble that goes on under the same name is told of again after this time. */
const reminder: Millis = 60_000;
/** A trouble that comes back sooner than this after it was last told of is the same one, flapping. */
const quiet: Millis = 10_000;

/**
 * Decides which of many failures in a row are worth a line in the log: the first, each longer pause, each other
 * reason, and one a minute. It keeps the log of a night's outage to what a person reads.
 */
export class Announcements {
  readonly #now: () => Millis;
  #open = false;
  #key = '';
  #step = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  #untold = 0;

  constructor(now: () => Millis) {
    this.#now = now;
  }

  /** Returns how many failures went untold before this one, or undefined where this one is not to be told either. */
  failed(key: string, step = 0): number | undefined {
    const since = this.#now() - this.#toldAt;
    const news = this.#open
      ? key !== this.#key || step > this.#step || since >= reminder
      : key !== this.#key || since >= quiet;
    if (!news) {
      this.#untold += 1;
      return undefined;
    }
    const untold = this.#untold;
    this.#tell(key, step);
    return untold;
  }

  #tell(key: string, step: number): void {
    this.#open = true;
    this.#key = key;
    this.#step = step;
    this.#toldAt = this.#now();
    this.#untold = 0;
  }

  /** Returns whether the end is worth telling: only where the beginning was told. */
  ended(): boolean {
    const told = this.#open;
    this.#open = false;
    return told;
  }
}
