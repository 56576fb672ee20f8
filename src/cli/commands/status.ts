import { severities } from '../../model.ts';
import type { AlertView } from '../../telemetry/api/alerts.ts';
import type { Health } from '../../telemetry/api/health.ts';
import type { Status } from '../../telemetry/api/status.ts';
import { lengthText } from '../../util/figures.ts';
import { countOf, cutToLength, formatNumber, formatShare, printable, sizeText } from '../../util/text.ts';
import { type ApiSource, ask } from '../api-client.ts';
import { columns, type Terminal } from '../terminal.ts';
import { forwardRows, keptRows, memoryRows, processorRows } from './status/rows.ts';

type Source = NonNullable<Status['sources']>['list'][number];
type InputSources = NonNullable<Status['inputs'][string]['sources']>;

/** Sources that the table has; the JSON has more. */
const mostShown = 20;

/** What the analyser found in the events of an input, to follow what the input says of itself. */
function inputFindings(sources: InputSources | undefined): string {
  if (sources === undefined) return '';
  const { rate, formats, unparsed, example } = sources;
  const parts = [countOf(sources.sources, 'source'), `${formatNumber(rate)} events/s`];
  if (formats.length > 0) parts.push(formats.join(', '));
  if (unparsed > 0) parts.push(`${formatShare(unparsed)} not read`);
  if (unparsed > 0 && example) parts.push(`such as "${cutToLength(example.line, 80)}" (${example.reason})`);
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
  const by = lengthText(Math.round(Math.abs(offset)) * 1000);
  const likely = zone === undefined ? '' : ', likely a time zone';
  return `clock ${by} ${offset > 0 ? 'ahead' : 'behind'}${likely}`;
}

function sharesOf({ recent, lateBy }: Source): string[] {
  if (recent.events === 0) return [];
  const share = (some: number) => formatShare(Math.round((some / recent.events) * 1000) / 1000);
  const late =
    recent.late === 0 ? [] : [`${share(recent.late)} late (by up to ${lengthText(lateBy * 1000)})`];
  const others = [
    ['counted nowhere', recent.lost],
    ['ahead', recent.ahead],
    ['without a time', recent.untimed],
    ['not read', recent.unparsed],
  ] as const;
  return [...late, ...others.flatMap(([what, some]) => (some === 0 ? [] : [`${share(some)} ${what}`]))];
}

type InputState = Status['inputs'][string];

function inputRows({ inputs }: Status): string[][] {
  return Object.entries(inputs).map(([name, input]) => {
    if (input.url === undefined)
      return [name, input.kind ?? '', `${sourceState(input)}${inputFindings(input.sources)}`];
    const oldest = input.oldestUnacknowledged;
    const waiting = `${countOf(input.windowsInFlight ?? 0, 'window')} in flight`;
    const age = oldest === undefined ? '' : `, the oldest for ${lengthText(oldest)}`;
    const found = inputFindings(input.sources);
    const refused = refusals(input.refusedSenders);
    return [
      name,
      input.url,
      `${countOf(input.connections ?? 0, 'connection')}, ${waiting}${age}${refused}${found}`,
    ];
  });
}

/** Of the senders that were refused the one with most refusals, and how many more there are. */
function refusals(senders: InputState['refusedSenders'] = []): string {
  const [first, ...others] = senders;
  if (!first) return '';
  const more = others.length === 0 ? '' : `, and ${countOf(others.length, 'other sender')}`;
  return `; ${first.address} was refused ${countOf(first.count, 'time')}: ${printable(first.reason)}${more}`;
}

/** An input that reads by itself: what it has done, how far behind it is, and what keeps it. */
function sourceState(input: InputState): string {
  const { events = 0, lastEvent, files, problems = [] } = input;
  const { lagBytes = 0, lagMessages = 0, dropped = 0, refused = 0 } = input;
  const last = lastEvent === undefined ? '' : `, the last at ${new Date(lastEvent).toISOString()}`;
  const watched = files === undefined ? [] : [`${countOf(files.watched, 'file')} (${files.open} open)`];
  const behind = [
    ...(lagBytes === 0 ? [] : [`${sizeText(lagBytes)} behind`]),
    ...(lagMessages === 0 ? [] : [`${countOf(lagMessages, 'message')} behind`]),
  ];
  const open = input.connections === undefined ? [] : [countOf(input.connections, 'connection')];
  const at = input.listens === undefined ? [] : [input.listens];
  const lost = [
    ...(dropped === 0 ? [] : [`${countOf(dropped, 'datagram')} lost`]),
    ...(refused === 0 ? [] : [`${countOf(refused, 'document')} refused`]),
  ];
  const read = `${countOf(events, 'event')}${last}`;
  return [...at, ...watched, ...open, read, ...lost, ...behind, ...problems].join('; ');
}

/** Alerts that `status` lists. */
const mostAlerts = 10;

/** Open alerts, the gravest first. */
function openAlertRows(open: readonly AlertView[]): string[][] {
  const sorted = open.toSorted(
    (a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity) || (a.since < b.since ? 1 : -1),
  );
  const rows = sorted
    .slice(0, mostAlerts)
    .map(({ severity, rule, group, since, message }) => [
      severity,
      group === '' ? rule : `${rule} ${group}`,
      `since ${since}`,
      message,
    ]);
  const more = open.length - rows.length;
  return more > 0 ? [...rows, [`${more} more`, 'logboom alerts']] : rows;
}

function readerRows({ readers }: Status): string[][] {
  return Object.entries(readers).map(([name, { lag, waitsFor }]) => {
    const records = `${countOf(lag.records, 'record')} (${sizeText(lag.bytes)})`;
    const behind = lag.records === 0 ? 'up to date' : `${records} behind, ${lengthText(lag.seconds * 1000)}`;
    return [name, behind, waitsFor === undefined ? '' : `waits for ${waitsFor}`];
  });
}

function alertState({ alerts: { open, heldBack = 0, silences = 0 } }: Status): string {
  const held = heldBack === 0 ? [] : [`${countOf(heldBack, 'message')} held back`];
  const silent = silences === 0 ? [] : [`${countOf(silences, 'silence')} active`];
  const opened = open === undefined ? 'unknown: the analyser does not answer' : `${open} open`;
  return [opened, ...held, ...silent].join('; ');
}

/** Own alerts. */
function ownAlertRows({ alerts }: Status): string[][] {
  return alerts.own.map(({ rule, since, reason }) => [rule, `since ${since}`, reason]);
}

function sinkRows({ sink }: Status): string[][] {
  const problem = sink.reason === undefined ? '' : `: ${sink.reason}`;
  const { unpublished = 0, deadLetters = 0 } = sink;
  const rows = [[sink.kind, `${sink.url}, ${sink.state}${problem}`]];
  if (unpublished > 0) rows.push(['not indexed yet', `${countOf(unpublished, 'output')} (windows, alerts)`]);
  if (deadLetters > 0) rows.push(['dead letters', `${deadLetters}: logboom dead-letters list`]);
  return rows;
}

function journalRow({ journal: { bytes, maxBytes, broken, events = 0 } }: Status): string[] {
  const share = Math.round((bytes / maxBytes) * 100);
  const fill = `${share} % of ${sizeText(maxBytes)} waiting, ${countOf(events, 'event')} in all`;
  return ['journal', broken === undefined ? fill : `broken: ${broken}`];
}

function notifierRows(notifiers: Status['notifiers'] = {}): string[][] {
  return Object.entries(notifiers).map(([name, { pending, failing, delivered, refused = 0 }]) => [
    name,
    [
      `${pending} pending`,
      ...(delivered === undefined ? [] : [`${delivered} delivered`]),
      ...(refused === 0 ? [] : [`${refused} refused`]),
    ].join(', '),
    failing === undefined ? '' : `failing: ${failing}`,
  ]);
}

/** The status as tables. Parts of it come from senders, so control characters are escaped. */
export function formatStatus(status: Status, health: Health, open: readonly AlertView[] = []): string {
  const state = health.reasons.length === 0 ? health.state : `${health.state}: ${health.reasons.join('; ')}`;
  const parts: [string, string[][]][] = [
    ['', [['logboom', `${status.version}, up ${lengthText(Math.floor(status.uptime / 1000) * 1000)}`]]],
    ['', [['health', state], ...memoryRows(status), journalRow(status), ['alerts', alertState(status)]]],
    ['', sinkRows(status)],
    [
      'open alerts',
      openAlertRows(open.filter(({ rule }) => !status.alerts.own.some((own) => own.rule === rule))),
    ],
    ['own alerts', ownAlertRows(status)],
    ['inputs', inputRows(status)],
    ['sources', sourceRows(status.sources)],
    ['kept by rules', keptRows(status)],
    ['processors', processorRows(status)],
    ['readers', readerRows(status)],
    ['forward', forwardRows(status)],
    ['notifiers', notifierRows(status.notifiers)],
    ['streams', notifierRows(status.streams)],
    ['slow matchers', Object.entries(status.alerts.slowMatchers ?? {})],
    ['disabled formats', Object.entries(status.disabledFormats ?? {})],
  ];
  const clean = (rows: string[][]) => rows.map((row) => row.map(printable));
  const titled = parts
    .filter(([title, rows]) => title !== '' && rows.length > 0)
    .map(([title, rows]) => `${title}\n${columns(clean(rows))}`);
  const head = columns(clean(parts.filter(([title]) => title === '').flatMap(([, rows]) => rows)), '');
  return [head, ...titled].join('\n\n');
}

/** `logboom status`: 0 if the server is healthy or degraded, otherwise 1. */
export async function status(source: ApiSource, json: boolean, terminal: Terminal): Promise<number> {
  const [found, health, { alerts }] = await Promise.all([
    ask<Status>(source, '/status'),
    ask<Health>(source, '/health'),
    // A server without alerts has no such page.
    ask<{ alerts?: AlertView[] }>(source, '/alerts', { accepted: [404, 405] }),
  ]);
  terminal.out(
    json ? JSON.stringify({ ...found, health }, null, 2) : formatStatus(found, health, alerts ?? []),
  );
  return health.healthy ? 0 : 1;
}
