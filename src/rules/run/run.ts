import type { DiscoverConfig } from '../../config/schema/kibana.ts';
import type { CommonSettings } from '../../config/schema/rule-settings.ts';
import type { LogEvent, Millis, Output } from '../../model.ts';
import type { Snapshot } from '../../util/snapshot.ts';
import type { Budget } from '../../windows/options.ts';
import type { CompiledRule } from '../compile.ts';
import type { CorrectionSettings } from '../correction/settings.ts';
import type { Key } from '../kql/keys.ts';
import type { AlertBook } from './alert-book.ts';
import type { KeptByBook } from './alert-book-parts.ts';
import type { Observer } from './observer.ts';

/** What all rules together may keep in memory. */
export interface RuleLimits {
  groups: Budget;
  /** Values that rules of the kind `new-term` remember. */
  values: Budget;
}

/** What a run is made of. */
export interface RunParts<Config> {
  config: Config;
  rule: CompiledRule;
  /** Where links in alerts lead. */
  kibana: DiscoverConfig | undefined;
  observer: Observer | undefined;
  /** Undefined: late events are not counted. */
  correction?: CorrectionSettings | undefined;
  /** Undefined: the limits of the rule alone apply. */
  limits?: RuleLimits | undefined;
}

/** A time in which the server was down, in event time. */
export interface DowntimeSpan {
  from: Millis;
  to: Millis;
  /** When the senders, which back off, have had time to return. */
  until: Millis;
}

/** What is kept in memory for groups. `maxGroups` bounds it. */
export interface Kept extends KeptByBook {
  groups: number;
  /** Number of events of groups beyond the limits, which were counted as `_other` or not at all. */
  overflowed: number;
}

/**
 * One rule, counting and judging. Whatever the kind, events are added one by one in journal order, event time advances,
 * and both append to the outputs. A run reads no clock: the same events and times give the same outputs.
 */
export interface Run {
  readonly name: string;
  /** Changes with every setting that the state depends on. State of one fingerprint is of no use to another. */
  readonly fingerprint: string;
  /** Field values that an event must have for `add` to do anything. See `keysOf`. Undefined: the run takes every event. */
  readonly keys?: readonly (readonly Key[])[];
  /** The alerts of the rule. */
  readonly book: AlertBook;
  /** Number of events that came too late to be counted. */
  readonly late: number;
  /** Number of events that came late and were counted all the same. */
  readonly corrected?: number;
  /** Number of groups whose late events wait to be counted. */
  readonly lateGroups?: number;
  /** Number of windows that were judged when they were over. */
  readonly closed: number;
  /** Whether the passing of time alone can still change something. */
  readonly waiting: boolean;
  readonly openAlerts: number;
  /** The event time before which `advance` does nothing. */
  readonly due: Millis;
  readonly kept: Kept;
  /** `inOrder`: no earlier event that matters is still to come. Otherwise no alert is raised early. */
  add(event: LogEvent, outputs: Output[], inOrder: boolean): void;
  /** Event time is `now`, before the rule's lateness is taken off. */
  advance(now: Millis, outputs: Output[]): void;
  /** The server was down, so that the absence of earlier events proves nothing. */
  resume?(downtime: DowntimeSpan): void;
  /** A record comes that was received at that time. Its events have not been added yet. */
  recordReceived?(receivedAt: Millis, outputs: Output[]): void;
  /** Events of windows that are closed are not the rule's. */
  forgetPast?(): void;
  /** The rule is removed or changed. The run is not usable after that. */
  release?(): void;
  snapshot(): Snapshot<unknown>;
  /** Continues exactly from a snapshot of a run with the same fingerprint. */
  restore(snapshot: Snapshot<unknown>): void;
}

/** Settings that only say how an alert is reported. The state of a rule does not depend on them. */
const reporting = new Set([
  ...['description', 'enabled', 'late', 'severity', 'message', 'recoveryMessage', 'labels', 'runbook'],
  ...['notify', 'recipients'],
]);

/** Everything about a rule that its state depends on, as text. Checkpoints have it, so it must stay the same. */
export function fingerprintOf(config: CommonSettings): string {
  return JSON.stringify(Object.entries(config).filter(([setting]) => !reporting.has(setting)));
}
