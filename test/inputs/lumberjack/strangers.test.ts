import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { bareWindow } from '../../support/lumberjack/frames.ts';
import { pause, startInput, until } from '../../support/lumberjack/input.ts';
import { proxyV2 } from '../../support/lumberjack/proxy-header.ts';
import { connectSender } from '../../support/lumberjack/sender.ts';
import { startTlsInput, trusting } from '../../support/lumberjack/tls.ts';

const warnings = (lines: { level: number; msg: string }[]) =>
  lines.filter(({ level }) => level >= 40).map(({ msg }) => msg);
const open = (port: number, count: number) =>
  Promise.all(Array.from({ length: count }, () => connectSender(port)));
const metricOf = async (metrics: { getMetricsAsJSON(): Promise<unknown[]> }, name: string) => {
  const all = (await metrics.getMetricsAsJSON()) as { name: string; values: { value: number }[] }[];
  return all.find((one) => one.name === name)?.values[0]?.value ?? 0;
};

describe('room for senders', () => {
  it('is made by closing the oldest connections that have sent no window', async () => {
    const { port, input, lines } = await startInput({ maxConnections: 3 });
    const shipped = await connectSender(port);
    shipped.send(bareWindow(1));
    await shipped.sequences(1);
    const silent = await open(port, 2);
    const [first, second] = [await connectSender(port), await connectSender(port)];
    await Promise.all(silent.map((sender) => sender.closing));
    for (const sender of [first, second]) {
      sender.send(bareWindow(2));
      expect(await sender.sequences(1)).toEqual([2]);
    }
    shipped.send(bareWindow(3));
    expect(await shipped.sequences(2)).toEqual([1, 3]);
    expect(input.stats().connections).toBe(3);
    expect(warnings(lines)[0]).toMatch(/127\.0\.0\.1 .*to make room for another .*maxConnections/);
  });

  it('is not made at the cost of those that have shipped', async () => {
    const { port, input } = await startInput({ maxConnections: 2 });
    const senders = await open(port, 2);
    for (const sender of senders) sender.send(bareWindow(1));
    await Promise.all(senders.map((sender) => sender.sequences(1)));
    const third = await connectSender(port);
    await third.closing;
    expect(senders.map((sender) => sender.isClosed())).toEqual([false, false]);
    expect(input.refused()).toMatchObject([
      { address: '127.0.0.1', count: 1, reason: expect.stringMatching(/maxConnections/) },
    ]);
  });

  it('may be limited for one address', async () => {
    const { port, input, logged } = await startInput({ maxConnectionsPerAddress: 2, proxy_protocol: true });
    const from = async (address: string) => {
      const sender = await connectSender(port);
      sender.send(proxyV2({ address, port: 1 }), bareWindow(1));
      return sender;
    };
    const near = [await from('10.0.0.1'), await from('10.0.0.1')];
    await Promise.all(near.map((sender) => sender.sequences(1)));
    const third = await from('10.0.0.1');
    await third.closing;
    expect(await (await from('10.0.0.2')).sequences(1)).toEqual([1]);
    await logged(/10\.0\.0\.1 is turned away: there are 2 connections already .*maxConnectionsPerAddress/);
    expect(input.refused().map(({ address }) => address)).toEqual(['10.0.0.1']);
  });
});

describe('a connection that sends nothing', () => {
  it('is closed after firstByteTimeout, and its address is named', async () => {
    const { port, logged } = await startInput({ firstByteTimeout: 40 });
    const [silent, idle] = await open(port, 2);
    idle!.send(bareWindow(1));
    await silent!.closing;
    await logged(/A connection of 127\.0\.0\.1 is closed: nothing came within 40ms .*firstByteTimeout/);
    await pause(60);
    expect(idle!.isClosed()).toBe(false);
  });

  it.each(['end', 'resetAndDestroy'] as const)('and probes the port by %s is counted only', async (how) => {
    for (const start of [startInput, startTlsInput]) {
      const { port, lines, metrics } = await start();
      for (let i = 1; i <= 3; i += 1) {
        const socket = connect(port, '127.0.0.1').on('error', () => {});
        await new Promise((resolve) => socket.once('connect', resolve));
        socket[how]();
        const counted = () => metricOf(metrics, 'logboom_lumberjack_probes_total');
        while ((await counted()) < i) await pause(5);
        socket.destroy();
      }
      expect(lines.filter(({ level }) => level > 20).map(({ msg }) => msg)).toEqual([
        expect.stringMatching(/listens on/),
      ]);
    }
  });

  it('may follow a handshake, and is known by its address', async () => {
    const { port, logged } = await startTlsInput({ firstByteTimeout: 60 });
    const sender = await connectSender(port, trusting);
    await sender.closing;
    await logged(/A connection of 127\.0\.0\.1 is closed: nothing came/);
  });
});

describe('behind a load balancer', () => {
  it.each([
    ['v1', Buffer.from('PROXY TCP4 203.0.113.7 10.0.0.1 56324 5044\r\n'), '203.0.113.7:56324#1'],
    ['v2', proxyV2({ address: '2001:db8::7', port: 443 }), '[2001:db8::7]:443#1'],
  ])('the client is the one of the PROXY header: %s', async (_, header, connection) => {
    const { port, delivered } = await startInput({ proxy_protocol: true });
    const sender = await connectSender(port);
    for (const byte of header) sender.send(Buffer.from([byte]));
    sender.send(bareWindow(2));
    expect(await sender.sequences(1)).toEqual([2]);
    expect((await delivered(1))[0]!.batch.origin.connection).toBe(connection);
  });

  it('TLS begins behind the header', async () => {
    const { port, delivered } = await startTlsInput({ proxy_protocol: true });
    const raw = connect(port, '127.0.0.1');
    raw.write('PROXY TCP4 203.0.113.7 10.0.0.1 56324 5044\r\n');
    const sender = await connectSender(port, { ...trusting, socket: raw });
    sender.send(bareWindow(2));
    expect(await sender.sequences(1)).toEqual([2]);
    expect((await delivered(1))[0]!.batch.origin.address).toBe('203.0.113.7');
  });

  it('a sender without the header is refused, with the reason', async () => {
    const { port, input, logged } = await startInput({ proxy_protocol: true });
    const sender = await connectSender(port);
    sender.send(bareWindow(1));
    await sender.closing;
    await logged(/A connection of 127\.0\.0\.1 is refused: .*does not begin with a header of the PROXY/);
    expect(input.refused()).toMatchObject([{ count: 1 }]);
  });

  it('a header without it is no window', async () => {
    const { port, input } = await startInput();
    const sender = await connectSender(port);
    sender.send(Buffer.from('PROXY TCP4 203.0.113.7 10.0.0.1 56324 5044\r\n'), bareWindow(1));
    await sender.closing;
    await until(() => input.refused()[0]);
    expect(input.refused()[0]!.reason).toContain('proxy_protocol');
  });
});

it('listens on IPv6, and names addresses of IPv6', async () => {
  const { input, delivered } = await startInput({ host: '::1' });
  const { port } = input.address();
  const sender = connect({ host: '::1', port });
  sender.write(bareWindow(1));
  const [delivery] = await delivered(1);
  expect(delivery!.batch.origin.connection).toBe(`[::1]:${sender.localPort}#1`);
  expect(delivery!.batch.origin.address).toBe('::1');
  sender.destroy();
});
