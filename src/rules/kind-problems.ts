import type { RuleConfig } from '../config/rules.ts';
import type { Millis } from '../model.ts';
import type { Report } from './problems.ts';

/** What is wrong with the settings that only one kind has. */
export function checkKind(rule: RuleConfig, report: Report): void {
  if ('quiet' in rule) checkQuiet(rule.quiet, report);
  if (rule.kind === 'match' && rule.where.trim() === '')
    report('where', 'every event would raise the alert', 'write the query of the events to be told of');
}

function checkQuiet(quiet: Millis, report: Report): void {
  if (quiet < 1 || !Number.isInteger(quiet))
    report('quiet', 'an alert cannot end in the moment in which it begins', 'use 1ms or more, such as 5m');
}
