import type { Millis } from '../model.ts';

const minute: Millis = 60_000;
/** More than these at a time are a crowd; what was told of longest ago gives way. */
const mostKeys = 1_000;

interface Told {
  since: Millis;
  count: number;
  untold: number;
}

/**
 * Lets what others can make happen without end (strangers at a port, documents that an index refuses) be told so many times a
 * minute for each of them, so that it does not fill the disk with lines about it. What goes untold is counted.
 */
export class Throttle {
  readonly #now: () => Millis;
  readonly #aMinute: number;
  readonly #told = new Map<string, Told>();

  /** `now`: milliseconds, best of a clock that is never set. `aMinute`: how often each name is told in a minute. */
  constructor(now: () => Millis, aMinute: number) {
    this.#now = now;
    this.#aMinute = aMinute;
  }

  /** Returns how many under that name went untold before, or undefined where this one is not to be told either. */
  tell(name: string): number | undefined {
    const now = this.#now();
    const known = this.#told.get(name);
    if (known !== undefined && now - known.since < minute) {
      if (known.count >= this.#aMinute) known.untold += 1;
      else known.count += 1;
      return known.untold > 0 ? undefined : 0;
    }
    // Behind the others: the map is in the order in which minutes began.
    this.#told.delete(name);
    this.#told.set(name, { since: now, count: 1, untold: 0 });
    if (this.#told.size > mostKeys) this.#told.delete(this.#told.keys().next().value!);
    return known?.untold ?? 0;
  }
}
