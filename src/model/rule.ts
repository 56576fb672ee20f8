import type { Millis } from './event.ts';

/** What a rule was when it put something out. Settings that are empty are absent. */
export interface RuleDefinition {
  /** Another one after any change of the rule. */
  version: string;
  where?: string;
  measure?: string;
  recover?: string;
}

/** What a reload does to the rules, by name. It is part of the answer to `POST /reload`. */
export interface RuleChanges {
  added: string[];
  /** They begin anew. */
  changed: string[];
  /** They continue, and only what is sent to people changes: severity, message, labels, notifiers. */
  notification: string[];
  removed: string[];
  disabled: string[];
  /** Number of rules that continue as they are. */
  unchanged: number;
}

/** How an objective stands, for rules of the kind `slo`. */
export interface SloFigures {
  /** As it is written, `99.9%`, and as a share. */
  name: string;
  objective: number;
  period: Millis;
  /** Events of the period, and the bad ones among them. */
  events: number;
  bad: number;
  /** The part of the error budget that is left: 1 is all of it; negative where more was spent than there was. */
  budgetLeft: number;
  /** How many times faster than allowed the budget is spent, within the time `burnOver`. */
  burnRate: number;
  burnOver: Millis;
}

/** Keeps something of the past that corrections need. */
export interface History {
  /** Event time up to which late events cannot be counted after the next `dropOldest`; infinite where there is nothing to drop. */
  readonly oldest: Millis;
  /** No later than `oldest`, and found without a search. */
  readonly bound: Millis;
  /** Returns the number of entries that were dropped. */
  dropOldest(): number;
}
