import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, type LumberjackClient } from '../../src/generator/client.ts';
import { eventually, reported } from '../support/eventually.ts';
import { Server } from '../support/server.ts';

let server: Server;
let client: LumberjackClient;

beforeAll(async () => {
  const rules = [{ name: 'burst', over: '1s', lateness: '0s', by: ['host.name'], when: '>= 2' }];
  server = await Server.shared({ rules, parsers: { timestamp: '@timestamp' } });
  await server.start();
  client = await connect({ host: '127.0.0.1', port: server.ports.lumberjack });
});
afterAll(async () => {
  client.close();
  await server.end();
});

const begin = Math.floor((Date.now() - 600_000) / 1000) * 1000;
const at = (after: number, host = 'web-1') =>
  JSON.stringify({
    '@timestamp': new Date(begin + after).toISOString(),
    host: { name: host },
    agent: { id: 'x' },
  });

interface Alert {
  status: string;
  count: number;
  revision: number;
  late_count: number;
  reason: string;
}
const alerts = async () => (await server.documents('alerts')).map(({ _source }) => _source.alert as Alert);

it('an event that comes too late for an alert changes its document in the index, and says so', async () => {
  await client.send([at(100), at(200), at(5000)]);
  await eventually(async () => expect(await alerts()).toMatchObject([{ status: 'inactive', late_count: 0 }]));
  const [before] = await alerts();
  await client.send([at(300), at(400, 'web-2'), at(500), at(7000)]);
  await eventually(async () => expect(await alerts()).toMatchObject([{ late_count: 2 }]));
  expect(await alerts()).toEqual([
    {
      ...before,
      late_count: 2,
      revision: before!.revision + 1,
      reason: `${before!.reason}; 2 events of its time came too late to be counted`,
    },
  ]);
  await reported(server, 'logboom_events_late_total{rule="burst"}', 3);
});
