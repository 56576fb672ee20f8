import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
  group: string;
  peak: number;
  revision: number;
  late: boolean;
  late_count: number;
  reason: string;
}
const alerts = async () => (await server.documents('alerts')).map(({ _source }) => _source.alert as Alert);
const windows = async () =>
  (await server.documents('metrics-logboom.windows-default')).map(({ _source }) => {
    const { window, alert } = _source as { window: Record<string, number>; alert?: { group: string } };
    return { ...window, alert };
  });

describe('events that come after their windows closed, at default settings', () => {
  it('correct the alert of their time in the index, and the document says so', async () => {
    await client.send([at(100), at(200), at(5000)]);
    await eventually(async () =>
      expect(await alerts()).toMatchObject([{ status: 'inactive', late_count: 0, peak: 2 }]),
    );
    const [before] = await alerts();
    await client.send([at(300), at(400, 'web-2'), at(500), at(7000)]);
    await eventually(async () => expect(await alerts()).toMatchObject([{ late_count: 2 }]));
    expect(await alerts()).toMatchObject([
      {
        status: 'inactive',
        peak: 4,
        revision: before!.revision + 1,
        reason: `${before!.reason}; 2 events of its time came late and were counted`,
      },
    ]);
    await reported(server, 'logboom_events_corrected_total{rule="burst"}', 3);
    await reported(server, 'logboom_events_late_total', 0);
  });

  it('are in the document of their window, which has a revision and the number of them', async () => {
    await eventually(async () =>
      expect(await windows()).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ count: 4, revision: 2, late_count: 2 }),
          expect.objectContaining({ count: 1, revision: 1, late_count: 1 }),
        ]),
      ),
    );
  });

  it('raise the alert that they would have raised in time, marked late and dated right', async () => {
    await client.send([at(3100, 'web-3'), at(3200, 'web-3'), at(9000)]);
    await eventually(async () => expect(await alerts()).toHaveLength(2));
    const documents = await server.documents('alerts');
    const raised = documents.find(({ _source }) => (_source.alert as Alert).late)!;
    expect(raised._source).toMatchObject({
      event: { start: new Date(begin + 3100).toISOString(), end: new Date(begin + 5000).toISOString() },
      alert: { status: 'inactive', late: true, late_count: 2 },
    });
  });
});
