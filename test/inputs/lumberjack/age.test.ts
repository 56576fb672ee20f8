import { describe, expect, it } from 'vitest';
import { bareWindow, compressedWindow } from '../../support/lumberjack/frames.ts';
import { pause, startInput } from '../../support/lumberjack/input.ts';
import { connectSender } from '../../support/lumberjack/sender.ts';

const age = 300;
/** An input whose connections live as long as they may (0), or a fifth less (1). */
const aged = (random: number, more: Parameters<typeof startInput>[0] = {}) =>
  startInput({ maxConnectionAge: age, options: { random: () => random }, ...more });
const reason = /closed: it is as old as inputs\.lumberjack\.maxConnectionAge allows\.$/;

describe('a connection that is as old as it may be', () => {
  it('is closed by FIN, and its windows have their ACKs', async () => {
    const { port, logged, metrics } = await aged(0);
    const sender = await connectSender(port);
    sender.send(bareWindow(3), compressedWindow(5));
    expect(await sender.closing).toBe('FIN');
    expect(sender.acks.map(({ sequence }) => sequence)).toEqual([3, 5]);
    await logged(reason);
    const retired = metrics.getSingleMetric('logboom_lumberjack_retired_connections_total')!;
    expect((await retired.get()).values[0]!.value).toBe(1);
  });

  it('takes the window that is arriving, and none after it', async () => {
    const { port, deliveries } = await aged(0);
    const sender = await connectSender(port);
    const window = bareWindow(3);
    sender.send(window.subarray(0, 20));
    await pause(age + 100);
    expect(sender.isClosed()).toBe(false);
    sender.send(window.subarray(20), bareWindow(2).subarray(0, 10));
    expect(await sender.closing).toBe('FIN');
    expect(sender.acks.map(({ sequence }) => sequence)).toEqual([3]);
    expect(deliveries).toHaveLength(1);
  });

  it('waits for the windows in hand, and acknowledges them before it is closed', async () => {
    const { port, delivered } = await aged(0, { storing: 'by hand' });
    const sender = await connectSender(port);
    sender.send(bareWindow(3), bareWindow(4));
    const deliveries = await delivered(2);
    await pause(age + 100);
    expect(sender.isClosed()).toBe(false);
    for (const delivery of deliveries) delivery.store();
    expect(await sender.closing).toBe('FIN');
    expect(sender.acks.map(({ sequence }) => sequence)).toEqual([3, 4]);
  });

  it('is closed up to a fifth earlier, as chance has it', async () => {
    const early = await aged(1, { maxConnectionAge: 1_000 });
    const late = await aged(0, { maxConnectionAge: 1_000 });
    const senders = [await connectSender(late.port), await connectSender(early.port)];
    const order: string[] = [];
    await Promise.all(senders.map(({ closing }, i) => closing.then(() => order.push(['late', 'early'][i]!))));
    expect(order).toEqual(['early', 'late']);
  });

  it('is never closed for its age where none is set', async () => {
    const { port } = await startInput();
    const sender = await connectSender(port);
    await pause(age);
    sender.send(bareWindow(1));
    expect(await sender.sequences(1)).toEqual([1]);
    expect(sender.isClosed()).toBe(false);
  });
});
