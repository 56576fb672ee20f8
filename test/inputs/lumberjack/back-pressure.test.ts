import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../src/lumberjack/frames.ts';
import { bareWindow, J, W } from '../../support/lumberjack/frames.ts';
import { pause, startInput, until } from '../../support/lumberjack/input.ts';
import { connectSender } from '../../support/lumberjack/sender.ts';

/** A window of `count` events of 10 KB. */
const largeWindow = (count: number) =>
  Buffer.concat([W(count), ...Array.from({ length: count }, (_, i) => J(i + 1, 'x'.repeat(10_000)))]);

describe('a sender that is faster than the disk', () => {
  it('is read no further than maxWindowsInFlight, and read on when its windows are on disk', async () => {
    const { port, deliveries, delivered } = await startInput({ storing: 'by hand', maxWindowsInFlight: 2 });
    const sender = await connectSender(port);
    for (let i = 0; i < 20; i += 1) {
      sender.send(largeWindow(10));
      await pause(5);
    }
    // A chunk of the socket may hold the ends of a window more.
    expect(deliveries.length).toBeLessThanOrEqual(4);
    for (let stored = 0; stored < 20; stored += 1) (await delivered(stored + 1))[stored]!.store();
    expect(await sender.sequences(20)).toEqual(Array(20).fill(10));
  });

  it('keeps being told to wait while it is not read', async () => {
    const { port, delivered } = await startInput({
      storing: 'by hand',
      maxWindowsInFlight: 1,
      heartbeat: 10,
      windowTimeout: 30,
    });
    const sender = await connectSender(port);
    sender.send(largeWindow(10), largeWindow(10).subarray(0, 50_000));
    const [delivery] = await delivered(1);
    await until(() => sender.heartbeats() > 10 || undefined);
    expect(sender.isClosed()).toBe(false);
    delivery!.store();
    sender.send(largeWindow(10).subarray(50_000));
    (await delivered(2))[1]!.store();
    expect(await sender.sequences(2)).toEqual([10, 10]);
  });

  it('that does not read its ACKs is read no further', async () => {
    const { port, input } = await startInput();
    const sender = await connectSender(port);
    sender.socket.pause();
    const flood = Buffer.concat(Array.from({ length: 10_000 }, () => W(0)));
    let drained = true;
    for (let i = 0; i < 400 && drained; i += 1) {
      drained =
        sender.socket.write(flood) ||
        (await Promise.race([pause(500).then(() => false), drainOf(sender.socket)]));
    }
    expect(drained).toBe(false);
    expect(input.stats().connections).toBe(1);
    sender.socket.destroy();
  });
});

const drainOf = (socket: NodeJS.EventEmitter) =>
  new Promise<boolean>((resolve) => socket.once('drain', () => resolve(true)));

describe('all senders together', () => {
  it('are read no further than maxBytesInFlight, and read on behind it', async () => {
    const { input, port, deliveries, lines } = await startInput({
      storing: 'by hand',
      maxBytesInFlight: 500_000,
    });
    const senders = await Promise.all(Array.from({ length: 10 }, () => connectSender(port)));
    for (const sender of senders) for (let i = 0; i < 5; i += 1) sender.send(largeWindow(10));
    await pause(100);
    expect(input.stats().bytesInFlight).toBeLessThan(500_000 + 10 * 70_000);
    const storing = setInterval(() => {
      for (const { store } of deliveries) store();
    }, 1);
    for (const sender of senders) expect(await sender.sequences(5)).toEqual(Array(5).fill(10));
    clearInterval(storing);
    expect(input.stats()).toMatchObject({ windowsInFlight: 0, bytesInFlight: 0 });
    expect(lines.filter((line) => /reads no further|reads on/.test(line.msg)).length).toBeGreaterThanOrEqual(
      2,
    );
  });

  it('are not stopped for ever by incomplete windows: the one that began first is read alone', async () => {
    const { port, logged } = await startInput({ maxBytesInFlight: 300_000, windowTimeout: 5_000 });
    const senders = await Promise.all([connectSender(port), connectSender(port), connectSender(port)]);
    for (const sender of senders) sender.send(largeWindow(30).subarray(0, 200_000));
    await logged(/reads no further/);
    for (const sender of senders) sender.send(largeWindow(30).subarray(200_000));
    for (const sender of senders) expect(await sender.sequences(1)).toEqual([30]);
  });

  it('are freed from incomplete windows that stay so', async () => {
    const { port, logged } = await startInput({ maxBytesInFlight: 300_000, windowTimeout: 100 });
    const [lazy, other] = [await connectSender(port), await connectSender(port)];
    lazy.send(largeWindow(100).subarray(0, 400_000));
    await logged(/reads no further/);
    other.send(bareWindow(3));
    expect(await lazy.closing).toBe('FIN');
    expect(await other.sequences(1)).toEqual([3]);
  });
});

describe('a window', () => {
  it('that is not complete in its time costs the connection', async () => {
    const { port, logged } = await startInput({ windowTimeout: 50 });
    const sender = await connectSender(port);
    sender.send(bareWindow(1), bareWindow(2).subarray(0, 20));
    expect(await sender.closing).toBe('FIN');
    expect(sender.acks).toEqual([{ version: 2, sequence: 1 }]);
    await logged(/a window was not complete after 50ms \(windowTimeout\)/);
  });

  it('that comes drop by drop does not win time with each drop', async () => {
    const { port } = await startInput({ windowTimeout: 80 });
    const sender = await connectSender(port);
    const window = bareWindow(50);
    let at = 0;
    const drops = setInterval(() => {
      if (sender.socket.writable) sender.send(window.subarray(at, at + 1));
      at += 1;
    }, 5);
    expect(await sender.closing).toBe('FIN');
    clearInterval(drops);
    expect(at).toBeLessThan(60);
  });

  it('gets its own time, however long the ones before took', async () => {
    const { port } = await startInput({ windowTimeout: 1_500 });
    const sender = await connectSender(port);
    const window = bareWindow(2);
    for (let i = 0; i < 6; i += 1) {
      // Each chunk ends one window and begins the next.
      sender.send(
        i === 0 ? window.subarray(0, 30) : Buffer.concat([window.subarray(30), window.subarray(0, 30)]),
      );
      await pause(400);
    }
    expect(await sender.sequences(5)).toEqual([2, 2, 2, 2, 2]);
  });

  it('that ends with its sender in the middle is not handed on', async () => {
    const { port, deliveries, logged } = await startInput();
    const sender = await connectSender(port);
    sender.send(bareWindow(2).subarray(0, 20));
    sender.socket.end();
    await logged(/its sender ended it within a window/);
    expect(deliveries).toEqual([]);
  });
});

describe('connections', () => {
  it('above maxConnections are turned away with one line in the log, and taken again when there is room', async () => {
    const { input, port, logged, lines } = await startInput({ maxConnections: 2 });
    const both = [await connectSender(port), await connectSender(port)];
    for (const sender of both) sender.send(bareWindow(1));
    await Promise.all(both.map((sender) => sender.sequences(1)));
    const [first] = both;
    for (let i = 0; i < 3; i += 1) await (await connectSender(port)).closing;
    await logged(/turned away: there are 2 connections already \(inputs\.lumberjack\.maxConnections\)/);
    expect(lines.filter((line) => /turned away/.test(line.msg))).toHaveLength(1);
    first!.socket.destroy();
    await until(() => input.stats().connections === 1 || undefined);
    const later = await connectSender(port);
    later.send(bareWindow(1));
    expect(await later.sequences(1)).toEqual([1]);
  });

  it('that open a window and stall take little memory each', async () => {
    const { input, port } = await startInput({ limits: { ...defaultLimits } });
    const senders = await Promise.all(Array.from({ length: 100 }, () => connectSender(port)));
    for (const sender of senders) sender.send(W(131_072), J(1));
    await until(() => input.stats().bytesInFlight > 0 || undefined);
    await pause(50);
    expect(input.stats().bytesInFlight).toBeLessThan(100 * 4_096);
    for (const sender of senders) sender.socket.destroy();
  });
});
