import { describe, expect, it } from 'vitest';
import { lumberjackInput } from '../../../src/config/schema/inputs.ts';
import { startLumberjackInput } from '../../../src/inputs/lumberjack/input.ts';
import { readPayload } from '../../../src/lumberjack/payload.ts';
import { silentInstruments } from '../../../src/telemetry/metrics.ts';
import { bareWindow, C, compressedWindow, D, documentsOf, J, W } from '../../support/lumberjack/frames.ts';
import { pause, startInput, until } from '../../support/lumberjack/input.ts';
import { connectSender } from '../../support/lumberjack/sender.ts';

describe('a window', () => {
  it('is handed on with its origin, its time and its payload as it came', async () => {
    const { port, delivered } = await startInput({ options: { now: () => 1_234 } });
    const sender = await connectSender(port);
    const window = compressedWindow(3);
    sender.send(window);
    const [delivery] = await delivered(1);
    const { localPort } = sender.socket;
    expect(delivery!.batch).toEqual({
      kind: 'events',
      origin: { input: 'lumberjack', connection: `127.0.0.1:${localPort}#1`, address: '127.0.0.1' },
      receivedAt: 1_234,
      encoding: 'lumberjack',
      count: 3,
      payload: window.subarray(6),
    });
    expect(delivery!.documents).toEqual(documentsOf(readPayload(delivery!.batch.payload)));
  });

  it('is acknowledged when it is on disk and not before', async () => {
    const { port, delivered } = await startInput({ storing: 'by hand' });
    const sender = await connectSender(port);
    sender.send(bareWindow(3));
    const [delivery] = await delivered(1);
    await pause(50);
    expect(sender.acks).toEqual([]);
    delivery!.store();
    await sender.sequences(1);
    expect(sender.acks).toEqual([{ version: 2, sequence: 3 }]);
  });

  it('is not acknowledged if it could not be stored: the connection is closed instead', async () => {
    const { port, delivered, logged } = await startInput({ storing: 'by hand' });
    const sender = await connectSender(port);
    sender.send(bareWindow(3));
    (await delivered(1))[0]!.refuse();
    expect(await sender.closing).toBe('FIN');
    expect(sender.acks).toEqual([]);
    expect((await logged(/could not be stored\. It is not acknowledged/)).level).toBe(50);
  });

  it('of version 1 is acknowledged in version 1', async () => {
    const { port, deliveries } = await startInput();
    const sender = await connectSender(port);
    sender.send(W(1, 1), D(1, { line: 'x' }));
    await sender.sequences(1);
    expect(sender.acks).toEqual([{ version: 1, sequence: 1 }]);
    expect(deliveries[0]!.documents).toEqual(['{"line":"x","message":"x"}']);
  });

  it('of no events is answered by ACK 0, in its turn, and not handed on', async () => {
    const { port, delivered, deliveries } = await startInput({ storing: 'by hand' });
    const sender = await connectSender(port);
    sender.send(bareWindow(1), W(0), bareWindow(2));
    await delivered(2);
    await pause(30);
    expect(sender.acks).toEqual([]);
    for (const { store } of deliveries) store();
    await sender.sequences(2);
    expect(sender.acks.map((ack) => ack.sequence)).toEqual([1, 0, 2]);
    expect(deliveries.map(({ batch }) => batch.count)).toEqual([1, 2]);
  });
});

describe('several windows', () => {
  it('are acknowledged in the order in which they came, whichever is on disk first', async () => {
    const { port, delivered } = await startInput({ storing: 'by hand' });
    const sender = await connectSender(port);
    sender.send(bareWindow(5), compressedWindow(6), bareWindow(7));
    const [first, second, third] = await delivered(3);
    third!.store();
    second!.store();
    await pause(50);
    expect(sender.acks).toEqual([]);
    first!.store();
    expect(await sender.sequences(3)).toEqual([5, 6, 7]);
  });

  it('inside one compressed frame are acknowledged each on its own', async () => {
    const { port, deliveries } = await startInput();
    const sender = await connectSender(port);
    sender.send(C(W(2), J(1), J(2), W(1), J(3)));
    expect(await sender.sequences(2)).toEqual([2, 3]);
    expect(deliveries.map(({ documents }) => documents.length)).toEqual([2, 1]);
  });

  it('get exactly one ACK each, and never one above the window', async () => {
    const { port } = await startInput({ heartbeat: 10 });
    const sender = await connectSender(port);
    const counts = Array.from({ length: 200 }, (_, i) => 1 + (i % 7));
    for (const count of counts) sender.send(bareWindow(count));
    await sender.sequences(200);
    await pause(50);
    expect(sender.acks.filter((ack) => ack.sequence > 0).map((ack) => ack.sequence)).toEqual(counts);
  });

  it('before one that could not be stored are acknowledged, those after it are not', async () => {
    const { port, delivered } = await startInput({ storing: 'by hand' });
    const sender = await connectSender(port);
    sender.send(bareWindow(1), bareWindow(2), bareWindow(3));
    const [first, second, third] = await delivered(3);
    third!.store();
    second!.refuse();
    await pause(30);
    first!.store();
    expect(await sender.closing).toBe('FIN');
    expect(sender.acks.map((ack) => ack.sequence)).toEqual([1]);
  });
});

describe('a sequence', () => {
  it('that goes on from window to window is acknowledged by its last frame', async () => {
    const { port } = await startInput();
    const sender = await connectSender(port);
    sender.send(W(2), J(41), J(42), W(2), J(43), J(44));
    expect(await sender.sequences(2)).toEqual([42, 44]);
  });

  it('that wraps at 2^32 - 1 is acknowledged on both sides of it', async () => {
    const { port } = await startInput();
    const sender = await connectSender(port);
    sender.send(W(1), J(2 ** 32 - 1), W(2), J(0), J(1));
    expect(await sender.sequences(2)).toEqual([2 ** 32 - 1, 1]);
  });
});

describe('a connection', () => {
  it('that is idle is never closed', async () => {
    const { port } = await startInput({ windowTimeout: 20, heartbeat: 20 });
    const sender = await connectSender(port);
    sender.send(bareWindow(1));
    await sender.sequences(1);
    await pause(150);
    sender.send(bareWindow(2));
    expect(await sender.sequences(2)).toEqual([1, 2]);
  });

  it('whose sender ends its direction gets its ACKs before the other one is ended', async () => {
    const { port, delivered } = await startInput({ storing: 'by hand' });
    const sender = await connectSender(port);
    sender.send(bareWindow(4));
    sender.socket.end();
    const [delivery] = await delivered(1);
    await pause(30);
    delivery!.store();
    expect(await sender.closing).toBe('FIN');
    expect(sender.acks).toEqual([{ version: 2, sequence: 4 }]);
  });

  it('that breaks while its window waits harms nobody', async () => {
    const { input, port, delivered } = await startInput({ storing: 'by hand', heartbeat: 10 });
    const [broken, other] = [await connectSender(port), await connectSender(port)];
    broken.send(bareWindow(1));
    const [delivery] = await delivered(1);
    broken.socket.resetAndDestroy();
    await until(() => input.stats().connections === 1 || undefined);
    expect(input.stats().windowsInFlight).toBe(1);
    delivery!.store();
    other.send(bareWindow(2));
    (await delivered(2))[1]!.store();
    expect(await other.sequences(1)).toEqual([2]);
    expect(input.stats()).toEqual({ connections: 1, windowsInFlight: 0, bytesInFlight: 0 });
  });

  it('is told when it is gone', async () => {
    const gone: string[] = [];
    const { port } = await startInput({ options: { connectionClosed: (name) => gone.push(name) } });
    const sender = await connectSender(port);
    const name = `127.0.0.1:${sender.socket.localPort}#1`;
    sender.socket.end();
    await until(() => gone.length > 0 || undefined);
    expect(gone).toEqual([name]);
  });
});

describe('the input', () => {
  it('tells what is in flight', async () => {
    const { input, port, delivered } = await startInput({ storing: 'by hand', options: { now: () => 77 } });
    const sender = await connectSender(port);
    sender.send(bareWindow(2), bareWindow(3));
    const [first, second] = await delivered(2);
    expect(input.stats()).toMatchObject({ connections: 1, windowsInFlight: 2, oldestUnacknowledged: 77 });
    expect(input.stats().bytesInFlight).toBeGreaterThan(5 * 17);
    first!.store();
    second!.store();
    await sender.sequences(2);
    expect(input.stats()).toEqual({ connections: 1, windowsInFlight: 0, bytesInFlight: 0 });
  });

  it('counts windows, events and bytes', async () => {
    const { port, metrics } = await startInput();
    const sender = await connectSender(port);
    sender.send(bareWindow(2), bareWindow(3));
    await sender.sequences(2);
    const text = await metrics.metrics();
    expect(text).toMatch(/^logboom_lumberjack_windows_total 2$/m);
    expect(text).toMatch(/^logboom_lumberjack_events_total 5$/m);
    expect(text).toMatch(/^logboom_lumberjack_wire_bytes_total 85$/m);
    expect(text).toMatch(/^logboom_lumberjack_ack_seconds_count 2$/m);
  });

  it('says which port is in use, and what to do', async () => {
    const { port } = await startInput();
    await expect(startInput({ port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringMatching(
        new RegExp(`^Port ${port} on 127.0.0.1 is in use.*inputs.lumberjack.port`),
      ),
    });
  });

  it('says which address it cannot listen on', async () => {
    await expect(startInput({ host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('inputs.lumberjack.host 192.0.2.1'),
    });
  });

  it('starts twice on the same metrics', async () => {
    const instruments = silentInstruments();
    for (let i = 0; i < 2; i += 1) {
      const input = await startLumberjackInput(
        lumberjackInput.parse({ port: 0 }),
        async () => {},
        instruments,
      );
      await input.stop(100);
    }
  });
});
