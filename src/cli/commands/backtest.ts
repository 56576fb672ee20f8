import { decidedAt, type Millis, type Transition } from '../../model.ts';
import { withoutEffect as effects } from '../../replay/as-input.ts';
import { backtest } from '../../replay/backtest.ts';
import { transitionLog } from '../../replay/replay.ts';
import type { Report, RuleReport } from '../../replay/report.ts';
import { rulesFrom } from '../../replay/rules-file.ts';
import { marks, sparkline } from '../../replay/timeline.ts';
import { conditionText } from '../../util/figures.ts';
import { countOf, formatDuration, formatMeasured, printable } from '../../util/text.ts';
import { unitOf } from '../../util/units.ts';
import { fieldsFrom, moment, timeFrom } from '../arguments.ts';
import { progressOn } from '../progress.ts';
import { columns, type Terminal } from '../terminal.ts';

interface BacktestArguments {
  rules: string | undefined;
  /** All positional arguments, `rules` first. */
  _: string[];
  fields?: string | undefined;
  'as-input'?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  json?: boolean | undefined;
  log?: boolean | undefined;
  'assume-times'?: boolean | undefined;
}

/** `logboom backtest`: 0, whatever the rules would have done. */
export async function backtestRules(
  given: BacktestArguments,
  terminal: Terminal,
  now: Millis = Date.now(),
): Promise<number> {
  const config = rulesFrom({ path: given.rules, env: process.env });
  const started = performance.now();
  const progress = progressOn(terminal, speed);
  const report = await backtest({
    config,
    inputs: given._.slice(1),
    fields: fieldsFrom(given.fields),
    input: given['as-input'],
    receivedAt: now,
    assumeTimes: given['assume-times'],
    from: timeFrom('from', given.from),
    to: timeFrom('to', given.to),
    onProgress: progress,
  });
  progress.end();
  const names = config.rules.map(({ name }) => name);
  if (given.log) terminal.out(transitionLog(report.transitions, names).trimEnd());
  else if (given.json) terminal.out(JSON.stringify(report, null, 2));
  else terminal.out(formatReport(report));
  terminal.err(speed(report.events, performance.now() - started));
  return 0;
}

function speed(events: number, elapsed: Millis): string {
  const seconds = elapsed / 1000;
  const rate = Math.round(events / Math.max(seconds, 0.001)).toLocaleString('en');
  return `${events.toLocaleString('en')} events in ${seconds.toFixed(1)} s, ${rate} per second`;
}

/** The report as text. Groups and reasons come from senders, so control characters are escaped. */
function formatReport(report: Report): string {
  const transitions = report.transitions
    .toSorted((one, other) => decidedAt(one) - decidedAt(other))
    .map(transitionRow);
  const log = transitions.length === 0 ? 'no transition' : columns(transitions, '');
  return [log, ...report.rules.map(formatRule), remarks(report)].filter((part) => part !== '').join('\n\n');
}

const signs = { active: '▲', pending: '△', recovering: '▿', inactive: '▽', 'no-data': '?' } as const;

function transitionRow(transition: Transition): string[] {
  const { to, rule, group, reason } = transition;
  return [
    moment(decidedAt(transition)),
    `${signs[to]} ${to}`,
    group === '' ? rule : `${rule} (${printable(group)})`,
    printable(reason),
  ];
}

function formatRule(report: RuleReport): string {
  const { rule, measure, concerned, alerts, transitions, timeline } = report;
  const lines = [
    `${rule}: ${measure} ${conditionIn(report)}${concerned ? '' : '; it received no event'}`,
    ...lackIn(report),
    `  ${countOf(alerts, 'alert')}, ${countOf(transitions, 'transition')}, ${notified(report)}${lateIn(report)}`,
  ];
  if (timeline.start !== undefined) lines.push(...chart(report));
  const days = Object.entries(report.days).sort(([one], [other]) => (one < other ? -1 : 1));
  if (days.length > 0) {
    const rows = days.map(([day, made]) => [day, `${made.alerts}`, `${made.notifications}`]);
    lines.push(columns([['day', 'alerts', 'notifications'], ...rows]));
  }
  return lines.join('\n');
}

function notified({ notifications, notifiers }: RuleReport): string {
  const counts = Object.entries(notifiers).map(([name, count]) => `${name} ${count}`);
  if (counts.length > 0) return `${countOf(notifications, 'notification')} (${counts.join(', ')})`;
  return 'no notification';
}

/** The condition as it was written; durations are nanoseconds by now. */
function conditionIn({ condition, measure }: RuleReport): string {
  if (condition === undefined) return '(only counted)';
  return unitOf(measure) === 'nanos' ? conditionText(condition, measure) : condition;
}

/** A rule whose events lack the field that it measures cannot raise an alert. */
const lackIn = ({ matched, missing, required }: RuleReport): string[] =>
  missing === 0 ? [] : [`  ${missing} of ${countOf(matched, 'event')} lack ${required}`];

/** What came late: counted all the same, and not counted. */
const lateIn = ({ late, corrected }: RuleReport): string =>
  (corrected > 0 ? `, ${countOf(corrected, 'event')} late and counted` : '') +
  (late > 0 ? `, ${countOf(late, 'event')} too late to be counted` : '');

function chart({ timeline: { start, width, bounds, columns: cells }, measure }: RuleReport): string[] {
  const values = cells.flatMap(({ value }) => (value === undefined ? [] : [value]));
  if (values.length === 0) return [];
  const scale = `${formatMeasured(Math.min(...values), measure)} to ${formatMeasured(Math.max(...values), measure)}`;
  const end = start! + width * cells.length;
  const drawing = [`  ${sparkline(cells, bounds)}  ${scale}`, `  ${marks(cells)}`].filter((line) =>
    line.trim(),
  );
  return [...drawing, `  ${moment(start!)} to ${moment(end)}, ${formatDuration(width)} per column`];
}

function remarks(report: Report): string {
  const { problems, ahead, untimed, untimedLines, leftOut, withoutEffect, events, rules } = report;
  const lines: string[] = [];
  if (events === 0) lines.push('The input has no events.');
  else if (rules.some(({ concerned }) => !concerned))
    lines.push(
      'Some rules received no event: plain lines have only the fields that the parser finds. `--fields event.dataset=nginx.access` adds fields as a shipper does.',
    );
  if (problems > 0) lines.push(`${countOf(problems, 'event')} could not be read.`);
  if (untimed > 0)
    lines.push(
      `${countOf(untimed, 'line')} without a readable time left out, such as ${untimedLines.map((line) => `"${printable(line)}"`).join(', ')}; --assume-times counts them as of now.`,
    );
  if (leftOut > 0)
    lines.push(
      `${countOf(leftOut, 'alert')} left out that only the end of the input would raise: files that end are not silence.`,
    );
  lines.push(...effects(withoutEffect));
  if (ahead > 0)
    lines.push(
      `${countOf(ahead, 'event')} with a time in the future: left out of files, and counted as of the receipt in a journal.`,
    );
  return lines.join(' ');
}
