import { columnsOf } from '../../util/columns.ts';
import { sizeText } from '../../util/text.ts';
import type { AlertRow, TopEntry } from '../model.ts';
import type { Snapshot } from '../snapshot.ts';
import { clock, inColumns, short, sparkline } from './text.ts';

export const sortings = ['events', 'errors', 'bytes'] as const;

/** What the keys have chosen. */
export interface Choice {
  sort: (typeof sortings)[number];
  paused: boolean;
  /** KQL that the shown events match. */
  query: string;
  /** The query while it is typed. */
  typed?: string | undefined;
  /** Number of the marked alert. */
  marked: number;
  /** Lines about an alert, in place of the lists. */
  details?: string[] | undefined;
  /** What a key did, or why it could not. */
  notice?: string | undefined;
}

export interface Frame {
  columns: number;
  rows: number;
  colour: boolean;
}

type Paint = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'inverse';
const codes: Record<Paint, number> = { bold: 1, dim: 2, inverse: 7, red: 31, green: 32, yellow: 33 };

/** The screen as lines, each of exactly `columns` columns. Pure: the same view gives the same lines. */
export function screenOf(view: Snapshot, choice: Choice, frame: Frame): string[] {
  const paint = (text: string, how: Paint) => (frame.colour ? `\u001b[${codes[how]}m${text}\u001b[0m` : text);
  const head = [...headLines(view, choice, frame, paint), ...alertLines(view, choice, frame, paint)];
  const space = Math.max(0, frame.rows - head.length - 1);
  const body =
    choice.details === undefined
      ? lists(view, choice, { ...frame, rows: space }, paint)
      : choice.details.flatMap((text) => wrapped(text, frame.columns));
  const empty = ' '.repeat(frame.columns);
  const filled = [...head, ...body.slice(0, space)];
  while (filled.length < frame.rows - 1) filled.push(empty);
  return [...filled.slice(0, frame.rows - 1), footLine(choice, frame, paint)];
}

type Painter = (text: string, how: Paint) => string;

function headLines(view: Snapshot, choice: Choice, { columns }: Frame, paint: Painter): string[] {
  const { rates, statuses, events, errors, bytes } = view;
  const state = choice.paused ? 'paused' : (view.progress ?? 'live');
  const right = `${state}  ${clock(view.at)}`;
  const title = `logboom top  ${view.title}`;
  const share = events === 0 ? 0 : (errors / events) * 100;
  const figures = `now ${short(rates.now)}/s   10 s ${short(rates.ten)}/s   2 min ${short(rates.minutes)}/s   lifetime ${short(rates.lifetime)}/s`;
  const mix = Object.entries(statuses)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${short(count)}`)
    .join('  ');
  const line = `${short(events)} events   errors ${short(errors)} (${share.toFixed(1)} %)   ${sizeText(bytes)}   ${mix}`;
  return [
    paint(`${inColumns(title, columns - columnsOf(right) - 1)} ${right}`, 'inverse'),
    ...(choice.query === '' ? [] : [inColumns(`filter ${choice.query}`, columns)]),
    inColumns(figures, columns),
    paint(sparkline(view.spark, columns), 'green'),
    share > 5 ? paint(inColumns(line, columns), 'red') : inColumns(line, columns),
    ...view.problems.slice(0, 2).map((problem) => paint(inColumns(problem, columns), 'yellow')),
  ];
}

const mostAlerts = 4;

/** A banner for each open alert, and what began or ended last. */
function alertLines(view: Snapshot, { marked }: Choice, frame: Frame, paint: Painter): string[] {
  const { columns, rows } = frame;
  const first = Math.max(0, Math.min(marked - mostAlerts + 1, view.alerts.length - mostAlerts));
  const banners = view.alerts.slice(first, first + mostAlerts).map((alert, number) => {
    const text = inColumns(`${first + number === marked ? '▶' : ' '} ${bannerOf(alert)}`, columns);
    return paint(text, alert.severity === 'critical' || alert.severity === 'high' ? 'red' : 'yellow');
  });
  const more = view.alerts.length - banners.length;
  const room = rows < 24 || banners.length > 2 ? 2 : 3;
  const past = view.history
    .filter(({ begins }) => !begins || view.alerts.length === 0)
    .slice(0, room)
    .map(({ at, text }) => paint(inColumns(`  ${clock(at)}  ${text}`, columns), 'dim'));
  return [
    ...banners,
    ...(more > 0 ? [inColumns(`  and ${more} more open alerts`, columns)] : []),
    ...(view.alerts.length === 0 ? [paint(inColumns('  no open alerts', columns), 'dim')] : []),
    ...past,
  ];
}

/** `High traffic generated an alert - hits = 212, triggered at 10:12:03`. */
function bannerOf({ rule, group, message, value, start, acknowledged }: AlertRow): string {
  const name = group === '' ? rule : `${rule} (${group})`;
  const shown = value === undefined ? '' : ` - value = ${short(Number(value.toPrecision(4)))}`;
  const by = acknowledged === undefined ? '' : ` [acknowledged by ${acknowledged.by}]`;
  return `${name} generated an alert${shown}, triggered at ${clock(start)}${by}: ${message}`;
}

interface List {
  title: string;
  entries: TopEntry[];
  slow?: boolean;
}

/** With fewer columns, sections and paths alone are listed. */
const narrowest = 64;

function lists(view: Snapshot, choice: Choice, frame: Frame, paint: Painter): string[] {
  const all: List[] = [
    { title: 'SECTIONS', entries: view.tops.sections },
    { title: 'CLIENTS', entries: view.tops.clients },
    { title: 'PATHS', entries: view.tops.paths },
    view.slowest.length > 0
      ? { title: 'SLOWEST', entries: view.slowest, slow: true }
      : { title: 'HOSTS', entries: view.tops.hosts },
  ];
  const sources = view.sources.slice(0, frame.rows > 20 ? 4 : 2);
  const foot = sources.map(({ name, state }) => paint(inColumns(`${name}  ${state}`, frame.columns), 'dim'));
  const space = Math.max(0, frame.rows - foot.length);
  const isNarrow = frame.columns < narrowest;
  const width = isNarrow ? frame.columns : Math.floor((frame.columns - 2) / 2);
  const upper = Math.ceil(space / 2);
  const column = (list: List, rows: number) => listLines(list, choice.sort, width, rows, paint);
  const side = (one: List, other: List, rows: number) => {
    if (isNarrow) return column(one, rows);
    const [left, right] = [column(one, rows), column(other, rows)];
    return left.map((line, number) => fill(`${line}  ${right[number]}`, frame.columns, 2 * width + 2));
  };
  return [...side(all[0]!, all[1]!, upper), ...side(all[2]!, all[3]!, space - upper), ...foot];
}

const fill = (text: string, columns: number, used: number) => text + ' '.repeat(Math.max(0, columns - used));

function listLines(
  { title, entries, slow }: List,
  sort: Choice['sort'],
  width: number,
  rows: number,
  paint: Painter,
) {
  const sorted = slow ? entries : entries.toSorted((one, other) => other[sort] - one[sort]);
  const heading = paint(
    inColumns(title, width - 23) +
      inColumns(slow ? 'ms' : 'events', 7, 'right') +
      inColumns('errors', 7, 'right') +
      inColumns('bytes', 9, 'right'),
    'bold',
  );
  const lines = sorted.slice(0, Math.max(0, rows - 1)).map((entry) => {
    const numbers = [slow ? (entry.duration ?? 0) : entry.events, entry.errors];
    const line =
      inColumns(entry.value, width - 23) +
      numbers.map((value) => inColumns(short(value), 7, 'right')).join('') +
      inColumns(sizeText(entry.bytes), 9, 'right');
    return entry.errors > 0 && entry.errors / entry.events > 0.05 ? paint(line, 'red') : line;
  });
  const all = rows > 0 ? [heading, ...lines] : [];
  while (all.length < rows) all.push(' '.repeat(width));
  return all;
}

function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && columnsOf(line) + columnsOf(word) + 1 > columns) {
      lines.push(inColumns(line, columns));
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, inColumns(line, columns)];
}

function footLine(choice: Choice, { columns }: Frame, paint: Painter): string {
  if (choice.typed !== undefined)
    return paint(inColumns(`/${choice.typed}█  Enter: filter by this KQL, Esc: leave`, columns), 'bold');
  if (choice.notice !== undefined) return paint(inColumns(choice.notice, columns), 'bold');
  const keys = `q quit p pause / filter s sort:${choice.sort} ↑↓ alert ⏎ open e explain a acknowledge x silence`;
  return paint(inColumns(keys, columns), 'dim');
}
