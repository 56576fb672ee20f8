import type { RuleConfig } from '../../config/schema/rules.ts';
import { LogboomError } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import { parseIso } from '../../parsers/event-time.ts';
import { kindOf } from '../../rules/kinds/index.ts';
import { alertSettings } from '../../rules/rule.ts';

/** Why an alert fired (`rule` is its name, and `at` its start, as they stand in the id), or why a rule did or did not fire at a time. */
export type Question =
  | { alert: string; rule: string; at: Millis }
  | { alert?: undefined; rule: string; at: Millis; group: string | undefined };

export interface Asked {
  alert?: string | undefined;
  rule?: string | undefined;
  at?: string | undefined;
  group?: string | undefined;
  /** ID of the document of an event. */
  event?: string | undefined;
}

const alertId = /^((([^~]+)~.*~(\d{4}-\d\d-\d\dT[\d:.]+Z))(?:~\d+)?)(?:[-~].*)?$/;

/** Whether a text is the ID of an alert, of a transition or of a notification. */
export const isAlertId = (text: string): boolean => alertId.test(text);

/** The ID of an alert without the number of the generation of its rule: that of its rule, group and start. */
export const withoutGeneration = (alert: string): string => alertId.exec(alert)?.[2] ?? alert;

/**
 * Parses a question. The ID of an alert holds the name of the rule, the group and the start of the episode. IDs of
 * transitions and notifications have a suffix, which is ignored. Throws `USAGE`.
 */
export function questionFrom({ alert, rule, at, group }: Asked): Question {
  if (alert !== undefined) {
    const [, id, , name, start] = alertId.exec(alert) ?? [];
    if (id !== undefined) return { alert: id, rule: name!, at: parseIso(start!) };
    throw new LogboomError(
      'USAGE',
      `"${alert}" is not the ID of an alert, such as rule~group~2026-01-01T00:00:00.000Z. To explain a rule, also set a time (--at).`,
    );
  }
  if (rule === undefined || at === undefined)
    throw new LogboomError('USAGE', 'Set an alert, or a rule and a time.');
  const time = parseIso(at);
  if (Number.isFinite(time)) return { rule, at: time, group };
  throw new LogboomError('USAGE', `"${at}" is not a time. Write a time such as 2026-11-21T13:45:00Z.`);
}

/** How far before and after the time windows are shown. */
export function spanOf(rule: RuleConfig): Millis {
  const { over, for: lasting, keepActiveFor } = alertSettings(rule);
  return (kindOf(rule).lookBack?.(rule) ?? over) + lasting + keepActiveFor;
}
