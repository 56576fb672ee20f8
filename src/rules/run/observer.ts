import type { AlertState, Decision, LogEvent, Observation } from '../../model.ts';
import type { Amount } from '../../windows/aggregates/aggregate.ts';
import type { StateRule } from '../compile.ts';
import type { Judgement } from '../judge.ts';

/** A look at a window, as it was decided upon. */
export interface Looked {
  rule: StateRule;
  group: string;
  observation: Observation;
  /** What the rule made of the window, in its active hours. */
  judgement: Judgement;
  before: AlertState;
  decision: Decision;
}

/** An event that a rule is about, and what became of it. */
export interface Taken {
  rule: string;
  group: string;
  /** Valid only until the next one is read. */
  event: LogEvent;
  /** What it brought to its window; undefined where it has no such field. */
  amount: Amount;
  /** `missing`: it has not what the rule follows, so it is counted nowhere. */
  outcome: 'added' | 'late' | 'overflow' | 'missing';
}

/**
 * Watches rules at work, for `backtest` and `explain`. It sees and changes nothing; a live server has none, and what
 * that costs there is a comparison for each event.
 */
export interface Observer {
  looked?(looked: Looked): void;
  took?(taken: Taken): void;
}
