import type { Millis } from '../model.ts';

/** A failure that goes on for the same reason is logged again after this time. */
const repeatAfter: Millis = 60_000;
/** A failure that returns sooner than this after it was last logged is the same failure, and is not logged again. */
const sameWithin: Millis = 10_000;

/**
 * Decides which of many failures in a row are logged: the first, each one with a longer pause or another reason, and one a minute. So
 * the log of a long outage stays short. What is not logged is counted.
 */
export class FailureLog {
  readonly #now: () => Millis;
  #open = false;
  #key = '';
  #step = 0;
  #loggedAt = Number.NEGATIVE_INFINITY;
  #suppressed = 0;

  constructor(now: () => Millis) {
    this.#now = now;
  }

  /** Returns how many failures before this one were not logged, or undefined where this one is not logged either. */
  failed(key: string, step = 0): number | undefined {
    const since = this.#now() - this.#loggedAt;
    const news = this.#open
      ? key !== this.#key || step > this.#step || since >= repeatAfter
      : key !== this.#key || since >= sameWithin;
    if (!news) {
      this.#suppressed += 1;
      return undefined;
    }
    const suppressed = this.#suppressed;
    this.#logged(key, step);
    return suppressed;
  }

  #logged(key: string, step: number): void {
    this.#open = true;
    this.#key = key;
    this.#step = step;
    this.#loggedAt = this.#now();
    this.#suppressed = 0;
  }

  /** Returns whether the end is to be logged: only where the beginning was. */
  ended(): boolean {
    const wasOpen = this.#open;
    this.#open = false;
    return wasOpen;
  }
}

const minute: Millis = 60_000;
/** Names that are remembered at once; beyond that the one whose minute began first is forgotten. */
const mostKeys = 1_000;

interface Logged {
  since: Millis;
  count: number;
  suppressed: number;
}

/**
 * Limits log lines about what peers can cause without end (connections of an unauthenticated peer, documents that an index refuses) to
 * so many a minute for each name, so that they do not fill the disk. What is not logged is counted.
 */
export class Throttle {
  readonly #now: () => Millis;
  readonly #aMinute: number;
  readonly #logged = new Map<string, Logged>();

  /** `now`: milliseconds, preferably of a monotonic clock. `aMinute`: log lines a minute for each name. */
  constructor(now: () => Millis, aMinute: number) {
    this.#now = now;
    this.#aMinute = aMinute;
  }

  /** Returns how many under that name were not logged before, or undefined where this one is not logged either. */
  allow(name: string): number | undefined {
    const now = this.#now();
    const known = this.#logged.get(name);
    if (known !== undefined && now - known.since < minute) {
      if (known.count >= this.#aMinute) known.suppressed += 1;
      else known.count += 1;
      return known.suppressed > 0 ? undefined : 0;
    }
    // Inserted last: the map is in the order in which the minutes began.
    this.#logged.delete(name);
    this.#logged.set(name, { since: now, count: 1, suppressed: 0 });
    if (this.#logged.size > mostKeys) this.#logged.delete(this.#logged.keys().next().value!);
    return known?.suppressed ?? 0;
  }
}
