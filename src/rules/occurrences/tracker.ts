import type { Millis } from '../../model.ts';
import type { Snapshot } from '../../util/snapshot.ts';

/** Something that happened to a group at a moment: a value changed, a new one came. */
export interface Strike {
  group: string;
  time: Millis;
  value: string;
  /** The value before. */
  from?: string;
}

/** What became of an event. A strike that shows at once is certain, though its moment may turn out to be earlier. */
export type Tracked = { outcome: 'added' | 'late' | 'overflow'; strike?: Strike };

/** What `settle` tells. */
export interface Settled {
  strike(strike: Strike): void;
  /** All about the group before that time is told. */
  group(name: string, through: Millis): void;
  /** All about everyone before that time is told. */
  passed(through: Millis): void;
}

/**
 * Follows values over time. Events may come in any order within the lateness, so what happened is only settled when no
 * earlier event can come any more, one hop of time after the other.
 */
export interface Tracker {
  add(time: Millis, group: string, value: string): Tracked;
  settle(through: Millis, told: Settled): void;
  readonly waiting: boolean;
  has(group: string): boolean;
  snapshot(): Snapshot<unknown>;
  restore(snapshot: Snapshot<unknown>): void;
}
