import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ClientOptions, connect } from '../../src/generator/client.ts';
import { lumberjackServer, type ReceivedBy } from '../support/lumberjack/server.ts';
import { awaitedLater } from '../support/lumberjack/shipper.ts';

async function connected(server: { host: string; port: number }, options: Partial<ClientOptions> = {}) {
  const client = await connect({ host: server.host, port: server.port, ...options });
  onTestFinished(() => client.close());
  return client;
}

const settled = async (promise: Promise<unknown>) => {
  await new Promise((resolve) => setTimeout(resolve, 30));
  return (await Promise.race([promise.then(() => 'done'), 'pending'])) === 'done';
};

const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
};

describe('sending', () => {
  it('resolves when the server has acknowledged the window', async () => {
    const server = await lumberjackServer({ onWindow: () => undefined });
    const client = await connected(server);
    const sent = awaitedLater(client.send(['{"a":1}', '{"b":2}']));
    expect(await settled(sent)).toBe(false);
    expect(server.windows[0]!.documents).toEqual(['{"a":1}', '{"b":2}']);
    server.windows[0]!.ack();
    await sent;
  });

  it.each<[string, Partial<ClientOptions>]>([
    ['bare', { compressionLevel: 0 }],
    ['compressed', { compressionLevel: 9 }],
    ['in version 1', { version: 1 }],
  ])('works %s', async (_, options) => {
    const server = await lumberjackServer();
    const client = await connected(server, options);
    await client.send(['{"message":"é"}']);
    expect(server.windows.map((window) => window.documents)).toEqual([['{"message":"é"}']]);
    expect(server.windows[0]!.version).toBe(options.version ?? 2);
  });

  it('works over TLS, against a certificate that it trusts', async () => {
    const [cert, key] = ['crt', 'key'].map((end) =>
      readFileSync(new URL(`fixtures/test-only.${end}`, import.meta.url)),
    ) as [Buffer, Buffer];
    const server = await lumberjackServer({ tls: { cert, key } });
    const client = await connected(server, { tls: { ca: cert } });
    await client.send(['{}']);
    expect(server.windows).toHaveLength(1);
    await expect(connect({ ...server, tls: {} })).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' });
  });

  it('of nothing is done at once', async () => {
    const server = await lumberjackServer();
    await (await connected(server)).send([]);
    expect(server.windows).toEqual([]);
  });

  it('waits through heartbeats and partial ACKs', async () => {
    const server = await lumberjackServer({ onWindow: () => undefined });
    const client = await connected(server);
    const sent = awaitedLater(client.send(['{}', '{}', '{}']));
    await until(() => server.windows.length === 1);
    for (const sequence of [0, 0, 1, 2, 0]) server.windows[0]!.ack(sequence);
    expect(await settled(sent)).toBe(false);
    server.windows[0]!.ack(3);
    await sent;
  });

  it.each([1, 2, 3])('has %i windows without an ACK on the socket, and no more', async (pipelining) => {
    const server = await lumberjackServer({ onWindow: () => undefined });
    const client = await connected(server, { pipelining });
    const sends = Array.from({ length: 6 }, (_, i) => awaitedLater(client.send([`{"n":${i}}`])));
    for (let acked = 0; acked < 6; acked++) {
      await until(() => server.windows.length === Math.min(acked + pipelining, 6));
      expect(await settled(sends[acked]!)).toBe(false);
      expect(server.windows).toHaveLength(Math.min(acked + pipelining, 6));
      server.windows[acked]!.ack();
      await sends[acked];
    }
  });
});

describe('a lost connection', () => {
  it('rejects all that has no ACK, and later sends', async () => {
    const server = await lumberjackServer({ onWindow: ({ socket }) => socket.destroy() });
    const client = await connected(server);
    const lost = { code: 'SINK_UNAVAILABLE', message: expect.stringContaining('Lost the connection') };
    for (const result of await Promise.allSettled([1, 2, 3].map(() => client.send(['{}']))))
      expect(result).toMatchObject({ status: 'rejected', reason: lost });
    await expect(client.send(['{}'])).rejects.toMatchObject(lost);
  });

  it('is made anew where that is wanted, and the windows go out again, whole and in order', async () => {
    const drop = (window: ReceivedBy) => {
      if (window.connection > 2) return window.ack();
      window.ack(1);
      window.socket.end();
    };
    const server = await lumberjackServer({ onWindow: drop });
    const client = await connected(server, { reconnectAfter: 5 });
    await Promise.all([client.send(['{"a":1}', '{"a":2}']), client.send(['{"b":1}', '{"b":2}'])]);
    const last = server.windows.filter((window) => window.connection > 2);
    expect(last.map((window) => window.documents)).toEqual([
      ['{"a":1}', '{"a":2}'],
      ['{"b":1}', '{"b":2}'],
    ]);
  });

  it('is tried again until the server is back', async () => {
    const first = await lumberjackServer({ onWindow: () => undefined });
    const client = await connected(first, { reconnectAfter: 5 });
    const sent = awaitedLater(client.send(['{}']));
    await until(() => first.windows.length === 1);
    await first.close();
    expect(await settled(sent)).toBe(false);
    const second = await lumberjackServer({ port: first.port });
    await sent;
    expect(second.windows).toHaveLength(1);
  });

  it('may be lost to silence, which heartbeats are not', async () => {
    const server = await lumberjackServer({ onWindow: () => undefined });
    const client = await connected(server, { timeout: 120 });
    const outcome = expect(client.send(['{}'])).rejects.toThrow(/no ACK within 120 ms/);
    await until(() => server.windows.length === 1);
    const since = performance.now();
    for (let beat = 0; beat < 5; beat++) {
      server.windows[0]!.ack(0);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await outcome;
    expect(performance.now() - since).toBeGreaterThan(300);
  });

  it('is not lost to silence while no ACK is owed', async () => {
    const server = await lumberjackServer();
    const client = await connected(server, { timeout: 1_000 });
    await client.send(['{}']);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    await client.send(['{}']);
    expect(server.windows.map((window) => window.connection)).toEqual([1, 1]);
  });
});

describe('the client', () => {
  it('says so where nobody listens', async () => {
    const server = await lumberjackServer();
    await server.close();
    await expect(connect(server)).rejects.toMatchObject({
      code: 'SINK_UNAVAILABLE',
      message: expect.stringMatching(
        /^Cannot connect to the Lumberjack server at 127\.0\.0\.1:\d+: .*ECONNREFUSED/,
      ),
    });
  });

  it.each([
    [
      'an ACK beyond the window',
      (window: ReceivedBy) => window.ack(9),
      /acknowledged event 9 of a window of 1/,
    ],
    [
      'what is no ACK',
      ({ socket }: ReceivedBy) => void socket.write('HTTP/1.1 400'),
      /Is it a Lumberjack server/,
    ],
  ])('gives up for good over %s', async (_, onWindow, message) => {
    const client = await connected(await lumberjackServer({ onWindow }), { reconnectAfter: 5 });
    const refused = { code: 'LUMBERJACK_PROTOCOL', message: expect.stringMatching(message) };
    await expect(client.send(['{}'])).rejects.toMatchObject(refused);
    await expect(client.send(['{}'])).rejects.toMatchObject(refused);
  });

  it('rejects what has no ACK when it is closed, and may be closed twice', async () => {
    const client = await connected(await lumberjackServer({ onWindow: () => undefined }));
    const outcome = expect(client.send(['{}'])).rejects.toMatchObject({ code: 'SINK_CLOSED' });
    client.close();
    client.close();
    await outcome;
  });
});
