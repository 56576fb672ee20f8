import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { anOutput, hostOf, made, received, texts } from '../../support/lumberjack/logstash.ts';
import { lumberjackServer, type ReceivedBy } from '../../support/lumberjack/server.ts';

const pause = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis));
const arrived = (windows: unknown[], count: number) =>
  eventually(() => expect(windows.length).toBeGreaterThanOrEqual(count), { interval: 2 });

/** Does this with the first windows, one after the other, and acknowledges the others. */
const first = (...deeds: ((window: ReceivedBy) => void)[]) => {
  const left = [...deeds];
  return (window: ReceivedBy) => (left.shift() ?? (() => window.ack()))(window);
};
const cut = ({ socket }: ReceivedBy) => void socket.destroy();

describe('a connection that ends', () => {
  it.each([
    ['by RST', ({ socket }: ReceivedBy) => void socket.resetAndDestroy()],
    ['by FIN', ({ socket }: ReceivedBy) => void socket.end()],
  ])('%s: its windows are sent again, in their order', async (_, end) => {
    const server = await lumberjackServer({ onWindow: first(end, () => undefined) });
    const { output, lines, metric } = anOutput([server]);
    await output.deliver([1, 2, 3].map((n) => made(texts(2, 10 * n))));
    const last = server.windows.filter(({ connection }) => connection === 2);
    expect(last.flatMap(({ documents }) => documents)).toEqual([10, 20, 30].flatMap((n) => texts(2, n)));
    expect(await metric('resent_windows_total')).toBe(2);
    const told = lines.filter(({ level }) => level >= 30).map(({ msg }) => msg);
    expect(told).toEqual([
      expect.stringMatching(/^Logstash takes nothing: Lost the connection .* \(within 5ms again\)$/),
      `Logstash at ${hostOf(server)} takes windows again`,
    ]);
  });

  it('after a partial ACK: what was acknowledged is not sent again', async () => {
    const inPart = (window: ReceivedBy) => {
      window.ack(2);
      window.socket.end();
    };
    const server = await lumberjackServer({ onWindow: first(inPart) });
    const { output, metric } = anOutput([server]);
    await output.deliver([received(texts(5))]);
    expect(server.windows.map(({ documents }) => documents)).toEqual([texts(5), texts(3, 3)]);
    expect(await metric('partial_acks_total')).toBe(1);
    expect(await metric('events_total')).toBe(5);
  });

  it('again and again: each partial ACK is kept, and no event is lost or left behind', async () => {
    const one = (window: ReceivedBy) => {
      window.ack(1);
      window.socket.end();
    };
    const server = await lumberjackServer({ onWindow: first(one, one, one, one) });
    const { output } = anOutput([server]);
    await output.deliver([made(texts(6))]);
    expect(server.windows.map(({ documents }) => documents.length)).toEqual([6, 5, 4, 3, 2]);
    expect(server.windows.at(-1)!.documents).toEqual(texts(2, 5));
  });

  it('over an event that no server can read: the others get through without it', async () => {
    const isBad = (text: string) => text === 'nonsense' || text === '[1]';
    const likeLogstash = (window: ReceivedBy) =>
      window.documents.some(isBad) ? window.socket.destroy() : window.ack();
    const server = await lumberjackServer({ onWindow: likeLogstash });
    const { output, lines, metric } = anOutput([server]);
    await output.deliver([received(['{"a":1}', 'nonsense', '{"b":2}', '[1]']), made(texts(1))]);
    const taken = server.windows.filter(({ connection }) => connection === 2);
    expect(taken.map(({ documents }) => documents)).toEqual([['{"a":1}', '{"b":2}'], texts(1)]);
    expect(await metric('events_left_out_total')).toBe(2);
    expect(lines.map(({ msg }) => msg)).toContainEqual(
      expect.stringContaining('2 events are not forwarded, for Logstash cannot read them: an event is not'),
    );
  });

  it('over a window of nothing but such events: it is done with', async () => {
    const server = await lumberjackServer({ onWindow: first(cut) });
    const { output } = anOutput([server]);
    await output.deliver([made(['nonsense'])]);
    expect(server.windows).toHaveLength(1);
  });
});

describe('a server that stalls', () => {
  /** Longer than the machine may stop this process for; the ACKs of a test take longer still. */
  const patient = { timeout: '2s' };
  const betweenAcks = 200;

  it('is left when it is silent for longer than timeout, and the window goes out again', async () => {
    const server = await lumberjackServer({ onWindow: first(() => undefined) });
    const { output, lines } = anOutput([server], { timeout: '60ms' });
    await output.deliver([made(texts(1))]);
    expect(server.windows.map(({ connection }) => connection)).toEqual([1, 2]);
    expect(lines.map(({ msg }) => msg)).toContainEqual(expect.stringContaining('no ACK within 60 ms'));
  });

  it('is waited for while it says that it lives (ACK 0)', async () => {
    const server = await lumberjackServer({ onWindow: () => undefined });
    const { output, metric } = anOutput([server], patient);
    const sent = output.deliver([made(texts(1))]);
    await arrived(server.windows, 1);
    for (let beat = 0; beat < 14; beat++) {
      server.windows[0]!.ack(0);
      await pause(betweenAcks);
    }
    server.windows[0]!.ack();
    await sent;
    expect(await metric('failures_total')).toBe(0);
  });

  it('is waited for while it acknowledges parts', async () => {
    const server = await lumberjackServer({ onWindow: () => undefined });
    const { output, metric } = anOutput([server], patient);
    const sent = output.deliver([made(texts(14))]);
    await arrived(server.windows, 1);
    for (let sequence = 1; sequence <= 14; sequence++) {
      server.windows[0]!.ack(sequence);
      await pause(betweenAcks);
    }
    await sent;
    expect(await metric('failures_total')).toBe(0);
    expect(server.windows).toHaveLength(1);
  });

  it('among several delays its own windows alone, and they too get through', async () => {
    const stalled = await lumberjackServer({ onWindow: () => undefined });
    const well = await lumberjackServer();
    const { output } = anOutput([stalled, well], { loadbalance: true, timeout: '100ms' });
    await output.deliver(Array.from({ length: 10 }, (_, i) => made(texts(1, i))));
    const taken = new Set(well.windows.flatMap(({ documents }) => documents));
    expect(taken).toEqual(new Set(texts(10, 0)));
  });
});

describe('a silent server', () => {
  it('among several is left in its time though others are kept busy', async () => {
    const silent = await lumberjackServer({ onWindow: () => undefined });
    const well = await lumberjackServer();
    const { output, metric } = anOutput([silent, well], { loadbalance: true, timeout: '300ms' });
    let busy = true;
    const carried = (async () => {
      for (let n = 0; busy; n += 1) {
        void output.deliver([made(texts(1, n))]).catch(() => undefined);
        await pause(20);
      }
    })();
    await eventually(async () => expect(await metric('failures_total')).toBeGreaterThan(0), {
      timeout: 10_000,
    });
    busy = false;
    await carried;
  });
});

describe('an ACK that cannot be', () => {
  it.each([
    ['above the window', (window: ReceivedBy) => window.ack(9), /acknowledged event 9 of a window of 2/],
    [
      'what is no ACK',
      ({ socket }: ReceivedBy) => void socket.write('HTTP/1.1 400'),
      /Is it a Lumberjack server/,
    ],
  ])('(%s) ends the connection, and acknowledges nothing', async (_, deed, reason) => {
    const server = await lumberjackServer({ onWindow: first(deed, () => undefined) });
    const { output, lines } = anOutput([server]);
    await output.deliver([made(texts(2)), made(texts(2, 3))]);
    const last = server.windows.filter(({ connection }) => connection === 2);
    expect(last.flatMap(({ documents }) => documents)).toEqual(texts(4));
    expect(lines.map(({ msg }) => msg)).toContainEqual(expect.stringMatching(reason));
  });

  it('may be followed by ones that could: they are not believed either', async () => {
    const lies = (window: ReceivedBy) => {
      window.ack(9);
      window.ack(2);
    };
    const server = await lumberjackServer({ onWindow: first(lies) });
    const { output } = anOutput([server]);
    await output.deliver([made(texts(2))]);
    expect(server.windows).toHaveLength(2);
  });

  it('comes for nothing: the connection is made anew', async () => {
    const server = await lumberjackServer();
    const { output } = anOutput([server]);
    await output.deliver([made(texts(1))]);
    server.windows[0]!.ack(1);
    await eventually(() => expect(output.status().hosts[0]!.connected).toBe(false));
    await output.deliver([made(texts(1))]);
    expect(server.windows.map(({ connection }) => connection)).toEqual([1, 2]);
  });

  it('comes late or twice in part: the last word counts', async () => {
    const inParts = (window: ReceivedBy) => {
      for (const sequence of [2, 1, 2, 0, 3]) window.ack(sequence);
    };
    const server = await lumberjackServer({ onWindow: inParts });
    const { output, metric } = anOutput([server]);
    await output.deliver([made(texts(3))]);
    expect(await metric('events_total')).toBe(3);
  });
});

describe('a dead host', () => {
  it('is asked again after pauses that double, and told of in the status', async () => {
    const gone = await lumberjackServer();
    await gone.close();
    const { output, metric } = anOutput([gone]);
    const sent = output.deliver([made(texts(1))]);
    await eventually(async () => expect(await metric('failures_total')).toBeGreaterThan(3));
    expect(output.status()).toMatchObject({
      reason: expect.stringContaining('ECONNREFUSED'),
      since: expect.any(Number),
      hosts: [{ host: hostOf(gone), connected: false }],
    });
    const back = await lumberjackServer({ port: gone.port });
    await sent;
    expect(back.windows).toHaveLength(1);
    expect(output.status().reason).toBeUndefined();
  });

  it('of several, without load balancing: the next takes its place at once', async () => {
    const gone = await lumberjackServer();
    await gone.close();
    const well = await lumberjackServer();
    const { output } = anOutput([gone, well], { backoff: { init: '1h', max: '1h' } });
    await output.deliver([made(texts(1)), made(texts(1))]);
    expect(well.windows).toHaveLength(2);
    expect(output.status().reason).toBeUndefined();
  });

  it('of several, that dies with windows on the way: another gets them', async () => {
    const servers = [await lumberjackServer({ onWindow: () => undefined }), await lumberjackServer()];
    const { output } = anOutput(servers, { backoff: { init: '1h', max: '1h' } });
    const sent = output.deliver([made(texts(2)), made(texts(2, 3))]);
    await arrived(servers[0]!.windows, 2);
    await servers[0]!.close();
    await sent;
    expect(servers[1]!.windows.flatMap(({ documents }) => documents)).toEqual(texts(4));
  });

  it('of several, with load balancing: the others carry its share', async () => {
    const gone = await lumberjackServer();
    await gone.close();
    const well = [await lumberjackServer(), await lumberjackServer()];
    const { output } = anOutput([well[0]!, gone, well[1]!], { loadbalance: true });
    await output.deliver(Array.from({ length: 20 }, (_, i) => made(texts(1, i))));
    expect(well.flatMap(({ windows }) => windows)).toHaveLength(20);
    expect(output.status().reason).toBeUndefined();
  });
});
