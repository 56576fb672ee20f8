import { describe, expect, it } from 'vitest';
import { bareWindow, D, W } from '../../support/lumberjack/frames.ts';
import { pause, startInput, until } from '../../support/lumberjack/input.ts';
import { connectSender } from '../../support/lumberjack/sender.ts';

describe('heartbeats', () => {
  it('come while a window waits for the disk, and its ACK after them', async () => {
    const { port, delivered } = await startInput({ storing: 'by hand', heartbeat: 20 });
    const sender = await connectSender(port);
    sender.send(bareWindow(2));
    const [delivery] = await delivered(1);
    await until(() => sender.heartbeats() >= 3);
    delivery!.store();
    await sender.sequences(1);
    const { length } = sender.acks;
    await pause(80);
    expect(sender.acks).toHaveLength(length);
    expect(sender.isClosed()).toBe(false);
  });

  it('carry the version of the window that waits', async () => {
    const { port } = await startInput({ storing: 'by hand', heartbeat: 20 });
    const sender = await connectSender(port);
    sender.send(W(1, 1), D(1, {}));
    await until(() => sender.heartbeats() >= 1);
    expect(sender.acks[0]).toEqual({ version: 1, sequence: 0 });
  });

  it('come while later windows wait, too', async () => {
    const { port, delivered } = await startInput({ storing: 'by hand', heartbeat: 20 });
    const sender = await connectSender(port);
    sender.send(bareWindow(1), bareWindow(2), bareWindow(3));
    const [first, second, third] = await delivered(3);
    for (const { store } of [first!, second!, third!]) {
      const before = sender.heartbeats();
      await until(() => sender.heartbeats() >= before + 2);
      store();
    }
    expect(await sender.sequences(3)).toEqual([1, 2, 3]);
  });

  it('are not sent to an idle sender, nor to one whose window is still arriving', async () => {
    const { port } = await startInput({ heartbeat: 10 });
    const [idle, slow] = [await connectSender(port), await connectSender(port)];
    slow.send(bareWindow(2).subarray(0, 20));
    await pause(80);
    expect([idle.acks, slow.acks]).toEqual([[], []]);
  });
});
