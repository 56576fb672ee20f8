import type { Millis } from '../../model.ts';
import type { ComparedAlert, Comparison, RuleComparison } from '../../replay/compare.ts';
import { countOf, formatDuration, printable } from '../../util/text.ts';
import { moment } from '../arguments.ts';
import { columns } from '../terminal.ts';

/** Alerts of each rule that are printed. `--json` has all. */
const mostShown = 10;

/** A shorter span of time is not taken as typical of a week. */
const day: Millis = 86_400_000;

/** A comparison as text. Groups and reasons come from senders, so control characters are escaped. */
export function formatComparison({ from, to, events, rules, messagesAWeek }: Comparison): string {
  if (from === undefined || to === undefined) return 'The journal holds nothing to compare the rules on.';
  const span = formatDuration(Math.max(1_000, Math.round((to - from) / 1_000) * 1_000));
  const parts = [
    `${countOf(events, 'event')} of ${span}, received from ${moment(from)} to ${moment(to)}`,
    rules.length === 0 ? '' : columns([headings, ...rules.map(rowOf)]),
    ...rules.map(alertsOf),
    messagesAWeek === undefined
      ? ''
      : `Messages a week, before grouping and limits: ${messagesAWeek.before} now, ${messagesAWeek.after} then.${to - from < day ? ` The journal has only ${span}, so these figures are rough.` : ''}`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

const headings = ['rule', 'change', 'alerts', 'gained', 'lost', 'moved', 'messages'];

function rowOf({ rule, change, alerts, gained, lost, moved, messages }: RuleComparison): string[] {
  const both = ({ before, after }: { before: number; after: number }) =>
    before === after ? `${after}` : `${before} → ${after}`;
  return [
    ...[printable(rule), change, both(alerts)],
    ...[gained, lost, moved].map(({ length }) => `${length}`),
    both(messages),
  ];
}

function alertsOf({ rule, gained, lost, moved }: RuleComparison): string {
  const rows = [
    ...gained.map((alert) => ['gained', timesOf(alert), alert.group, alert.reason]),
    ...lost.map((alert) => ['lost', timesOf(alert), alert.group, alert.reason]),
    ...moved.map(({ before, after }) => [
      'moved',
      `${timesOf(before)}, then ${timesOf(after)}`,
      after.group,
      after.reason,
    ]),
  ];
  if (rows.length === 0) return '';
  const more = rows.length > mostShown ? `\n  and ${rows.length - mostShown} more` : '';
  const shown = rows.slice(0, mostShown).map((row) => row.map(printable));
  return `${printable(rule)}\n${columns(shown)}${more}`;
}

const timesOf = ({ start, end }: ComparedAlert) =>
  `${moment(start)} to ${end === undefined ? 'the end' : moment(end).slice(11)}`;
