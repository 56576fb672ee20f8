import type { Millis } from '../../model.ts';

/**
 * A bound of the earliest of times that come and go. Those that come lower it; which are left is looked up only when the
 * earliest itself is asked for.
 */
export class Earliest {
  bound: Millis = Number.POSITIVE_INFINITY;

  note(time: Millis): void {
    if (time < this.bound) this.bound = time;
  }

  /** The earliest of those that are left. */
  of(times: Iterable<Millis>): Millis {
    let earliest = Number.POSITIVE_INFINITY;
    for (const time of times) if (time < earliest) earliest = time;
    this.bound = earliest;
    return earliest;
  }
}
