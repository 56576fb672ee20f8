import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { anOutput, hostOf, made, received, texts } from '../../support/lumberjack/logstash.ts';
import { lumberjackServer } from '../../support/lumberjack/server.ts';

const byHand = () => undefined;
const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 30));
const settled = async (promise: Promise<unknown>) => {
  await soon();
  return (await Promise.race([promise.then(() => 'done'), 'pending'])) === 'done';
};
const arrived = (windows: unknown[], count: number) =>
  eventually(() => expect(windows).toHaveLength(count), { interval: 2 });

describe('forwarding', () => {
  it('is done when the server has acknowledged the window', async () => {
    const server = await lumberjackServer({ onWindow: byHand });
    const { output, metric } = anOutput([server]);
    const sent = output.deliver([made(texts(3))]);
    await arrived(server.windows, 1);
    expect(await settled(sent)).toBe(false);
    expect(server.windows[0]!.documents).toEqual(texts(3));
    server.windows[0]!.ack();
    await sent;
    expect(await metric('events_total')).toBe(3);
  });

  it('passes a received window on byte for byte', async () => {
    const server = await lumberjackServer();
    const { output } = anOutput([server]);
    const window = received(['{"message":"é"}', '{ "spaced" : 1 }']);
    await output.deliver([window]);
    expect(server.windows[0]!.payload).toEqual(window.payload);
    expect(window.how).toBe('as-received');
  });

  it('keeps the order of windows on a connection', async () => {
    const server = await lumberjackServer();
    const { output } = anOutput([server]);
    await Promise.all(Array.from({ length: 20 }, (_, i) => output.deliver([made(texts(1, i))])));
    expect(server.windows.flatMap(({ documents }) => documents)).toEqual(texts(20, 0));
  });

  it.each([
    [0, 1],
    [1, 1],
    [2, 2],
    [5, 5],
  ])('with pipelining %i has %i windows without an ACK on the way', async (pipelining, underWay) => {
    const server = await lumberjackServer({ onWindow: byHand });
    const { output } = anOutput([server], { pipelining });
    const sent = output.deliver(Array.from({ length: 8 }, () => made(texts(1))));
    await arrived(server.windows, underWay);
    await soon();
    expect(server.windows).toHaveLength(underWay);
    expect(output.status().windowsUnderWay).toBe(underWay);
    for (let i = 0; i < 8; i++) {
      await arrived(server.windows, Math.min(8, i + underWay));
      server.windows[i]!.ack();
    }
    await sent;
  });

  it('connects when there is something to send, and not before', async () => {
    const server = await lumberjackServer();
    const { output } = anOutput([server]);
    await soon();
    expect(server.sockets.size).toBe(0);
    await output.deliver([made(texts(1))]);
    expect(output.status().hosts).toEqual([{ host: hostOf(server), connected: true }]);
  });

  it('goes on without a word where the server closed an idle connection', async () => {
    const server = await lumberjackServer();
    const { output, lines, metric } = anOutput([server]);
    await output.deliver([made(texts(1))]);
    for (const socket of server.sockets) socket.destroy();
    await eventually(() => expect(output.status().hosts[0]!.connected).toBe(false));
    await output.deliver([made(texts(1))]);
    expect(server.windows.map(({ connection }) => connection)).toEqual([1, 2]);
    expect(lines.filter(({ level }) => level > 30)).toEqual([]);
    expect(await metric('resent_windows_total')).toBe(0);
  });

  it('makes a connection anew between windows when it is as old as ttl', async () => {
    const server = await lumberjackServer();
    const { output, metric } = anOutput([server], { ttl: '40ms' });
    for (let i = 0; i < 12; i++) {
      await output.deliver([made(texts(1))]);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(server.windows.at(-1)!.connection).toBeGreaterThan(1);
    expect(server.windows).toHaveLength(12);
    expect(await metric('failures_total')).toBe(0);
  });
});

describe('several hosts', () => {
  it('without load balancing: one is used', async () => {
    const servers = [await lumberjackServer(), await lumberjackServer()];
    const { output } = anOutput(servers);
    for (let i = 0; i < 10; i++) await output.deliver([made(texts(1))]);
    expect(servers.map(({ windows }) => windows.length)).toEqual([10, 0]);
  });

  it('with load balancing: all are used, each with as many connections as workers', async () => {
    const servers = [await lumberjackServer(), await lumberjackServer()];
    const { output } = anOutput(servers, { loadbalance: true, worker: 2 });
    await output.deliver(Array.from({ length: 40 }, (_, i) => made(texts(1, i))));
    for (const { windows } of servers) {
      expect(windows.length).toBeGreaterThan(5);
      expect(new Set(windows.map(({ connection }) => connection)).size).toBe(2);
    }
    const all = servers.flatMap(({ windows }) => windows.flatMap(({ documents }) => documents));
    expect(all.sort()).toEqual(texts(40, 0).sort());
  });

  it('with load balancing: few windows are not all carried by one', async () => {
    const servers = [await lumberjackServer(), await lumberjackServer()];
    const { output } = anOutput(servers, { loadbalance: true });
    for (let i = 0; i < 10; i++) await output.deliver([made(texts(1))]);
    // While the connections are being made the first ones may go to either.
    for (const { windows } of servers) expect(windows.length).toBeGreaterThanOrEqual(3);
  });
});

describe('closing', () => {
  it('waits a moment for ACKs, so that what has one is not sent again', async () => {
    const server = await lumberjackServer({ onWindow: byHand });
    const { output } = anOutput([server]);
    const sent = output.deliver([made(texts(1))]);
    await arrived(server.windows, 1);
    const closed = output.close();
    server.windows[0]!.ack();
    await expect(sent).resolves.toBeUndefined();
    await closed;
  });

  it('gives back what has no ACK, and what comes later; twice is harmless', async () => {
    const server = await lumberjackServer({ onWindow: byHand });
    const { output } = anOutput([server]);
    const given = [1, 2, 3, 4].map(() => output.deliver([made(texts(1))]));
    const outcomes = Promise.allSettled(given);
    await arrived(server.windows, 2);
    await Promise.all([output.close(), output.close()]);
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { code: 'SINK_CLOSED' } });
    await expect(output.deliver([made(texts(1))])).rejects.toMatchObject({ code: 'SINK_CLOSED' });
  });

  it('does not wait for a host that cannot be reached', async () => {
    const { output } = anOutput([{ host: '127.0.0.1', port: 1 }]);
    const outcome = expect(output.deliver([made(texts(1))])).rejects.toMatchObject({ code: 'SINK_CLOSED' });
    await soon();
    await output.close();
    await outcome;
  });
});
