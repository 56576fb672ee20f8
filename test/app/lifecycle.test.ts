import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/generator/client.ts';
import { eventually, reported } from '../support/eventually.ts';
import { anHttpServer, reply } from '../support/http.ts';
import { Server } from '../support/server.ts';

async function aServer(config: Record<string, unknown> = {}) {
  const webhook = await anHttpServer((_, response) => reply(response, 200));
  const server = await Server.withConfig({
    time: { idleAfter: '1s' },
    journal: { tick: '50ms' },
    notifiers: { ops: { kind: 'webhook', url: webhook.url } },
    rules: [
      {
        name: 'burst',
        by: ['host.name'],
        over: '1s',
        every: '10ms',
        lateness: '100ms',
        when: '>= 5',
        cooldown: '1h',
        notify: ['ops'],
      },
    ],
    ...config,
  });
  await server.start();
  return { server, webhook };
}

async function aSender(server: Server) {
  const client = await connect({ host: '127.0.0.1', port: server.ports.lumberjack });
  onTestFinished(() => client.close());
  return client;
}

/** Events 10 ms apart that end a moment ago. */
function burst(count: number, first = 0): string[] {
  const start = Date.now() - count * 10 - 500;
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify({
      '@timestamp': new Date(start + index * 10).toISOString(),
      message: `event ${first + index}`,
      host: { name: 'web-1' },
    }),
  );
}

const statuses = (documents: { _source: Record<string, unknown> }[]) =>
  documents.map(({ _source }) => (_source.alert as { status: string }).status);
const alertIn = ({ body }: { body: unknown }) => (body as { alert: { status: string } }).alert.status;
const opened = (server: Server, open: number) =>
  eventually(async () => expect((await server.status()).alerts.open).toBe(open));

describe('the server', () => {
  it('counts, alerts, indexes and tells people, each once', async () => {
    const { server, webhook } = await aServer();
    await (await aSender(server)).send(burst(20));
    await opened(server, 1);
    await opened(server, 0);
    await server.settled();
    await eventually(async () => expect(await server.documents('logs-generic-default')).toHaveLength(20));
    await eventually(async () => expect(statuses(await server.documents('alerts'))).toEqual(['inactive']));

    const [alert] = await server.documents('alerts');
    expect(alert!._source).toMatchObject({
      rule: { name: 'burst' },
      host: { name: 'web-1' },
      alert: { peak: 20 },
    });
    const { samples } = alert!._source.alert as { samples: { message: string; id: string }[] };
    expect(samples.map(({ message }) => message)).toEqual(expect.arrayContaining(['event 0', 'event 19']));
    const stored = (await server.documents('logs-generic-default')).map(({ _id }) => _id);
    for (const { id } of samples) expect(stored).toContain(id);
    const transitions = await server.documents('logs-logboom.alerts-default');
    expect(statuses(transitions)).toEqual(['active', 'inactive']);
    // The last tile may close after the alert: the burst can lie across two.
    await eventually(async () => {
      const windows = await server.documents('metrics-logboom.windows-default');
      const counted = windows.map(({ _source }) => (_source.window as { count: number }).count);
      expect(counted.reduce((sum, count) => sum + count, 0)).toBe(20);
    });
    expect(webhook.received.map(alertIn)).toEqual(['active', 'inactive']);

    expect((await server.get('/health')).status).toBe(200);
    await reported(server, 'logboom_events_analysed_total', 20);
    await reported(server, 'logboom_notifications_pending', 0);
    const { journal, sink } = await server.status();
    await eventually(async () =>
      expect((await server.status()).readers.analyser!.position).toBeGreaterThanOrEqual(journal.newest),
    );
    expect(sink.state).toBe('ready');
    expect(await server.stop()).toBe(0);
  });

  it('goes on where it was after a stop: the same alert, and the cooldown', async () => {
    const { server, webhook } = await aServer({ time: { idleAfter: '5s' } });
    await (await aSender(server)).send(burst(20));
    await opened(server, 1);
    await eventually(() => expect(webhook.received).toHaveLength(1));
    expect(await server.stop()).toBe(0);

    await server.start();
    const { notifiers, readers } = await eventually(async () => {
      const status = await server.status();
      expect(status.alerts.open).toBe(1);
      return status;
    });
    expect(notifiers.ops).toEqual({ pending: 0, delivered: 1, refused: 0 });
    expect(readers.analyser!.position).toBeGreaterThan(0);
    await opened(server, 0);
    await eventually(async () => expect(statuses(await server.documents('alerts'))).toEqual(['inactive']));
    await eventually(() => expect(webhook.received.map(alertIn)).toEqual(['active', 'inactive']));

    // Within the cooldown the alert is raised again, and nobody is told.
    await (await aSender(server)).send(burst(20, 20));
    await opened(server, 1);
    await opened(server, 0);
    await eventually(async () =>
      expect(statuses(await server.documents('alerts'))).toEqual(['inactive', 'inactive']),
    );
    await server.settled();
    expect(webhook.received).toHaveLength(2);
    expect(await server.documents('logs-generic-default')).toHaveLength(40);
    expect(await server.stop()).toBe(0);
  });

  it('acknowledges what it has in hand when it is asked to stop', async () => {
    const { server } = await aServer();
    const client = await aSender(server);
    const sent = Array.from({ length: 200 }, () => client.send(burst(50)));
    const acknowledged = Promise.allSettled(sent);
    await sent[20];
    expect(await server.stop()).toBe(0);
    const windows = (await acknowledged).filter(({ status }) => status === 'fulfilled').length;
    expect(windows).toBeGreaterThan(20);
    await server.start();
    await server.settled();
    const stored = await server.documents('logs-generic-default');
    expect(stored.length).toBeGreaterThanOrEqual(50 * windows);
    expect(new Set(stored.map(({ _id }) => _id)).size).toBe(stored.length);
  });

  it('shows no secret in its status, its metrics or its log', async () => {
    const { server } = await aServer({
      notifiers: { ops: { kind: 'slack', url: 'http://127.0.0.1:9/services/T0/B0/very-secret-token' } },
    });
    await (await aSender(server)).send(burst(20));
    await opened(server, 1);
    await eventually(() => expect(server.text).toContain('did not take a notification'));
    const shown = [(await server.get('/status')).text, (await server.get('/metrics')).text, server.text];
    for (const text of shown) expect(text).not.toContain('very-secret-token');
    expect((await server.status()).notifiers.ops!.pending).toBe(1);
    expect(await server.stop()).toBe(0);
    await server.start();
    expect((await server.status()).notifiers.ops!.pending).toBeGreaterThanOrEqual(1);
    expect(await server.metric('logboom_notifications_pending')).toBeGreaterThanOrEqual(1);
  });
});
