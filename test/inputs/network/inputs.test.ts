import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { TcpInputConfig } from '../../../src/config/schema/network-inputs.ts';
import { networkFields } from '../../../src/inputs/event-fields.ts';
import { LineSink } from '../../../src/inputs/network/line-sink.ts';
import { peerAt } from '../../../src/inputs/network/peer.ts';
import { StdinInput } from '../../../src/inputs/stdin/stdin-input.ts';
import { syslogHost } from '../../../src/inputs/syslog/header.ts';
import { TcpInput } from '../../../src/inputs/tcp/tcp-input.ts';
import type { Batch } from '../../../src/model.ts';
import { networkInputTelemetry } from '../../../src/telemetry/components/network-input.ts';
import { silentInstruments } from '../../../src/telemetry/metrics.ts';
import { certificateFiles, makeAuthority, makeCertificate } from '../../support/certificates.ts';
import { load } from '../../support/config.ts';
import { eventually } from '../../support/eventually.ts';

const instruments = silentInstruments();

/** A sink into a store that the test holds shut, and what reached it. */
function aSink(hostOf?: typeof syslogHost) {
  const events: Record<string, unknown>[] = [];
  const gate = { open: () => {}, shut: Promise.resolve() };
  const telemetry = networkInputTelemetry(instruments, { name: 'lines', kind: 'tcp' });
  const sink = new LineSink({
    origin: { input: 'lines', connection: 'lines', address: '' },
    store: {
      async append({ payload }: Batch) {
        await gate.shut;
        for (const line of payload.toString().trimEnd().split('\n')) events.push(JSON.parse(line));
      },
      saveStates: async () => {},
    },
    ...{ telemetry, hostOf, fields: networkFields({ kind: 'tcp', fields: {}, tags: [] }) },
  });
  const shut = () => {
    gate.shut = new Promise((resolve) => {
      gate.open = resolve;
    });
  };
  const messages = () => events.map(({ message }) => message);
  return { sink, telemetry, events, messages, shut, open: () => gate.open() };
}

async function tcpInput(settings: string) {
  const { config, problems } = load({ yaml: `inputs: [{ kind: tcp, name: lines, port: 0, ${settings} }]` });
  expect(problems).toEqual([]);
  const made = aSink();
  const input = new TcpInput({ config: config!.inputs.network[0] as TcpInputConfig, ...made });
  await input.start();
  onTestFinished(() => input.stop(1_000));
  return { input, ...made, port: Number(input.stats().listens!.split(':').at(-1)) };
}

const failures = async (reason: string) => {
  const name = `logboom_input_failures_total{input="lines",kind="tcp",reason="${reason}"}`;
  const line = (await instruments.metrics.metrics()).split('\n').find((one) => one.startsWith(name));
  return Number(line?.split(' ').at(-1) ?? 0);
};

describe('a TCP input with TLS', () => {
  const authority = makeAuthority('authority');
  const { ssl_certificate, ssl_key, authority: path, write } = certificateFiles(authority);
  const tls = `ssl_enabled: true, ssl_certificate: ${ssl_certificate}, ssl_key: ${ssl_key}`;
  const clients = `ssl_client_authentication: required, ssl_certificate_authorities: [${path}]`;

  async function dial(port: number, options: object = {}): Promise<TLSSocket> {
    const socket = connect({ port, host: '127.0.0.1', ca: authority.cert, ...options });
    socket.on('error', () => {});
    await once(socket, 'secureConnect');
    return socket;
  }

  it('takes lines, and stores nothing of who does not speak TLS', async () => {
    const { port, messages } = await tcpInput(tls);
    const before = await failures('handshake');
    const plain = connectPlain({ port, host: '127.0.0.1' });
    plain.on('error', () => {});
    plain.write('secret in clear text\n');
    await once(plain.resume(), 'close');
    (await dial(port)).end('over TLS\n');
    await eventually(() => expect(messages()).toEqual(['over TLS']));
    expect(await failures('handshake')).toBe(before + 1);
  });

  it('takes lines only of clients with a certificate where it asks for one', async () => {
    const { port, messages } = await tcpInput(`${tls}, ${clients}`);
    const { cert, key } = makeCertificate(authority, 'web-1');
    const without = await dial(port);
    without.write('without\n');
    await once(without.resume(), 'close');
    const stranger = makeAuthority('stranger');
    const foreign = makeCertificate(stranger, 'web-2');
    const other = await dial(port, { cert: foreign.cert, key: foreign.key });
    other.write('of a stranger\n');
    await once(other.resume(), 'close');
    (await dial(port, { cert, key })).end('with\n');
    await eventually(() => expect(messages()).toEqual(['with']));
  });

  it('uses renewed certificates for new connections', async () => {
    const { port, messages } = await tcpInput(tls);
    const subject = async () => {
      const socket = await dial(port);
      const name = socket.getPeerCertificate().subject.CN;
      socket.end(`${name}\n`);
      return name;
    };
    expect(await subject()).toBe('logboom');
    write(makeCertificate(authority, 'renewed'));
    await eventually(async () => expect(await subject()).toBe('renewed'), { interval: 200 });
    await eventually(() => expect(messages()).toContain('renewed'));
  });
});

/** Writes until the other side takes no more, and returns how much that was. */
async function fill(socket: Socket, line: string): Promise<number> {
  let sent = 0;
  for (;;) {
    for (let i = 0; i < 1_000; i += 1) socket.write(`${line} ${sent++}\n`);
    const drained = socket.writableNeedDrain
      ? await Promise.race([
          once(socket, 'drain').then(() => true),
          new Promise<false>((resolve) => setTimeout(() => resolve(false), 300)),
        ])
      : true;
    if (!drained) return sent;
    if (sent > 1e6) throw new Error('the input takes everything');
  }
}

describe('while the disk takes nothing', () => {
  it('a TCP input does not read, and loses no line', async () => {
    const { port, messages, shut, open } = await tcpInput('maxMessage: 1mb');
    shut();
    const socket = connectPlain({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    const sent = await fill(socket, 'x'.repeat(1_000));
    expect(messages()).toEqual([]);
    open();
    socket.end();
    await eventually(() => expect(messages()).toHaveLength(sent));
    expect(new Set(messages()).size).toBe(sent);
  });

  it('standard input is not read, and what is in front of the pipe waits', async () => {
    const { sink, telemetry, messages, shut, open } = aSink();
    const { config } = load({ yaml: 'inputs: [{ kind: stdin, name: in }]' });
    const stdin = config!.inputs.network[0]!;
    if (stdin.kind !== 'stdin') throw new Error('no stdin input');
    const stream = new PassThrough();
    const input = new StdinInput({ config: stdin, sink, telemetry, stream });
    await input.start();
    shut();
    let sent = 0;
    while (stream.write(`${'x'.repeat(1_000)} ${sent++}\n`) || !stream.isPaused())
      await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toBeLessThan(20_000);
    expect(messages()).toEqual([]);
    open();
    stream.end('the last line has no end');
    await eventually(() => expect(messages()).toHaveLength(sent + 1));
    expect(messages().at(-1)).toBe('the last line has no end');
    expect(input.stats()).toMatchObject({ events: sent + 1, problems: ['standard input ended'] });
    await input.stop(1_000);
  });
});

describe('the sender of a syslog line', () => {
  const read = async (remote: string, line: string) => {
    const { sink, events } = aSink(syslogHost);
    const bytes = Buffer.from(line);
    sink.begin(bytes.length);
    sink.writerFor(peerAt(remote, 514))(bytes, 0, bytes.length);
    await sink.outlet.close(1_000);
    return events[0] as { host: object; observer?: object; log: { source: { address: string } } };
  };
  const from = (host: string) => `<34>1 2026-11-20T10:00:00Z ${host} app - - - text`;

  it('is the host where the line names no other', async () => {
    const event = await read('192.0.2.7', '<34>text without a header');
    expect(event.host).toEqual({ name: '192.0.2.7', ip: ['192.0.2.7'] });
    expect(event.observer).toBeUndefined();
    expect(event.log.source.address).toBe('192.0.2.7:514');
  });

  it('is the observer, with its address, where the line names the host that it passed on', async () => {
    const event = await read('192.0.2.7', from('web-1'));
    expect(event.host).toEqual({ name: 'web-1' });
    expect(event.observer).toEqual({ ip: ['192.0.2.7'] });
  });

  it('is the host where the line names its address', async () => {
    const event = await read('2001:db8::7', from('2001:db8::7'));
    expect(event.host).toEqual({ name: '2001:db8::7', ip: ['2001:db8::7'] });
    expect(event.observer).toBeUndefined();
  });

  it('on this machine is no observer', async () => {
    const event = await read('127.0.0.1', from('web-1'));
    expect(event.host).toEqual({ name: 'web-1' });
    expect(event.observer).toBeUndefined();
  });
});
