import { describe, expect, it } from 'vitest';
import { bareWindow } from '../../support/lumberjack/frames.ts';
import { pause, startInput } from '../../support/lumberjack/input.ts';
import { connectSender } from '../../support/lumberjack/sender.ts';

describe('stopping', () => {
  it('acknowledges the windows in hand, then closes by FIN', async () => {
    const { input, port, delivered } = await startInput({ storing: 'by hand' });
    const sender = await connectSender(port);
    sender.send(bareWindow(2), bareWindow(3));
    const [first, second] = await delivered(2);
    const stopped = input.stop(5_000);
    await pause(30);
    expect(sender.isClosed()).toBe(false);
    second!.store();
    first!.store();
    expect(await sender.closing).toBe('FIN');
    expect(sender.acks.map((ack) => ack.sequence)).toEqual([2, 3]);
    await stopped;
  });

  it('goes on with heartbeats while windows are in hand', async () => {
    const { input, port, delivered } = await startInput({ storing: 'by hand', heartbeat: 10 });
    const sender = await connectSender(port);
    sender.send(bareWindow(2));
    const [delivery] = await delivered(1);
    const stopped = input.stop(5_000);
    await pause(60);
    expect(sender.heartbeats()).toBeGreaterThan(1);
    delivery!.store();
    expect(await sender.closing).toBe('FIN');
    await stopped;
  });

  it('takes no further window and no further connection', async () => {
    const { input, port, delivered, deliveries } = await startInput({ storing: 'by hand' });
    const sender = await connectSender(port);
    sender.send(bareWindow(2));
    const [delivery] = await delivered(1);
    const stopped = input.stop(5_000);
    sender.send(bareWindow(3));
    await expect(connectSender(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    delivery!.store();
    expect(await sender.closing).toBe('FIN');
    await stopped;
    expect(deliveries).toHaveLength(1);
    expect(sender.acks.map((ack) => ack.sequence)).toEqual([2]);
  });

  it('ends idle connections by FIN', async () => {
    const { input, port } = await startInput();
    const senders = [await connectSender(port), await connectSender(port)];
    await pause(20);
    const stopped = input.stop(5_000);
    expect(await Promise.all(senders.map((sender) => sender.closing))).toEqual(['FIN', 'FIN']);
    await stopped;
    expect(input.stats().connections).toBe(0);
  });

  it('cuts off at the timeout what is left, without an ACK', async () => {
    const { input, port, delivered } = await startInput({ storing: 'by hand' });
    const sender = await connectSender(port);
    sender.send(bareWindow(2));
    await delivered(1);
    const before = performance.now();
    await input.stop(100);
    expect(performance.now() - before).toBeLessThan(20_000);
    await sender.closing;
    expect(sender.acks).toEqual([]);
  });

  it('does not wait for long for a sender that ignores the FIN', async () => {
    const { input, port } = await startInput();
    const sender = await connectSender(port);
    sender.socket.removeAllListeners('end');
    sender.socket.pause();
    await pause(20);
    const before = performance.now();
    await input.stop(60_000);
    expect(performance.now() - before).toBeLessThan(20_000);
    sender.socket.destroy();
  });

  it('twice is harmless', async () => {
    const { input, lines } = await startInput();
    await Promise.all([input.stop(100), input.stop(100)]);
    await input.stop(100);
    expect(lines.filter((line) => /stopped/.test(line.msg))).toHaveLength(1);
  });
});
