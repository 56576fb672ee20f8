import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AccessLine, accessLines, countsOf } from './support/access-lines.ts';
import { countOf, type Hit, hitsOf, namesOf } from './support/findings.ts';
import { type TailedLog, tailGrowingLog } from './support/growing-log.ts';
import type { RealLogboom } from './support/logboom.ts';
import { byStartAndGroup, expectedEpisodes } from './support/oracle.ts';
import { eventually, type RealElasticsearch, startElasticsearch } from './support/peers.ts';
import { episodeOf, revisionIn } from './support/shipment/checks.ts';
import { busyClient } from './support/shipment/rules.ts';
import { startShipmentServer } from './support/shipment/shipment.ts';

const names = namesOf('default');
const lines = accessLines();
const bulk = 100;

let elasticsearch: RealElasticsearch;
let server: RealLogboom;
let log: TailedLog;
let shippedAtKills: number[];
let events: Hit[];
let windows: Hit[];
let alerts: Hit[];

beforeAll(async () => {
  elasticsearch = await startElasticsearch('9');
  const { request } = elasticsearch;
  server = await startShipmentServer('default', { elasticsearch: { hosts: [elasticsearch.url] } });
  const logstash = { pipelining: 2, bulk_max_size: bulk, 'backoff.init': '100ms', 'backoff.max': '1s' };
  log = await tailGrowingLog(server.lumberjack, logstash);
  await log.grow(10);
  await log.filebeat.acked(10);
  shippedAtKills = [await killWithin(4_000), await killWithin(4_000)];
  await log.grow(1_990);
  await log.filebeat.acked(10_000, 120_000);
  await eventually('all is indexed and all alerts have ended', quiet, 240_000);
  const half = lines[5_000]!.offset;
  events = [
    ...(await hitsOf(request, names.events, { range: { 'log.offset': { lt: half } } })),
    ...(await hitsOf(request, names.events, { range: { 'log.offset': { gte: half } } })),
  ];
  // Windows that had closed are judged again in parts, so the last ones may take a while.
  const allCounted = async () => {
    windows = await hitsOf(request, names.windows, { term: { 'rule.name': 'requests' } });
    return countedIn(windows) === lines.length;
  };
  await eventually('every line is counted', allCounted, 120_000).catch(() => undefined);
  await eventually('all alerts have ended', quiet, 60_000);
  alerts = await hitsOf(request, names.alerts, { term: { 'rule.name': 'busy-client' } });
});
afterAll(async () => {
  await log?.stop();
  await server?.discard();
  await elasticsearch?.stop();
});

/** Lets the log grow, kills the server while Filebeat ships that, and starts it again. Returns what was shipped. */
async function killWithin(more: number): Promise<number> {
  const { acked } = await log.filebeat.events();
  await log.grow(more);
  while ((await log.filebeat.events()).acked < acked + 3 * bulk);
  await server.kill();
  const shipped = (await log.filebeat.events()).acked;
  await server.restart();
  await log.filebeat.acked(acked + more, 60_000);
  return shipped - acked;
}

const countedIn = (hits: Hit[]): number => hits.reduce((sum, { _source }) => sum + _source.window.count, 0);
const lateEvents = () => server.metric('logboom_events_late_total{rule="requests"}');

/** Nothing is on the way any more: the last minute's window has arrived, and no alert is open. */
async function quiet(): Promise<boolean> {
  const { alerts: state, readers } = await server.status();
  const last = `rule.name:requests AND window.end:"${new Date(endOfLast).toISOString()}"`;
  return (
    state.open === 0 &&
    readers.indexer!.lag.records === 0 &&
    (await countOf(elasticsearch.request, names.windows, last)) === 1 &&
    (await countOf(elasticsearch.request, names.alerts, 'NOT alert.status:inactive')) === 0
  );
}

const minuteOf = ({ time }: AccessLine) => Math.floor(time / 60_000) * 60_000;
const endOfLast = Math.max(...lines.map(minuteOf)) + 60_000;

it('was killed twice while Filebeat shipped', () => {
  for (const shipped of shippedAtKills) expect(shipped).toBeLessThan(4_000);
  expect(server.log().match(/"message":"journal opened"/g)).toHaveLength(3);
});

it('has lost no line', () => {
  const offsets = new Set(events.map(({ _source }) => _source.log.offset));
  expect(offsets).toEqual(new Set(lines.map(({ offset }) => offset)));
});

// A window that was on disk when its ACK could not be sent any more is sent again, and recognised.
it('has no line twice', () => {
  expect(new Set(events.map(({ _id }) => _id)).size).toBe(events.length);
  expect(events).toHaveLength(lines.length);
});

// Filebeat changes the order of windows that it sends again, so lines may come hours late, after their windows.
it('has counted every line in its minute, in time or late', async () => {
  expect(await lateEvents()).toBe(0);
  const found = windows.map(({ _source }) => [Date.parse(_source.window.start), _source.window.count]);
  expect(new Map(found as [number, number][])).toEqual(new Map(countsOf(lines.map(minuteOf))));
  expect(await server.metric('logboom_dead_letters_kept')).toBe(0);
});

it('has the alerts that all lines in order call for', () => {
  const kept = alerts.filter(({ _source }) => _source.alert.withdrawn !== true);
  expect(kept.map(episodeOf).sort(byStartAndGroup)).toEqual(expectedEpisodes(lines, busyClient));
});

it('has said each change of an alert once', async () => {
  const rule = { term: { 'rule.name': 'busy-client' } };
  const transitions = await hitsOf(elasticsearch.request, names.transitions, rule);
  const changes = transitions.map(({ _source: { alert } }) => `${alert.episode} ${alert.to}`);
  const expected = alerts.flatMap(({ _id }) => [`${_id} active`, `${_id} inactive`]);
  expect(changes.sort()).toEqual(expected.sort());
  for (const { _version, _source } of alerts) expect(revisionIn(_version)).toBe(_source.alert.revision);
});

it('stops well in the end', () => server.stop());
