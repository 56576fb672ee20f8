import type { Scalar } from './event.ts';
import type { Millis } from './time.ts';

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
}

/** `metrics-logboom.windows-*`: the document of one recorded window. */
export interface WindowResult extends WindowValue {
  rule: string;
  measure: string;
  /** The group's fields and their values. */
  by: Record<string, Scalar>;
}
