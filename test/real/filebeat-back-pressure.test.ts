import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessLines } from './support/access-lines.ts';
import { countOf, findings, namesOf } from './support/findings.ts';
import { type TailedLog, tailGrowingLog } from './support/growing-log.ts';
import type { RealLogboom } from './support/logboom.ts';
import { eventually, type RealElasticsearch, startElasticsearch } from './support/peers.ts';
import { startShipmentServer } from './support/shipment/shipment.ts';

const timeout = 6_000;
let elasticsearch: RealElasticsearch;
let server: RealLogboom;
let log: TailedLog;

beforeAll(async () => {
  elasticsearch = await startElasticsearch('9');
  await elasticsearch.kill();
  server = await startShipmentServer('default', {
    elasticsearch: { hosts: [elasticsearch.url] },
    // The lines take some 7 MB as Filebeat sends them.
    journal: { maxSize: '2mb' },
    lumberjack: { heartbeat: '1s' },
    selfMonitoring: { every: '200ms', oldestUnacknowledged: '5s', keepActiveFor: '0s' },
  });
  const logstash = { compression_level: 0, pipelining: 2, bulk_max_size: 500, timeout: `${timeout}ms` };
  log = await tailGrowingLog(server.lumberjack, logstash);
  await log.grow(10_000);
});
afterAll(async () => {
  await log?.stop();
  await server?.discard();
  await elasticsearch?.stop();
});

it('holds Filebeat with heartbeats while Elasticsearch is away and the journal is full', async () => {
  await eventually('the journal is full', async () => (await server.status()).journal.bytes > 1_500_000);
  const { acked } = await log.filebeat.events();
  await after(3 * timeout);
  expect((await log.filebeat.events()).acked).toBe(acked);
  expect(acked).toBeLessThan(5_000);
  expect((await server.status()).sink.state).toBe('unavailable');
  expect(await server.metric('logboom_lumberjack_heartbeats_total')).toBeGreaterThan(10);
});

it('says so itself, though the journal is full and Elasticsearch away', async () => {
  const { alerts, inputs } = await server.status();
  const own = alerts.own.map(({ rule }) => rule);
  expect(own).toEqual(expect.arrayContaining(['logboom-journal-fill', 'logboom-oldest-unacknowledged']));
  expect(inputs.lumberjack!.oldestUnacknowledged).toBeGreaterThan(5_000);
  expect(server.log()).toMatch(
    /Alert 'logboom-journal-fill' changed state to ACTIVE: .*the journal is \d+ % full/,
  );
});

it('delivers everything once when Elasticsearch is there', async () => {
  await elasticsearch.restart();
  await log.filebeat.acked(10_000, 120_000);
  const names = namesOf('default');
  const all = async () => (await countOf(elasticsearch.request, names.events)) === 10_000;
  await eventually('all lines are in Elasticsearch', all, 120_000);
  const { events } = await findings(elasticsearch.request, names);
  const offsets = events.map(({ _source }) => _source.log.offset).sort((a, b) => a - b);
  expect(offsets).toEqual(accessLines().map(({ offset }) => offset));
});

it('was one connection for Filebeat, all the time', async () => {
  const output = log.filebeat.log();
  expect(output.match(/Connection to backoff\(async\(tcp:.*established/g)).toHaveLength(1);
  expect(output).not.toMatch(/i\/o timeout|Failed to publish events|lumberjack protocol error/);
  expect((await log.filebeat.events()).failed).toBe(0);
  await server.stop();
});
