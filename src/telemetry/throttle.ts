import type { Millis } from '../model.ts';

const minute: Millis = 60_000;
const aMinute = 10;
/** More strangers than these at a time are a crowd; whoever was told of longest ago gives way. */
const mostKeys = 1_000;

interface Told {
  since: Millis;
  count: number;
  untold: number;
}

/**
 * Lets what strangers can make happen be told ten times a minute for each of them, so that whoever knocks at a port without
 * end does not fill the disk with lines about it. What goes untold is counted.
 */
export class Throttle {
  readonly #now: () => Millis;
  readonly #told = new Map<string, Told>();

  /** `now`: milliseconds of a clock that is never set, such as `performance.now`. */
  constructor(now: () => Millis) {
    this.#now = now;
  }

  /** Returns how many of this stranger went untold before, or undefined where this one is not to be told either. */
  tell(stranger: string): number | undefined {
    const now = this.#now();
    const known = this.#told.get(stranger);
    if (known !== undefined && now - known.since < minute) {
      if (known.count >= aMinute) known.untold += 1;
      else known.count += 1;
      return known.untold > 0 ? undefined : 0;
    }
    // Behind the others: the map is in the order in which minutes began.
    this.#told.delete(stranger);
    this.#told.set(stranger, { since: now, count: 1, untold: 0 });
    if (this.#told.size > mostKeys) this.#told.delete(this.#told.keys().next().value!);
    return known?.untold ?? 0;
  }
}
