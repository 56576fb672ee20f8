import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessLines } from './support/access-lines.ts';
import { type TailedLog, tailGrowingLog } from './support/growing-log.ts';
import { type RealLogboom, startLogboom } from './support/logboom.ts';
import { eventually } from './support/processes.ts';
import { documentsOf } from './support/scroll.ts';

const lines = accessLines();
const settings = { lumberjack: { maxConnectionAge: '2s' } };

let nodes: RealLogboom[];
let log: TailedLog;
/** Places of the lines that each node has. */
let stored: number[][];

beforeAll(async () => {
  nodes = [await startLogboom(settings), await startLogboom(settings)];
  const hosts = nodes.map(({ lumberjack }) => lumberjack);
  log = await tailGrowingLog(hosts, { bulk_max_size: 50, pipelining: 2, 'backoff.init': '100ms' });
  // Filebeat ships for as long as several connections live, and has windows on the way all the time.
  for (let n = 0; n < 100; n += 1) {
    await log.grow(100);
    await after(200);
  }
  await log.filebeat.acked(lines.length, 60_000);
  for (const node of nodes)
    await eventually('all is indexed', async () => (await node.status()).readers.indexer!.lag.records === 0);
  const places = async ({ store }: RealLogboom) =>
    (await documentsOf(store, 'logs-*', ['log.offset'])).map(({ log: { offset } }) => offset as number);
  stored = await Promise.all(nodes.map(places));
});
afterAll(async () => {
  await log?.stop();
  for (const node of nodes ?? []) await node.discard();
});

const name = 'logboom_lumberjack_retired_connections_total';

it('had connections end for their age, and Filebeat go from one node to the other', async () => {
  const retired = await Promise.all(nodes.map((node) => node.metric(name)));
  expect(retired[0]! + retired[1]!).toBeGreaterThan(3);
  for (const places of stored) expect(places.length).toBeGreaterThan(0);
});

it('has lost no line and doubled none', () => {
  const all = stored.flat().sort((a, b) => a - b);
  expect(all).toEqual(lines.map(({ offset }) => offset));
});

it('stops well in the end', async () => {
  for (const node of nodes) await node.stop();
});
