import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/generator/client.ts';
import { eventually, reported } from '../support/eventually.ts';
import { anHttpServer, reply } from '../support/http.ts';
import { Server } from '../support/server.ts';

const deadPort = 1;

async function aServer(
  more: object = {},
): Promise<{ server: Server; webhook: Awaited<ReturnType<typeof anHttpServer>> }> {
  const webhook = await anHttpServer((_, response) => reply(response, 200));
  const server = await Server.withConfig({
    elasticsearch: { hosts: [`http://127.0.0.1:${deadPort}`], timeout: '1s' },
    indexing: { retryInitial: '100ms', retryMax: '500ms' },
    time: { idleAfter: '1s' },
    journal: { tick: '50ms' },
    notifiers: { ops: { kind: 'webhook', url: webhook.url } },
    rules: [{ name: 'burst', over: '1s', every: '10ms', lateness: '0s', when: '>= 5', notify: ['ops'] }],
    ...more,
  });
  await server.start();
  return { server, webhook };
}

async function shipBurst(server: Server): Promise<void> {
  const client = await connect({ host: '127.0.0.1', port: server.ports.lumberjack });
  onTestFinished(() => client.close());
  const start = Date.now() - 500;
  await client.send(
    Array.from({ length: 20 }, (_, index) =>
      JSON.stringify({ '@timestamp': new Date(start + index * 10).toISOString(), number: index }),
    ),
  );
}

describe('while Elasticsearch is down', () => {
  it('events are acknowledged and people are told; the status says what is waited for', async () => {
    const { server, webhook } = await aServer();
    await shipBurst(server);
    await eventually(() => expect(webhook.received).toHaveLength(2));
    const { sink, readers, journal } = await server.status();
    expect(sink).toMatchObject({
      state: 'unavailable',
      reason: expect.stringMatching(/ECONNREFUSED|connect/),
    });
    expect(readers.indexer!.waitsFor).toBe('Elasticsearch');
    expect(readers.indexer!.position).toBe(0);
    // A tick may follow at any moment, so the analyser is asked for what the journal held.
    await eventually(async () =>
      expect((await server.status()).readers.analyser!.position).toBeGreaterThanOrEqual(journal.newest),
    );
    await eventually(async () => expect((await server.status()).alerts.open).toBe(0));
    expect((await server.get('/health')).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });

  it('a stop is not held up, and everything is delivered when it is back, each document once', async () => {
    const { server, webhook } = await aServer();
    await shipBurst(server);
    await eventually(() => expect(webhook.received).toHaveLength(2));
    const began = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(10_000);
    const { elasticsearch: _, ...embedded } = server.read();
    server.write(embedded);
    await server.start();
    await server.settled();
    await eventually(async () => {
      expect(await server.documents('logs-generic-default')).toHaveLength(20);
      expect(await server.documents('logs-logboom.alerts-default')).toHaveLength(2);
      expect(await server.documents('alerts')).toHaveLength(1);
    });
    const [alert] = await server.documents('alerts');
    expect(alert!._source.alert).toMatchObject({ status: 'inactive' });
    expect(webhook.received).toHaveLength(2);
  });

  it('logboom tells that it is down, and that it is over; both are in the index when it is back', async () => {
    const selfMonitoring = { every: '100ms', sinkDown: '500ms', keepActiveFor: '0s' };
    const { server, webhook } = await aServer({ selfMonitoring });
    const told = () => webhook.received.map(({ body }) => body as { message: string; alert: { id: string } });
    await eventually(() => expect(told()).toHaveLength(1));
    expect(told()[0]!.message).toMatch(/^logboom-sink-down: Elasticsearch has not taken everything.*connect/);
    const { alerts } = await server.status();
    expect(alerts.own).toMatchObject([{ rule: 'logboom-sink-down' }]);
    await reported(server, 'logboom_own_alerts_open', 1);
    expect(await server.metric('logboom_sink_trouble_seconds')).toBeGreaterThan(0.4);
    await server.stop();
    const { elasticsearch: _, ...embedded } = server.read();
    server.write(embedded);
    await server.start();
    await eventually(() => expect(told()).toHaveLength(2));
    expect(told()[1]!.message).toMatch(/recovered: Elasticsearch takes documents/);
    await eventually(async () => {
      const [alert, ...others] = await server.documents('alerts');
      expect(others).toEqual([]);
      expect(alert!._source).toMatchObject({
        rule: { name: 'logboom-sink-down' },
        alert: { status: 'inactive' },
      });
      expect(alert!._id).toBe(told()[0]!.alert.id);
    });
    expect(
      (await server.documents('logs-logboom.alerts-default')).map(({ _source }) => _source),
    ).toHaveLength(2);
  });
});
