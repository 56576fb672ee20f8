import type { ClauseFinding } from '../../../replay/explain/clauses.ts';
import type { RuleExplanation } from '../../../replay/explain/rule.ts';
import { printable } from '../../../util/text.ts';
import { columns } from '../../terminal.ts';
import { settingsOf } from './settings.ts';

/** The explanation of a rule as text. Values come from senders, so control characters are escaped. */
export function formatRule({ rule, answer, settings, clauses, events, remarks }: RuleExplanation): string {
  const parts = [
    printable(rule),
    printable(answer),
    columns(settingsOf(settings)),
    clausesTable(clauses, events),
    remarks.map(printable).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function clausesTable(clauses: readonly ClauseFinding[], events: number): string {
  if (clauses.length === 0 || events === 0) return '';
  const rows = clauses.map(({ clause, failed, alone, found }) => [
    printable(clause),
    `${failed} of ${events}`,
    `${alone}`,
    printable(found.map(instead).join('; ')),
  ]);
  return columns([['part of where', 'not matched by', 'by it alone', 'these events have'], ...rows]);
}

function instead({ field, absent, values }: ClauseFinding['found'][number]): string {
  const all = [
    ...values.map(({ value, events }) => `${value} (${events})`),
    ...(absent > 0 ? [`nothing (${absent})`] : []),
  ];
  return all.length === 0 ? '' : `${field}: ${all.join(', ')}`;
}
