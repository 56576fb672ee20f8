import type { RuleConfig } from '../config/schema/rules.ts';
import { LogboomError } from '../errors.ts';
import type { Millis } from '../model.ts';
import { parseIso } from '../parsers/timestamp.ts';
import { kindOf } from '../rules/kinds/index.ts';
import { alertSettings } from '../rules/rule.ts';

/** Why an alert fired, or why a rule did or did not fire at a time. */
export type Question =
  | { alert: string; rule: string; at: Millis }
  | { alert?: undefined; rule: string; at: Millis; group: string | undefined };

export interface Asked {
  alert?: string | undefined;
  rule?: string | undefined;
  at?: string | undefined;
  group?: string | undefined;
}

/**
 * Reads a question. The id of an alert holds the rule's name, the group and the start of its episode; that of a
 * transition, of a message or of a rule that began anew has more behind it, which is left away. Throws `USAGE` for what is no question.
 */
export function questionFrom({ alert, rule, at, group }: Asked): Question {
  if (alert !== undefined) {
    const [, id, name, start] = /^(([^~]+)~.*~(\d{4}-\d\d-\d\dT[\d:.]+Z))(?:[-~].*)?$/.exec(alert) ?? [];
    if (id !== undefined) return { alert: id, rule: name!, at: parseIso(start!) };
    throw new LogboomError(
      'USAGE',
      `"${alert}" is no id of an alert, such as rule~group~2026-01-01T00:00:00.000Z; to ask about a rule, name a time as well (--at).`,
    );
  }
  if (rule === undefined || at === undefined)
    throw new LogboomError('USAGE', 'Name an alert, or a rule and a time.');
  const time = parseIso(at);
  if (Number.isFinite(time)) return { rule, at: time, group };
  throw new LogboomError('USAGE', `"${at}" is no time; write for example 2026-11-21T13:45:00Z.`);
}

/** How far before and after the time windows are shown. */
export function spanOf(rule: RuleConfig): Millis {
  const { over, for: lasting, keepActiveFor } = alertSettings(rule);
  return (kindOf(rule).lookBack?.(rule) ?? over) + lasting + keepActiveFor;
}
