import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/generator/client.ts';
import { eventually } from '../support/eventually.ts';
import { Server } from '../support/server.ts';

/** Takes every request and answers none. */
async function aServerThatHangs() {
  let requests = 0;
  const server = createServer(() => {
    requests += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: () => requests };
}

const events = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    JSON.stringify({ '@timestamp': new Date(Date.now() - 500 + index).toISOString(), message: `${index}` }),
  );

async function aBusyServer() {
  const [elasticsearch, webhook] = [await aServerThatHangs(), await aServerThatHangs()];
  const server = await Server.withConfig({
    elasticsearch: { hosts: [elasticsearch.url] },
    indexing: { installTemplates: false },
    notifiers: { ops: { kind: 'webhook', url: webhook.url } },
    rules: [{ name: 'burst', over: '1s', lateness: '0s', when: '>= 5', notify: ['ops'] }],
    shutdown: { timeout: '20s' },
  });
  await server.start();
  const client = await connect({ host: '127.0.0.1', port: server.ports.lumberjack });
  onTestFinished(() => client.close());
  await client.send(events(20));
  await eventually(() => expect(webhook.requests()).toBeGreaterThan(0), { timeout: 20_000 });
  await eventually(() => expect(elasticsearch.requests()).toBeGreaterThan(0), { timeout: 20_000 });
  return { server, client };
}

describe('a stop', () => {
  it('ends with 0 although nobody answers whom logboom waits for', async () => {
    const { server } = await aBusyServer();
    expect(await server.stop()).toBe(0);
    expect(server.log.at(-1)!.message).toBe('stopped');
  });

  it('ends with 0 although senders wait for a full journal, and takes nothing from them', async () => {
    const elasticsearch = await aServerThatHangs();
    const server = await Server.withConfig({
      elasticsearch: { hosts: [elasticsearch.url] },
      indexing: { installTemplates: false },
      journal: { maxSize: '1mb' },
      shutdown: { timeout: '6s' },
    });
    await server.start();
    const client = await connect({
      host: '127.0.0.1',
      port: server.ports.lumberjack,
      compressionLevel: 0,
      pipelining: 4,
    });
    onTestFinished(() => client.close());
    let acknowledged = 0;
    for (let window = 0; window < 8; window += 1)
      void client
        .send(events(20).map((event) => event.replace('"message":"', `$&${'x'.repeat(20_000)}`)))
        .then(
          () => {
            acknowledged += 1;
          },
          () => undefined,
        );
    await eventually(() => expect(server.text).toContain('journal is full'), { timeout: 20_000 });
    expect(await server.stop()).toBe(0);
    expect(server.log.at(-1)!.message).toBe('stopped');
    expect(acknowledged).toBeLessThan(8);
  });

  it('that was asked for twice ends at once, and loses nothing', async () => {
    const { server, client } = await aBusyServer();
    await client.send(events(20));
    server.child!.kill('SIGSTOP');
    for (let signal = 0; signal < 2; signal += 1) server.child!.kill(signal === 0 ? 'SIGTERM' : 'SIGINT');
    server.child!.kill('SIGCONT');
    const code = await server.stop('SIGTERM');
    // Signals that came at once may be heard as a stop and its repetition, in either order.
    expect([130, 143]).toContain(code);
    const { elasticsearch: _, ...embedded } = server.read();
    server.write(embedded);
    await server.start();
    await eventually(async () => expect(await server.documents('logs-generic-default')).toHaveLength(40), {
      timeout: 20_000,
    });
  });

  it('that is asked for before logboom serves waits until it can', async () => {
    const server = await Server.withConfig({ rules: [{ name: 'counted', over: '1s' }] });
    const started = server.start().catch(() => undefined);
    await eventually(() => expect(server.text).toContain('journal opened'), { timeout: 20_000, interval: 5 });
    expect(await server.stop()).toBe(0);
    await started;
  });
});
