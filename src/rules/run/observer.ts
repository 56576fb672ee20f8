import type { AlertState, Decision, LogEvent, Observation } from '../../model.ts';
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

/**
 * Watches rules for `backtest` and `explain`. It changes nothing. A live server has none, and pays one comparison for each
 * event.
 */
export interface Observer {
  observed?(decision: ObservedDecision): void;
  counted?(event: CountedEvent): void;
}
