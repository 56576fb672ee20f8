import type { Millis } from '../../model.ts';
import type { Snapshot } from '../../util/snapshot.ts';

/** Something that happened to a group at a moment: a value changed, a new value came. */
export interface Occurrence {
  group: string;
  time: Millis;
  value: string;
  /** The value before. */
  from?: string;
}

/** What became of an event. An occurrence that shows at once is certain, though it may turn out to be earlier. */
export type Tracked = { outcome: 'added' | 'late' | 'overflow'; occurrence?: Occurrence };

/** Receives what `Tracker.complete` finds, in order of time. */
export interface Receiver {
  occurrence(occurrence: Occurrence): void;
  /** All occurrences of the group before that time were handed over. */
  group(name: string, through: Millis): void;
  /** All occurrences of all groups before that time were handed over. */
  passed(through: Millis): void;
}

/**
 * Remembers values of fields in order of event time. Events may come in any order within the lateness, so occurrences
 * become final only when no earlier event can come any more, one hop of event time after the other.
 */
export interface Tracker {
  add(time: Millis, group: string, value: string): Tracked;
  /** No event before `through` will come any more. */
  complete(through: Millis, receiver: Receiver): void;
  readonly waiting: boolean;
  has(group: string): boolean;
  snapshot(): Snapshot<unknown>;
  restore(snapshot: Snapshot<unknown>): void;
}
