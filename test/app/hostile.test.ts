import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type LumberjackClient } from '../../src/generator/client.ts';
import { eventually } from '../support/eventually.ts';
import { C, J, rawC, uint32, W } from '../support/lumberjack/frames.ts';
import { connectSender } from '../support/lumberjack/sender.ts';
import { Server } from '../support/server.ts';

const text = (value: string) => Buffer.from(value, 'latin1');
const megabyte = 2 ** 20;

let server: Server;
let neighbour: LumberjackClient;
let shipped = 0;

beforeAll(async () => {
  server = await Server.shared({ rules: [{ name: 'counted', over: '1s' }] });
  await server.start();
  neighbour = await connect({ host: '127.0.0.1', port: server.ports.lumberjack });
});
afterAll(async () => {
  neighbour.close();
  await server.end();
});

/** The sender beside the hostile one: what it ships is acknowledged at once. */
async function neighbourShips(): Promise<void> {
  shipped += 1;
  const began = performance.now();
  await neighbour.send([JSON.stringify({ message: `neighbour ${shipped}`, number: shipped })]);
  expect(performance.now() - began).toBeLessThan(5_000);
}

describe.each<[what: string, stream: () => Buffer[], reason: RegExp]>([
  ['bytes that are not Lumberjack', () => [text('\x07 hello')], /No Lumberjack frame begins/],
  ['HTTP', () => [text('GET / HTTP/1.1\r\nHost: x\r\n\r\n')], /This is HTTP/],
  ['a window of 2^32 - 1 events', () => [W(2 ** 32 - 1)], /announces 4294967295 events/],
  [
    'an event of 2^32 - 1 bytes',
    () => [W(1), text('2J'), uint32(1), uint32(2 ** 32 - 1)],
    /announces 4294967295 bytes and makes its window too large; at most 4 GB/,
  ],
  [
    'a compressed frame of 2^32 - 1 bytes',
    () => [W(1), text('2C'), uint32(2 ** 32 - 1)],
    /announces 4294967295 bytes; at most 1 GB/,
  ],
  [
    'a zlib bomb',
    () => [W(1), C(Buffer.alloc(500 * megabyte))],
    /No Lumberjack frame begins at byte 0 inside the compressed frame/,
  ],
  ['corrupt zlib', () => [W(1), rawC(text('definitely not zlib'))], /no whole zlib stream/],
  ['nested compressed frames', () => [W(1), C(C(J(1)))], /compressed frames are not nested/],
  [
    '10^7 tiny events in one compressed frame',
    () => [W(131_072), C(Buffer.alloc(12 * 10 ** 7, J(1, '{}')))],
    /outside a window/,
  ],
])('a sender of %s', (_, stream, reason) => {
  it('is closed with a reason in the log; the server stays up and serves others', async () => {
    const bytes = Buffer.concat(stream());
    const hostile = await connectSender(server.ports.lumberjack);
    const before = server.log.filter(({ message }) => reason.test(message)).length;
    hostile.send(bytes);
    const closing = hostile.closing;
    await neighbourShips();
    await closing;
    await eventually(() => {
      const lines = server.log.filter(({ message }) => reason.test(message));
      expect(lines.length).toBeGreaterThan(before);
      expect(lines.at(-1)).toMatchObject({ 'log.level': 'warn', client: { address: '127.0.0.1' } });
    });
    await neighbourShips();
    expect((await server.get('/health')).status).toBe(200);
  });
});

describe('after all that', () => {
  it('nothing acknowledged is lost, and nothing of the hostile senders is stored', async () => {
    await server.settled();
    await eventually(async () => {
      const events = await server.documents('logs-generic-default');
      expect(events.map(({ _source }) => _source.number).toSorted()).toEqual(
        Array.from({ length: shipped }, (_, index) => index + 1).toSorted(),
      );
    });
    expect(await server.documents('logs-logboom.deadletters-default')).toEqual([]);
  });

  it('memory never went beyond bounds', () => {
    // An inflated window may have 128 MB, twice while its pieces are put together, beside what Node itself takes.
    expect(server.peakMemory ?? 0).toBeLessThan(600 * megabyte);
  });

  it('the server stops as ever', async () => {
    expect(await server.stop()).toBe(0);
  });
});
