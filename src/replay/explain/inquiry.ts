import type { Config } from '../../config/schema/schema.ts';
import { type EventExplanation, explainEvent } from './event.ts';
import { type Explanation, explain } from './explain.ts';
import { type Asked, isAlertId, type Question, questionFrom } from './question.ts';
import { explainRule, type RuleExplanation } from './rule.ts';

/** What can be asked: about the windows near a time or an alert, about a rule and the whole journal, or about one event. */
export type Inquiry =
  | { about: 'windows'; question: Question }
  | { about: 'rule'; rule: string }
  | { about: 'event'; event: string };

/** The answer to an inquiry. */
export type Answer = Explanation | RuleExplanation | EventExplanation;

/** Reads an inquiry. A rule without a time is asked about the whole journal. Throws `USAGE`. */
export function inquiryFrom(asked: Asked): Inquiry {
  const { alert, rule, at, event } = asked;
  if (event !== undefined) return { about: 'event', event };
  if (alert === undefined && rule !== undefined && at === undefined) return { about: 'rule', rule };
  return { about: 'windows', question: questionFrom(asked) };
}

/** The inquiry of `logboom explain WHAT`: the id of an alert, or the name of a rule with or without a time. */
export function inquiryAbout(what: string | undefined, rest: Pick<Asked, 'at' | 'group'>): Inquiry {
  if (what === undefined || (rest.at === undefined && isAlertId(what))) return inquiryFrom({ alert: what });
  return inquiryFrom({ rule: what, ...rest });
}

/** Rejects with `NOT_EXPLAINABLE` where the journal or the configuration holds nothing about it. */
export function answer(inquiry: Inquiry, config: Config): Promise<Answer> {
  if (inquiry.about === 'event') return explainEvent(inquiry.event, config);
  if (inquiry.about === 'rule') return explainRule(inquiry.rule, config);
  return explain(inquiry.question, config);
}
