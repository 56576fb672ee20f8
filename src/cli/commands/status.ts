import type { Health } from '../../telemetry/api/health.ts';
import type { Status } from '../../telemetry/api/status.ts';
import { countOf, formatDuration, formatSize, printable } from '../../util/text.ts';
import { type ApiSource, ask } from '../api-client.ts';
import { columns, type Terminal } from '../terminal.ts';
import { inputFindings, sourceRows } from './source-rows.ts';

type InputState = Status['inputs'][string];

function inputRows({ inputs }: Status): string[][] {
  return Object.entries(inputs).map(([name, input]) => {
    if (input.url === undefined)
      return [name, input.kind ?? '', `${sourceState(input)}${inputFindings(input.sources)}`];
    const oldest = input.oldestUnacknowledged;
    const waiting = `${countOf(input.windowsInFlight ?? 0, 'window')} in flight`;
    const age = oldest === undefined ? '' : `, the oldest for ${formatDuration(oldest)}`;
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
    ...(lagBytes === 0 ? [] : [`${formatSize(lagBytes)} behind`]),
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

function readerRows({ readers }: Status): string[][] {
  return Object.entries(readers).map(([name, { lag, waitsFor }]) => {
    const records = `${countOf(lag.records, 'record')} (${formatSize(lag.bytes)})`;
    const behind =
      lag.records === 0 ? 'up to date' : `${records} behind, ${formatDuration(lag.seconds * 1000)}`;
    return [name, behind, waitsFor === undefined ? '' : `waits for ${waitsFor}`];
  });
}

function alertState({ alerts: { open, heldBack = 0, silences = 0 } }: Status): string {
  const held = heldBack === 0 ? [] : [`${countOf(heldBack, 'message')} held back`];
  const silent = silences === 0 ? [] : [`${countOf(silences, 'silence')} active`];
  return [`${open} open`, ...held, ...silent].join('; ');
}

/** Own alerts. */
function ownAlertRows({ alerts }: Status): string[][] {
  return alerts.own.map(({ rule, since, reason }) => [rule, `since ${since}`, reason]);
}

function sinkRows({ sink }: Status): string[][] {
  const problem = sink.reason === undefined ? '' : `: ${sink.reason}`;
  const rows = [[sink.kind, `${sink.url}, ${sink.state}${problem}`]];
  if (sink.deadLetters > 0) rows.push(['dead letters', `${sink.deadLetters}: logboom dead-letters list`]);
  return rows;
}

function journalRow({ journal: { bytes, maxBytes, broken } }: Status): string[] {
  const fill = `${Math.round((bytes / maxBytes) * 100)} % of ${formatSize(maxBytes)} waiting`;
  return ['journal', broken === undefined ? fill : `broken: ${broken}`];
}

function notifierRows({ notifiers }: Status): string[][] {
  return Object.entries(notifiers).map(([name, { pending, failing }]) => [
    name,
    `${pending} pending`,
    failing === undefined ? '' : `failing: ${failing}`,
  ]);
}

function forwardRows({ forward }: Status): string[][] {
  if (!forward) return [];
  const rows = forward.hosts.map(({ host, connected, reason }) => [
    host,
    connected ? 'connected' : 'not connected',
    reason ?? '',
  ]);
  return forward.missed === 0 ? rows : [...rows, ['missed', `${forward.missed} records`]];
}

/** The status as tables. Parts of it come from senders, so control characters are escaped. */
export function formatStatus(status: Status, health: Health): string {
  const state = health.reasons.length === 0 ? health.state : `${health.state}: ${health.reasons.join('; ')}`;
  const parts: [string, string[][]][] = [
    ['', [['logboom', `${status.version}, up ${formatDuration(Math.floor(status.uptime / 1000) * 1000)}`]]],
    ['', [['health', state], journalRow(status), ['alerts', alertState(status)]]],
    ['', sinkRows(status)],
    ['own alerts', ownAlertRows(status)],
    ['inputs', inputRows(status)],
    ['sources', sourceRows(status.sources)],
    ['readers', readerRows(status)],
    ['forward', forwardRows(status)],
    ['notifiers', notifierRows(status)],
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
  const [found, health] = await Promise.all([ask<Status>(source, '/status'), ask<Health>(source, '/health')]);
  terminal.out(json ? JSON.stringify({ ...found, health }, null, 2) : formatStatus(found, health));
  return health.healthy ? 0 : 1;
}
