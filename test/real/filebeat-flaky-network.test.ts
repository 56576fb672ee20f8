import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { diceOf } from '../support/dice.ts';
import { reported } from '../support/eventually.ts';
import { type FlakyProxy, startFlakyProxy } from '../support/lumberjack/flaky-proxy.ts';
import { type RealFilebeat, startFilebeat } from './support/filebeat.ts';
import { inputFor } from './support/growing-log.ts';
import { type RealLogboom, startLogboom } from './support/logboom.ts';
import { eventually } from './support/processes.ts';
import { documentsOf } from './support/scroll.ts';

const count = 100_000;
/** Twenty lines a second. */
const spacing = 50;
const minute = 60_000;
const first = Date.UTC(2026, 4, 28, 10, 0, 0);
const perMinute = minute / spacing;

let folder: string;
let server: RealLogboom;
let proxy: FlakyProxy;
let filebeat: RealFilebeat;
let offsets: number[];
let stored: number[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logboom-flaky-'));
  const path = join(folder, 'app.log');
  const lines = Array.from({ length: count }, (_, n) => lineOf(n));
  await writeFile(path, lines.join(''));
  offsets = lines.map(() => 0);
  for (let n = 1; n < count; n += 1) offsets[n] = offsets[n - 1]! + lines[n - 1]!.length;
  server = await startLogboom({
    rules: [{ name: 'counted', over: '1m' }] as unknown as object,
  });
  const target = Number(server.lumberjack.split(':')[1]);
  proxy = await startFlakyProxy({ target, dice: diceOf(7), within: 6_000_000, patience: 1_500 });
  filebeat = await startFilebeat({
    inputs: [inputFor(path)],
    hosts: [`127.0.0.1:${proxy.port}`],
    logstash: {
      bulk_max_size: 500,
      pipelining: 2,
      compression_level: 0,
      timeout: '4s',
      'backoff.init': '100ms',
      'backoff.max': '500ms',
    },
  });
  await filebeat.acked(count, 150_000);
  const settled = async () => {
    const { readers } = await server.status();
    return Object.values(readers).every(({ lag }) => lag.records === 0);
  };
  await eventually('all is read', settled, 60_000);
  stored = (await documentsOf(server.store, 'logs-*', ['log.offset'])).map(({ log }) => log.offset);
});
afterAll(async () => {
  await filebeat?.stop();
  await proxy?.close();
  await server?.discard();
  await rm(folder, { recursive: true, force: true });
});

function lineOf(n: number): string {
  const time = new Date(first + n * spacing).toISOString().slice(11, 19);
  return `192.0.2.1 - - [28/May/2026:${time} +0000] "GET /item/${n} HTTP/1.1" 200 612 "-" "curl/8.5.0"\n`;
}

it('had connections cut, stalled, deafened and abandoned', () => {
  for (const fault of ['cut', 'stall', 'deafen', 'abandon'] as const)
    expect(proxy.struck[fault], fault).toBeGreaterThan(0);
  expect(proxy.acks.dropped).toBeGreaterThan(0);
});

it('acknowledged each window once, by its own number, in its turn', () => {
  expect(proxy.violations).toEqual([]);
  expect(proxy.acks.sent).toBeGreaterThan(count / 500);
});

it('was told again what it had, and recognised it', async () => {
  expect(await server.metric('logboom_redelivery_events_total')).toBeGreaterThan(0);
  await reported(server, 'logboom_redelivery_forgotten_events_total', 0);
});

it('has every line once', () => {
  expect(stored).toHaveLength(count);
  expect(stored.toSorted((a, b) => a - b)).toEqual(offsets);
});

it('has counted every line once, in the minute that it names', async () => {
  await reported(server, 'logboom_events_late_total', 0);
  const expected = Array.from({ length: Math.ceil(count / perMinute) }, (_, n) =>
    Math.min(perMinute, count - n * perMinute),
  );
  const windows = () =>
    documentsOf(server.store, 'metrics-logboom.windows-*', ['window.start', 'window.count']);
  const counted = async () => (await windows()).reduce((sum, { window }) => sum + window.count, 0);
  // What a connection overtook is late, and corrects its windows.
  await eventually('every line is in a window', async () => (await counted()) === count, 120_000);
  const byStart = (await windows()).sort((a, b) => (a.window.start < b.window.start ? -1 : 1));
  expect(byStart.map(({ window }) => window.count)).toEqual(expected);
});

it('stops well in the end', () => server.stop());
