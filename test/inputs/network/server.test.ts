import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { eventually, reported } from '../../support/eventually.ts';
import { freePort } from '../../support/ports.ts';
import { Server } from '../../support/server.ts';
import { documentsOf, eventsOf, expectEachOnce, numbered, opened, send } from './support.ts';

const aServer = async (...inputs: Record<string, unknown>[]) => {
  const server = await Server.withConfig({ inputs, rules: [] });
  await server.start();
  return server;
};

/** One server for the tests that do not end it: each has inputs of its own, which write to a dataset of their own. */
let shared: Server;
const ports = { proxied: 0, lines: 0, grams: 0, limited: 0, syslog: 0, logger: 0, feed: 0 };
beforeAll(async () => {
  for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await freePort();
  shared = await Server.shared({
    inputs: [
      { kind: 'tcp', name: 'proxied', port: ports.proxied, dataset: 'proxied', proxy_protocol: true },
      { kind: 'tcp', name: 'lines', port: ports.lines, dataset: 'app', fields: { 'service.name': 'shop' } },
      { kind: 'udp', name: 'grams', port: ports.grams, tags: ['udp'], dataset: 'grams' },
      { kind: 'tcp', name: 'limited', port: ports.limited, maxConnections: 1 },
      { kind: 'syslog', name: 'syslog', port: ports.syslog, dataset: 'system.syslog' },
      { kind: 'syslog', name: 'logger', port: ports.logger, dataset: 'system.logger' },
      { kind: 'tcp', name: 'feed', connect: [`127.0.0.1:${ports.feed}`], dataset: 'feed' },
    ],
    rules: [],
  });
  await shared.start();
});
afterAll(async () => {
  expect(await shared.stop()).toBe(0);
  await shared.end();
});

async function sendDatagrams(port: number, ...texts: string[]): Promise<void> {
  const socket = createSocket('udp4');
  for (const text of texts)
    await new Promise<void>((resolve) => socket.send(text, port, '127.0.0.1', () => resolve()));
  socket.close();
}

describe('a server that takes lines over TCP and UDP', () => {
  it('takes the address of a client behind a load balancer from its header', async () => {
    const to = { port: ports.proxied, host: '127.0.0.1' };
    await send(to, 'without a header\n');
    await send(to, 'PROXY TCP4 203.0.113.7 10.0.0.1 56324 5140\r\none\n');
    await reported(shared, eventsOf('proxied', 'tcp'), 1);
    const [line] = await documentsOf(shared, 'logs-proxied-default', 1);
    expect(line).toMatchObject({ message: 'one', log: { source: { address: '203.0.113.7:56324' } } });
    await reported(
      shared,
      'logboom_input_failures_total{input="proxied",kind="tcp",reason="proxy-header"}',
      1,
    );
  });

  it('stores them with the address of their sender, and shows both inputs in the status', async () => {
    const { lines: tcp, grams: udp } = ports;
    const server = shared;
    await send({ port: tcp, host: '127.0.0.1' }, 'one\r\n{"level":"error","message":"two"}\nthree "3" ü');
    await sendDatagrams(udp, 'four\nfive', 'six\n');
    await reported(server, eventsOf('lines', 'tcp'), 3);
    await reported(server, eventsOf('grams', 'udp'), 3);

    const lines = await documentsOf(server, 'logs-app-default', 3);
    expect(lines.map(({ message }) => message).sort()).toEqual(['one', 'three "3" ü', 'two']);
    expect(lines.find(({ message }) => message === 'one')).toMatchObject({
      log: { offset: 0, source: { address: expect.stringMatching(/^127\.0\.0\.1:\d+$/) } },
      host: { name: hostname() },
      input: { type: 'tcp' },
      service: { name: 'shop' },
    });
    expect(lines.find(({ message }) => message === 'two')).toMatchObject({ log: { level: 'error' } });
    const grams = await documentsOf(server, 'logs-grams-default', 3);
    expectEachOnce(grams, ['four', 'five', 'six']);
    expect(grams[0]).toMatchObject({ tags: ['udp'], input: { type: 'udp' } });
    expect(grams[0]!.log).not.toHaveProperty('offset');

    const { inputs } = await server.status();
    expect(inputs.lines).toMatchObject({
      kind: 'tcp',
      events: 3,
      connections: 0,
      listens: `127.0.0.1:${tcp}`,
    });
    expect(inputs.grams).toMatchObject({ kind: 'udp', events: 3, dropped: 0 });
  });

  it('holds each line once that it stored before it was killed', async () => {
    const [tcp, udp] = [await freePort(), await freePort()];
    const server = await aServer(
      { kind: 'tcp', name: 'lines', port: tcp },
      { kind: 'udp', name: 'grams', port: udp, dataset: 'grams' },
    );
    const before = numbered(0, 2_000);
    const socket = await opened({ port: tcp, host: '127.0.0.1' });
    socket.write(`${before.join('\n')}\n`);
    await sendDatagrams(udp, 'gram 1', 'gram 2');
    await reported(server, eventsOf('lines', 'tcp'), before.length);
    await reported(server, eventsOf('grams', 'udp'), 2);
    await server.kill();
    await server.start();
    const after = numbered(2_000, 3_000);
    await send({ port: tcp, host: '127.0.0.1' }, `${after.join('\n')}\n`);
    expectEachOnce(await documentsOf(server, 'logs-generic-default', 3_000), [...before, ...after]);
    expectEachOnce(await documentsOf(server, 'logs-grams-default', 2), ['gram 1', 'gram 2']);
  });

  it('refuses connections beyond the limit, and counts them', async () => {
    const to = { port: ports.limited, host: '127.0.0.1' };
    await opened(to);
    const second = await opened(to);
    await once(second.resume(), 'close');
    await reported(
      shared,
      'logboom_input_failures_total{input="limited",kind="tcp",reason="turned-away"}',
      1,
    );
  });

  it('takes lines of a Unix socket, also after a kill left its file behind', async () => {
    const server = await Server.withConfig({ rules: [] });
    const path = join(server.folder, 'lines.sock');
    server.write({ ...server.read(), inputs: [{ kind: 'tcp', name: 'local', path }] });
    await server.start();
    await send({ path }, 'one\n');
    await reported(server, eventsOf('local', 'tcp'), 1);
    await server.kill();
    await server.start();
    await send({ path }, 'two\n');
    const found = await documentsOf(server, 'logs-generic-default', 2);
    expectEachOnce(found, ['one', 'two']);
    expect(found[0]).toMatchObject({ host: { name: hostname() } });
  });
});

describe('a server that connects to a server of lines', () => {
  it('waits for it, says so in the status, and connects again when the connection ends', async () => {
    const server = shared;
    await eventually(async () =>
      expect((await server.status()).inputs.feed!.problems?.[0]).toMatch(/not connected.*ECONNREFUSED/),
    );
    const sockets: Socket[] = [];
    const feed = createServer((socket) => void sockets.push(socket.on('error', () => {})));
    onTestFinished(() => void feed.close());
    feed.listen(ports.feed, '127.0.0.1');
    // The server pauses for up to a minute between attempts, the longer the earlier tests of this file took.
    await eventually(() => expect(sockets).toHaveLength(1), { timeout: 70_000 });
    sockets[0]!.write('one\n');
    await reported(server, eventsOf('feed', 'tcp'), 1);
    expect((await server.status()).inputs.feed).not.toHaveProperty('problems');
    sockets[0]!.destroy();
    await eventually(() => expect(sockets).toHaveLength(2));
    sockets[1]!.end('two\n');
    expectEachOnce(await documentsOf(server, 'logs-feed-default', 2), ['one', 'two']);
  });
});

describe('a server that takes syslog', () => {
  it('keeps the host of each line, and the relay that passed it on', async () => {
    const [server, port] = [shared, ports.syslog];
    const counted = '<34>1 2026-11-20T10:00:00Z web-1 app 12 - - counted\nin two lines';
    const to = { port, host: '127.0.0.1' };
    await send(to, `${Buffer.byteLength(counted)} ${counted}<34>Nov 20 10:00:00 web-2 app[1]: plain\n`);
    await sendDatagrams(port, '<34>Nov 20 10:00:00 web-3 app: datagram\nin two lines\n', '<13>no header');
    await reported(server, eventsOf('syslog', 'syslog'), 4);
    const found = await documentsOf(server, 'logs-system.syslog-default', 4);
    const hosts = found.map(({ host }) => (host as { name: string }).name).sort();
    expect(hosts).toEqual([hostname(), 'web-1', 'web-2', 'web-3'].sort());
  });

  it('takes what logger sends, by both framings and over UDP', async () => {
    const [server, port] = [shared, ports.logger];
    const logger = (...args: string[]) =>
      execFileSync('logger', ['-n', '127.0.0.1', '-P', String(port), '-t', 'shop', ...args]);
    logger('--tcp', '--rfc5424', 'modern');
    logger('--tcp', '--rfc3164', 'classic');
    logger('--tcp', '--octet-count', 'counted');
    logger('--udp', 'datagram');
    await reported(server, eventsOf('logger', 'syslog'), 4);
    const found = await documentsOf(server, 'logs-system.logger-default', 4);
    for (const word of ['modern', 'classic', 'counted', 'datagram'])
      expect(found.filter(({ message }) => String(message).endsWith(word))).toHaveLength(1);
    for (const { host } of found) expect(hostname()).toContain((host as { name: string }).name);
  });
});
