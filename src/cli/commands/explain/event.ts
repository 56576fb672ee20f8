import type { EventExplanation, RuleVerdict } from '../../../replay/explain/event.ts';
import { formatDuration, formatNumber, printable } from '../../../util/text.ts';
import { moment } from '../../arguments.ts';
import { columns } from '../../terminal.ts';

/** The explanation of an event as text. Lines and reasons come from senders, so control characters are escaped. */
export function formatEvent(found: EventExplanation): string {
  const parts = [
    `${printable(found.id)}\n${printable(found.message)}`,
    columns(timesOf(found)),
    ...found.rules.map(verdictOf),
    found.rules.length === 0 ? 'No rule is enabled.' : '',
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function timesOf(found: EventExplanation): string[][] {
  const { time, statedTime, timeSource, receivedAt, ahead, lateBy, unparsed, source } = found;
  const from = { line: 'of the line', sender: 'of the sender', receipt: 'of its receipt' }[timeSource];
  return [
    ['source', printable(source)],
    ['time', `${moment(time)}, ${from}`],
    ['received', `${moment(receivedAt)}, ${formatDuration(Math.max(0, receivedAt - statedTime))} after it`],
    ...(ahead ? [['ahead', `it states ${moment(statedTime)} and counts as of its receipt`]] : []),
    ...(lateBy === undefined
      ? []
      : [['late', `it came ${formatDuration(Math.round(lateBy))} after the event clock`]]),
    ...(unparsed === undefined ? [] : [['not read', printable(unparsed)]]),
  ];
}

const outcomes: Record<RuleVerdict['outcome'], string> = {
  'not matched': 'its filter does not match',
  'not counted': 'its filter matches, and it is counted nowhere: the rule was not evaluated then',
  added: 'counted',
  corrected: 'counted late: closed windows were judged again',
  late: 'not counted: it came too late',
  overflow: 'counted under `_other`: there are too many groups',
  missing: 'not counted: it lacks the field that the rule measures',
};

function verdictOf({ rule, outcome, group, failed, windows, alerts, changed }: RuleVerdict): string {
  const of = group === undefined || group === '' ? '' : ` (${printable(group)})`;
  const lines = [
    `${printable(rule)}${of}: ${outcomes[outcome]}${changed ? '; the rule was changed since, and this is by its settings then' : ''}`,
    ...failed.map(
      ({ clause, found }) => `  ${printable(clause)}: ${found.map(instead).join('; ') || 'not matched'}`,
    ),
  ];
  const rows = windows.map(({ start, end, early, value, count, to, reason }) => [
    `${moment(start)} to ${moment(end).slice(11)}${early ? ' (not over)' : ''}`,
    ...[value === undefined ? 'nothing' : formatNumber(value), `${count}`, to, printable(reason)],
  ]);
  if (rows.length > 0) lines.push(columns([['window', 'value', 'events', 'status', 'why'], ...rows]));
  for (const { id, status, reason, notified } of alerts)
    lines.push(
      `  alert ${printable(id)} (${status}): ${printable(reason)}`,
      ...notified.map((one) => `    ${printable(one)}`),
    );
  return lines.join('\n');
}

function instead({ field, values }: { field: string; values: string[] }): string {
  return `${printable(field)} is ${values.length === 0 ? 'absent' : values.map(printable).join(', ')}`;
}
