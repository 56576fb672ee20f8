import { describe, expect, it } from 'vitest';
import { bareWindow, C, compressedWindow, J, rawC, uint32, W } from '../../support/lumberjack/frames.ts';
import { pause, startInput } from '../../support/lumberjack/input.ts';
import { connectSender } from '../../support/lumberjack/sender.ts';

const text = (value: string) => Buffer.from(value, 'latin1');
const bytes = (...frames: Buffer[]) => Buffer.concat(frames);

describe.each<[what: string, stream: () => Buffer, reason: RegExp]>([
  ['bytes that are not Lumberjack', () => text('\x07 hello'), /No Lumberjack frame begins at byte \d+/],
  ['HTTP', () => text('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), /This is HTTP/],
  ['a bulk upload', () => text('POST /_bulk HTTP/1.1\r\n\r\n'), /This is HTTP/],
  ['TLS', () => text('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'), /This is TLS/],
  ['a window of 2^32 - 1', () => W(2 ** 32 - 1), /announces 4294967295 events; at most 131072/],
  [
    'an event of 2^32 - 1 bytes',
    () => bytes(W(1), text('2J'), uint32(1), uint32(2 ** 32 - 1)),
    /announces 4294967295 bytes and makes its window too large; at most 4 GB/,
  ],
  [
    'a compressed frame of 2^32 - 1 bytes',
    () => bytes(W(1), text('2C'), uint32(2 ** 32 - 1)),
    /announces 4294967295 bytes; at most 1 GB/,
  ],
  [
    'a zlib bomb',
    () => bytes(W(1), C(Buffer.alloc(200 * 2 ** 20))),
    /No Lumberjack frame begins at byte 0 inside the compressed frame/,
  ],
  ['corrupt zlib', () => bytes(W(1), rawC(text('definitely not zlib'))), /no whole zlib stream/],
  ['nested compressed frames', () => bytes(W(1), C(C(J(1)))), /compressed frames are not nested/],
  [
    '10^7 tiny events in one compressed frame',
    () => bytes(W(100), C(Buffer.alloc(12 * 10 ** 7, J(1, '{}')))),
    /outside a window/,
  ],
  ['a window within a window', () => bytes(W(2), J(1), W(1)), /1 events of the one before are missing/],
])('a sender of %s', (what, stream, reason) => {
  it('is closed with a reason in the log; its earlier windows are acknowledged, others are unharmed', async () => {
    const { input, port, delivered, logged, metrics } = await startInput({ storing: 'by hand' });
    const [neighbour, hostile] = [await connectSender(port), await connectSender(port)];
    neighbour.send(compressedWindow(5).subarray(0, 30));
    // Who opens with HTTP or TLS sends no window before it.
    const opens = /HTTP|bulk|TLS/.test(what);
    const before = process.memoryUsage().rss;
    hostile.send(...(opens ? [] : [bareWindow(2), compressedWindow(3)]), stream());
    const line = await logged(reason);
    expect(line).toMatchObject({ level: 40, client: { address: '127.0.0.1' } });
    expect(process.memoryUsage().rss - before).toBeLessThan(500 * 2 ** 20);

    if (!opens) {
      await pause(20);
      expect(hostile.isClosed()).toBe(false);
      for (const { store } of await delivered(2)) store();
      expect(await hostile.sequences(2)).toEqual([2, 3]);
    }
    expect(await hostile.closing).toBe('FIN');

    neighbour.send(compressedWindow(5).subarray(30));
    (await delivered(opens ? 1 : 3)).at(-1)!.store();
    expect(await neighbour.sequences(1)).toEqual([5]);
    expect(input.stats()).toMatchObject({ windowsInFlight: 0, bytesInFlight: 0 });
    expect(await metrics.metrics()).toMatch(/failures_total\{reason="LUMBERJACK_(PROTOCOL|LIMIT)"\} 1/);
  });
});

describe('a sender of garbage', () => {
  it('does not get its bytes into the log as they are', async () => {
    const { port, lines, logged } = await startInput();
    const sender = await connectSender(port);
    sender.send(text('\x1b[2J\r\n{"level":"forged"}'));
    await logged(/No Lumberjack frame/);
    const told = lines.map((line) => line.msg).join();
    expect([told.includes('forged'), told.includes('\x1b')]).toEqual([false, false]);
  });

  it('that goes on sending is cut off after a moment', async () => {
    const { input, port } = await startInput();
    const sender = await connectSender(port);
    const flood = setInterval(() => sender.socket.write(Buffer.alloc(10_000)), 5);
    sender.socket.on('error', () => {});
    await sender.closing;
    await pause(1_200);
    clearInterval(flood);
    expect(input.stats().connections).toBe(0);
  });

  it('a thousand times over leaves nothing behind', async () => {
    const { input, port } = await startInput();
    for (let i = 0; i < 20; i += 1) {
      const senders = await Promise.all(Array.from({ length: 50 }, () => connectSender(port)));
      for (const sender of senders) sender.send(bareWindow(1), text('garbage'));
      expect(await Promise.all(senders.map((sender) => sender.closing))).toEqual(senders.map(() => 'FIN'));
    }
    await pause(50);
    expect(input.stats()).toEqual({ connections: 0, windowsInFlight: 0, bytesInFlight: 0 });
  });
});
