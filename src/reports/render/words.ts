import { lengthText, valueText } from '../../util/figures.ts';
import { printable } from '../../util/text.ts';
import type { Figures, Report, ReportedAlert, TopList } from '../report.ts';

/** A table of a report, before a form is given to it. Cells are printable text. */
export interface Table {
  title: string;
  columns: string[];
  rows: string[][];
  /** Columns with lines or values of senders. */
  literal: number[];
  /** The share of each row, 0 to 1, where it is drawn as a bar. */
  bars?: number[];
  /** What is said where there are no rows. Tables without it are left out. */
  empty?: string;
}

const number = (value: number): string => value.toLocaleString('en');
const percent = (share: number): string => valueText(share, 'share');

/** A time in a zone: `2026-11-29 08:00`. Seconds only where there are any. */
function localTime(time: number, zone: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  return format.format(time).replace(/:00$/, '');
}

export function titleOf({ name, from, to, zone }: Report): string {
  return `Report ${printable(name)}: ${localTime(from, zone)} to ${localTime(to, zone)} (${zone})`;
}

/** `+12 %`, `-3.4 %`, `no change`. */
function changeText(now: number, then: number): string {
  if (now === then) return 'no change';
  if (then === 0) return 'from 0';
  const share = now / then - 1;
  return `${share > 0 ? '+' : ''}${percent(share)}`;
}

const measures: readonly [
  label: string,
  of: (figures: Figures) => number,
  text: (value: number) => string,
][] = [
  ['Events', ({ events }) => events, number],
  ['Events a second', ({ perSecond }) => perSecond, (value) => valueText(value, 'rate')],
  ['Errors', ({ errors }) => errors, number],
  ['Error rate', ({ errorRate }) => errorRate, percent],
  ['Bytes sent', ({ bytes }) => bytes, (value) => valueText(value, 'sum(http.response.body.bytes)')],
];

/** Figures beside those of the interval before and of a week before. */
function figuresTable({ figures, before, lastWeek }: Report): Table {
  const compared = (
    then: Figures | undefined,
    of: (figures: Figures) => number,
    text: (value: number) => string,
  ) => (then === undefined ? 'unknown' : `${text(of(then))} (${changeText(of(figures), of(then))})`);
  return {
    title: 'Figures',
    columns: ['', 'now', 'interval before', 'a week before'],
    rows: measures.map(([label, of, text]) => [
      ...[label, text(of(figures))],
      ...[compared(before, of, text), compared(lastWeek, of, text)],
    ]),
    literal: [],
  };
}

function topTable(title: string, column: string, { rows, distinct }: TopList, all: number): Table {
  const counted = distinct === undefined ? '' : `, ${number(distinct)} in all`;
  return {
    title: `${title}${rows.length === 0 ? '' : counted}`,
    columns: [column, 'events', 'share', 'errors'],
    rows: rows.map(({ value, events, missed, errors }) => [
      ...[printable(value), `${number(events)}${missed > 0 ? ` to ${number(events + missed)}` : ''}`],
      ...[percent(events / Math.max(all, 1)), number(errors)],
    ]),
    bars: rows.map(({ events }) => events / Math.max(rows[0]!.events, 1)),
    literal: [0],
  };
}

function alertRow(
  { rule, group, severity, start, end, duration, notified, suppressed, acknowledged }: ReportedAlert,
  zone: string,
) {
  const people =
    notified.length > 0
      ? notified.join(', ')
      : `nobody${suppressed[0] === undefined ? '' : `: ${suppressed[0]}`}`;
  return [
    printable(group === '' ? rule : `${rule} (${group})`),
    severity,
    localTime(start, zone),
    `${lengthText(duration)}${end === undefined ? ', open' : ''}`,
    printable(people),
    printable(acknowledged ?? ''),
  ];
}

/** All tables of a report, in the order in which they are shown. `most`: rows of a table. */
export function tablesOf(report: Report, most: number): Table[] {
  const { figures, zone, alerts } = report;
  const all = figures.events;
  const top = (list: TopList): TopList => ({ ...list, rows: list.rows.slice(0, most) });
  const tables: Table[] = [
    figuresTable(report),
    ...(alerts === undefined
      ? []
      : [
          {
            title: `Alerts, ${number(alerts.length)}`,
            columns: ['alert', 'severity', 'since', 'duration', 'notified', 'acknowledged by'],
            rows: alerts.slice(0, most * 2).map((alert) => alertRow(alert, zone)),
            literal: [0, 4, 5],
            empty: 'No alert was open.',
          },
        ]),
    {
      title: 'Silent sources',
      columns: ['source', 'last seen', 'events in the interval before'],
      rows: report.silentSources
        .slice(0, most)
        .map(({ source, lastSeen, events }) => [
          printable(source),
          localTime(lastSeen, zone),
          number(events),
        ]),
      literal: [0],
    },
    {
      title: 'New messages',
      columns: ['pattern', 'events', 'first line'],
      rows: report.newPatterns.slice(0, most).map(patternRow),
      literal: [0, 2],
    },
    topTable(
      'Status codes',
      'status',
      { rows: report.statuses.slice(0, most * 2), distinct: undefined },
      all,
    ),
    topTable('Levels', 'level', { rows: report.levels, distinct: undefined }, all),
    topTable('Sections', 'section', top(report.sections), all),
    topTable('Paths', 'path', top(report.paths), all),
    topTable('Client addresses', 'address', top(report.clients), all),
    topTable('Hosts', 'host', top(report.hosts), all),
    {
      title: 'Slowest paths',
      columns: ['path', 'mean', 'longest', 'requests'],
      rows: report.slowest
        .slice(0, most)
        .map(({ path, mean, longest, requests }) => [
          ...[printable(path), lengthText(mean), lengthText(longest), number(requests)],
        ]),
      literal: [0],
    },
    {
      title: 'Messages',
      columns: ['pattern', 'events', 'first line'],
      rows: report.patterns.slice(0, most).map(patternRow),
      literal: [0, 2],
    },
  ];
  return tables.filter(({ rows, empty }) => rows.length > 0 || empty !== undefined);
}

const patternRow = ({ pattern, events, example }: Report['patterns'][number]) => [
  ...[printable(pattern), number(events), printable(example)],
];

/** What limits the figures, and where they come from. */
export const notesOf = ({ source, remarks }: Report): string[] =>
  [`Read from ${source}.`, ...remarks].map(printable);
