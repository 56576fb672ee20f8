import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect } from '../../src/generator/client.ts';
import { anHttpServer, reply } from '../support/http.ts';
import { Server } from '../support/server.ts';

const deadPort = 1;

async function aServer(): Promise<{ server: Server; webhook: Awaited<ReturnType<typeof anHttpServer>> }> {
  const webhook = await anHttpServer((_, response) => reply(response, 200));
  const server = await Server.withConfig({
    elasticsearch: { hosts: [`http://127.0.0.1:${deadPort}`], timeout: '1s' },
    indexing: { retryInitial: '100ms', retryMax: '500ms' },
    time: { idleAfter: '1s' },
    journal: { tick: '50ms' },
    notifiers: { ops: { kind: 'webhook', url: webhook.url } },
    rules: [{ name: 'burst', over: '1s', every: '10ms', lateness: '0s', when: '>= 5', notify: ['ops'] }],
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
  it('events are acknowledged and people are told; the status says what is waited for', {
    timeout: 60_000,
  }, async () => {
    const { server, webhook } = await aServer();
    await shipBurst(server);
    await vi.waitFor(() => expect(webhook.received).toHaveLength(2), { timeout: 15_000 });
    const { sink, readers, journal, alerts } = await server.status();
    expect(sink).toMatchObject({
      state: 'unavailable',
      reason: expect.stringMatching(/ECONNREFUSED|connect/),
    });
    expect(readers.indexer!.waitsFor).toBe('Elasticsearch');
    expect(readers.indexer!.position).toBe(0);
    expect(readers.analyser!.position).toBe(journal.newest);
    expect(alerts.open).toBe(0);
    expect((await server.get('/health')).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });

  it('a stop is not held up, and everything is delivered when it is back, each document once', {
    timeout: 60_000,
  }, async () => {
    const { server, webhook } = await aServer();
    await shipBurst(server);
    await vi.waitFor(() => expect(webhook.received).toHaveLength(2), { timeout: 15_000 });
    const began = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(10_000);
    const { elasticsearch: _, ...embedded } = server.read();
    server.write(embedded);
    await server.start();
    await server.settled();
    await vi.waitFor(async () => {
      expect(await server.documents('logs-generic-default')).toHaveLength(20);
      expect(await server.documents('logs-logboom.alerts-default')).toHaveLength(2);
      expect(await server.documents('alerts')).toHaveLength(1);
    });
    const [alert] = await server.documents('alerts');
    expect(alert!._source.alert).toMatchObject({ status: 'inactive' });
    expect(webhook.received).toHaveLength(2);
  });
});
