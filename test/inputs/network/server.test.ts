import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually, reported } from '../../support/eventually.ts';
import { freePort } from '../../support/ports.ts';
import { Server } from '../../support/server.ts';
import { documentsOf, eventsOf, expectEachOnce, numbered, opened, send } from './support.ts';

const aServer = async (...inputs: Record<string, unknown>[]) => {
  const server = await Server.withConfig({ inputs, rules: [] });
  await server.start();
  return server;
};

async function sendDatagrams(port: number, ...texts: string[]): Promise<void> {
  const socket = createSocket('udp4');
  for (const text of texts)
    await new Promise<void>((resolve) => socket.send(text, port, '127.0.0.1', () => resolve()));
  socket.close();
}

describe('a server that takes lines over TCP and UDP', () => {
  it('stores them with the address of their sender, and shows both inputs in the status', async () => {
    const [tcp, udp] = [await freePort(), await freePort()];
    const server = await aServer(
      { kind: 'tcp', name: 'lines', port: tcp, dataset: 'app', fields: { 'service.name': 'shop' } },
      { kind: 'udp', name: 'grams', port: udp, tags: ['udp'], dataset: 'grams' },
    );
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
    expect(await server.stop()).toBe(0);
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
    const port = await freePort();
    const server = await aServer({ kind: 'tcp', name: 'lines', port, maxConnections: 1 });
    await opened({ port, host: '127.0.0.1' });
    const second = await opened({ port, host: '127.0.0.1' });
    await once(second.resume(), 'close');
    await reported(server, 'logboom_input_failures_total{input="lines",kind="tcp",reason="turned-away"}', 1);
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
    const port = await freePort();
    const server = await aServer({ kind: 'tcp', name: 'feed', connect: [`127.0.0.1:${port}`] });
    await eventually(async () =>
      expect((await server.status()).inputs.feed!.problems?.[0]).toMatch(/not connected.*ECONNREFUSED/),
    );
    const sockets: Socket[] = [];
    const feed = createServer((socket) => void sockets.push(socket.on('error', () => {})));
    onTestFinished(() => void feed.close());
    feed.listen(port, '127.0.0.1');
    await eventually(() => expect(sockets).toHaveLength(1));
    sockets[0]!.write('one\n');
    await reported(server, eventsOf('feed', 'tcp'), 1);
    expect((await server.status()).inputs.feed).not.toHaveProperty('problems');
    sockets[0]!.destroy();
    await eventually(() => expect(sockets).toHaveLength(2));
    sockets[1]!.end('two\n');
    expectEachOnce(await documentsOf(server, 'logs-generic-default', 2), ['one', 'two']);
  });
});

describe('a server that takes syslog', () => {
  it('keeps the host of each line, and the relay that passed it on', async () => {
    const port = await freePort();
    const server = await aServer({ kind: 'syslog', name: 'syslog', port, dataset: 'system.syslog' });
    const counted = '<34>1 2026-11-20T10:00:00Z web-1 app 12 - - counted\nin two lines';
    const to = { port, host: '127.0.0.1' };
    await send(to, `${Buffer.byteLength(counted)} ${counted}<34>Nov 20 10:00:00 web-2 app[1]: plain\n`);
    await sendDatagrams(port, '<34>Nov 20 10:00:00 web-3 app: datagram\nin two lines\n', '<13>no header');
    await reported(server, eventsOf('syslog', 'syslog'), 4);
    const found = await documentsOf(server, 'logs-system.syslog-default', 4);
    const hosts = found.map(({ host }) => (host as { name: string }).name).sort();
    expect(hosts).toEqual([hostname(), 'web-1', 'web-2', 'web-3'].sort());
    expect(await server.stop()).toBe(0);
  });

  it('takes what logger sends, by both framings and over UDP', async () => {
    const port = await freePort();
    const server = await aServer({ kind: 'syslog', name: 'syslog', port, dataset: 'system.syslog' });
    const logger = (...args: string[]) =>
      execFileSync('logger', ['-n', '127.0.0.1', '-P', String(port), '-t', 'shop', ...args]);
    logger('--tcp', '--rfc5424', 'modern');
    logger('--tcp', '--rfc3164', 'classic');
    logger('--tcp', '--octet-count', 'counted');
    logger('--udp', 'datagram');
    await reported(server, eventsOf('syslog', 'syslog'), 4);
    const found = await documentsOf(server, 'logs-system.syslog-default', 4);
    for (const word of ['modern', 'classic', 'counted', 'datagram'])
      expect(found.filter(({ message }) => String(message).endsWith(word))).toHaveLength(1);
    for (const { host } of found) expect(hostname()).toContain((host as { name: string }).name);
  });
});
