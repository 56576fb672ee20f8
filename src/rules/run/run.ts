import type { LogEvent, Millis, Output } from '../../model.ts';
import type { Key } from '../kql/keys.ts';
import type { AlertBook } from './alert-book.ts';

/** What is kept in memory for groups, to be bounded by `maxGroups`. */
export interface Kept {
  groups: number;
  states: number;
  fields: number;
  samples: number;
}

/**
 * One rule at work. The engine knows nothing else of rules: whatever the kind, events go in one by one, event time
 * moves on, and what follows from both is put out. A run reads no clock and depends on nothing else.
 */
export interface Run {
  readonly name: string;
  /** Changes with the rule: state of another fingerprint is state of another rule. */
  readonly fingerprint: string;
  /** What events must fulfil for `add` to do anything (see `keysOf`); without it the run sees every event. */
  readonly keys?: readonly (readonly Key[])[];
  /** The alerts of the rule. */
  readonly book: AlertBook;
  /** Number of events that came too late to be counted. */
  readonly late: number;
  /** Number of windows that were looked at when they were over. */
  readonly closed: number;
  /** Whether the passing of time alone can still change something. */
  readonly waiting: boolean;
  readonly openAlerts: number;
  /** The event time before which `advance` finds nothing to do. */
  readonly due: Millis;
  readonly kept: Kept;
  /** `settled`: nothing is to be told early otherwise, for earlier events that matter are still to come. */
  add(event: LogEvent, outputs: Output[], settled: boolean): void;
  /** Event time has come to `now`, before the rule's lateness. */
  advance(now: Millis, outputs: Output[]): void;
  /** Nobody listened until event time came to `now`: silence before proves nothing. */
  resume?(now: Millis): void;
  snapshot(): unknown;
  /** Goes on exactly from a snapshot of a run with the same fingerprint. */
  restore(snapshot: unknown): void;
}
