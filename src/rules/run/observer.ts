import type { AlertState, Decision, LogEvent, Millis, Observation } from '../../model.ts';
import type { SeenEvent } from '../../sources/source.ts';
import type { Amount } from '../../windows/aggregates/aggregate.ts';
import type { StateRule } from '../compile.ts';
import type { Judgement } from '../judge.ts';

/** An observation, with its decision. */
export interface ObservedDecision {
  rule: StateRule;
  group: string;
  observation: Observation;
  /** The judgement after the active hours are taken into account. */
  judgement: Judgement;
  before: AlertState;
  decision: Decision;
  /** The window was closed already, and is judged again because events came late. */
  again?: boolean;
}

/** An event that passed the filter of a rule, and how it was counted. */
export interface CountedEvent {
  rule: string;
  group: string;
  /** Valid only until the next one is read. */
  event: LogEvent;
  /** What it added to its window. Undefined: it does not have the field. */
  amount: Amount;
  /** `corrected`: it came late, and closed windows are corrected. `missing`: it does not have the field that the rule needs, and is counted nowhere. */
  outcome: 'added' | 'corrected' | 'late' | 'overflow' | 'missing';
}

/** An event as it is watched. Valid only until the next one is read. */
export type WatchedEvent = LogEvent & SeenEvent;

/** Watches the events as they are read, whatever rules make of them. */
export interface EventWatch {
  /** `lateBy`: milliseconds by which the event came after the event clock, where a window of any rule was closed. */
  read?(source: string, event: WatchedEvent, lateBy: Millis | undefined): void;
}

/**
 * Watches rules for `backtest` and `explain`. It changes nothing. A live server has none, and pays one comparison for each
 * event.
 */
export interface Observer extends EventWatch {
  observed?(decision: ObservedDecision): void;
  counted?(event: CountedEvent): void;
}

/** Observes how windows are judged again. */
export function observingAgain(observer: Observer | undefined): Observer | undefined {
  if (observer?.observed === undefined) return undefined;
  return { observed: (decision) => observer.observed!({ ...decision, again: true }) };
}
