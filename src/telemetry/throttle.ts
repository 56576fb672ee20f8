import type { Millis } from '../model.ts';

const pause: Millis = 60_000;
/** More than these at a time are no news of each but a crowd; what was told of longest ago gives way. */
const mostKeys = 1_000;

/**
 * Lets each of many things that strangers can make happen be told once a minute, so that whoever knocks at a port without
 * end does not fill the disk with lines about it. What goes untold is counted.
 */
export class Throttle {
  readonly #now: () => Millis;
  readonly #told = new Map<string, { at: Millis; untold: number }>();

  /** `now`: milliseconds of a clock that is never set, such as `performance.now`. */
  constructor(now: () => Millis) {
    this.#now = now;
  }

  /** Returns how many like it went untold before, or undefined where this one is not to be told either. */
  tell(key: string): number | undefined {
    const now = this.#now();
    const known = this.#told.get(key);
    if (known !== undefined && now - known.at < pause) {
      known.untold += 1;
      return undefined;
    }
    // Behind the others: the map is in the order in which things were told.
    this.#told.delete(key);
    this.#told.set(key, { at: now, untold: 0 });
    if (this.#told.size > mostKeys) this.#told.delete(this.#told.keys().next().value!);
    return known?.untold ?? 0;
  }
}
