import type { Episode, Transition } from './alert.ts';
import type { Millis, Position, Scalar } from './event.ts';
import type { Notification } from './notification.ts';

/**
 * One output of the analyser. Its key is its total order: the position of the record that caused it and its
 * place among that record's outputs; a replay after a crash produces the same outputs under the same keys.
 */
export type Output =
  | { kind: 'window'; window: WindowResult }
  | { kind: 'transition'; transition: Transition }
  | { kind: 'episode'; episode: Episode }
  | { kind: 'notification'; notification: Notification };

export type OutputKey = [position: Position, ordinal: number];

export type Measure =
  | { kind: 'count' }
  /** Events per second of window. */
  | { kind: 'rate' }
  | { kind: 'sum' | 'avg' | 'min' | 'max' | 'distinct'; field: string }
  | { kind: 'percentile'; field: string; percent: number }
  /** Share (0 to 1) of the window's events that match a KQL query. */
  | { kind: 'share'; query: string };

/** A window's final or present value for one group. `[start, end)`, event time. */
export interface WindowValue {
  group: string;
  start: Millis;
  end: Millis;
  /** The measure. `undefined`: there is nothing to measure (an average of no values). A count of nothing is 0. */
  value: number | undefined;
  /** Number of events in the window. */
  count: number;
  /** The measure is an estimate: there were too many values to keep each. */
  about?: true;
}

/** `metrics-logboom.windows-*`: the document of one recorded window. */
export interface WindowResult extends WindowValue {
  rule: string;
  measure: string;
  /** The group's fields and their values. */
  by: Record<string, Scalar>;
  /** Number of times that the document was written, where late events corrected it. */
  revision?: number;
  /** Number of events that came after the window had closed. */
  lateCount?: number;
}

/** What a reload does to the rules, by name. It is part of the answer to `POST /reload`. */
export interface RuleChanges {
  added: string[];
  /** They begin anew. */
  changed: string[];
  /** They continue, and only what is sent to people changes: severity, message, labels, notifiers. */
  told: string[];
  removed: string[];
  disabled: string[];
  /** Number of rules that continue as they are. */
  unchanged: number;
}
