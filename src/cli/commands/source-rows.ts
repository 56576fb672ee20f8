import type { Status } from '../../telemetry/api/status.ts';
import { countOf, formatDuration, formatNumber, formatShare } from '../../util/text.ts';

type Source = NonNullable<Status['sources']>['list'][number];
type InputSources = NonNullable<Status['inputs'][string]['sources']>;

/** Sources that the table has; the JSON has more. */
const mostShown = 20;

/** What the analyser found in the events of an input, to follow what the input says of itself. */
export function inputFindings(sources: InputSources | undefined): string {
  if (sources === undefined) return '';
  const { rate, formats, unparsed, example } = sources;
  const parts = [countOf(sources.sources, 'source'), `${formatNumber(rate)} events/s`];
  if (formats.length > 0) parts.push(formats.join(', '));
  if (unparsed > 0) parts.push(`${formatShare(unparsed)} not read`);
  if (unparsed > 0 && example) parts.push(`such as "${example.line.slice(0, 80)}" (${example.reason})`);
  return `; ${parts.join('; ')}`;
}

/** One row for each source: name, format, rate, clock, and what is not as it should be. */
export function sourceRows(sources: Status['sources']): string[][] {
  if (sources === undefined) return [];
  const { list, known, forgotten } = sources;
  const rows = list
    .slice(0, mostShown)
    .map((source) => [
      source.name,
      formatOf(source),
      `${formatNumber(source.rate)} events/s, the last at ${new Date(source.lastSeen).toISOString()}`,
      clockOf(source),
      [...sharesOf(source), ...source.problems.map(({ reason }) => reason)].join('; '),
    ]);
  const more = known - rows.length;
  if (more > 0) rows.push([`${more} more`, 'logboom status --json lists up to 200']);
  if (forgotten > 0) rows.push([`${forgotten} forgotten`, 'there are too many to remember']);
  return rows;
}

function formatOf({ format, confidence, events }: Source): string {
  if (format === undefined) return events < 10 ? 'format not known yet' : 'no known format';
  return `${format} (${formatShare(Math.round(confidence * 100) / 100)})`;
}

/** Offsets below this are the way from the program that writes to logboom. */
const worthSaying = 2;

function clockOf({ offset, zone }: Source): string {
  if (offset === undefined) return 'no time of its own';
  if (Math.abs(offset) < worthSaying) return 'clock agrees';
  const by = formatDuration(Math.round(Math.abs(offset)) * 1000);
  const likely = zone === undefined ? '' : ', likely a time zone';
  return `clock ${by} ${offset > 0 ? 'ahead' : 'behind'}${likely}`;
}

function sharesOf({ recent, lateBy }: Source): string[] {
  if (recent.events === 0) return [];
  const share = (some: number) => formatShare(Math.round((some / recent.events) * 1000) / 1000);
  const late =
    recent.late === 0 ? [] : [`${share(recent.late)} late (by up to ${formatDuration(lateBy * 1000)})`];
  const others = [
    ['counted nowhere', recent.lost],
    ['ahead', recent.ahead],
    ['without a time', recent.untimed],
    ['not read', recent.unparsed],
  ] as const;
  return [...late, ...others.flatMap(([what, some]) => (some === 0 ? [] : [`${share(some)} ${what}`]))];
}
