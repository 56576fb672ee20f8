import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { FileOutput } from '../../../src/generator/outputs/file.ts';
import type { LineBatch } from '../../../src/generator/outputs/output.ts';
import { HttpOutput } from '../../../src/generator/outputs/shippers.ts';
import { openOutput } from '../../../src/generator/scenario/load.ts';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/ports.ts';
import { Server as Logboom } from '../../support/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'logboom-outputs-'));
afterAll(() => rmSync(folder, { recursive: true }));

const at = Date.parse('2026-11-20T10:00:00Z');
const batchOf = (lines: string[], host = 'web-1', stream = 'shop.app'): LineBatch => ({
  lines,
  times: lines.map((_, index) => at + index),
  sources: lines.map(() => ({ host, stream })),
});
const numbered = (from: number, count: number) => Array.from({ length: count }, (_, i) => `line ${from + i}`);

describe('a file', () => {
  it('is appended to', async () => {
    const path = join(folder, 'plain.log');
    for (const from of [0, 100]) {
      const output = new FileOutput({ path, rotateAt: 0, keep: 5 });
      await output.write(batchOf(numbered(from, 100)));
      await output.close();
    }
    expect(readFileSync(path, 'utf8')).toBe(`${numbered(0, 200).join('\n')}\n`);
  });

  it('is rotated between two lines, and old files are removed', async () => {
    const path = join(folder, 'rotated.log');
    const output = new FileOutput({ path, rotateAt: 1_000, keep: 3 });
    for (let from = 0; from < 1_000; from += 50) await output.write(batchOf(numbered(from, 50)));
    await output.close();
    const files = readdirSync(folder)
      .filter((name) => name.startsWith('rotated.log'))
      .sort();
    expect(files).toEqual(['rotated.log', 'rotated.log.1', 'rotated.log.2', 'rotated.log.3']);
    const texts = ['.3', '.2', '.1', ''].map((ending) => readFileSync(`${path}${ending}`, 'utf8'));
    for (const text of texts.slice(0, 3)) expect(text.length).toBeLessThan(1_020);
    const lines = texts.join('').trimEnd().split('\n');
    expect(lines).toEqual(numbered(1_000 - lines.length, lines.length));
  });

  it('is one for each host and stream', async () => {
    const output = new FileOutput({ path: join(folder, '{host}-{stream}.log'), rotateAt: 0, keep: 1 });
    await output.write(batchOf(['a'], 'web-1'));
    await output.write(batchOf(['b'], 'web-2'));
    await output.close();
    expect(readFileSync(join(folder, 'web-1-shop.app.log'), 'utf8')).toBe('a\n');
    expect(readFileSync(join(folder, 'web-2-shop.app.log'), 'utf8')).toBe('b\n');
  });

  it('that cannot be written is named', async () => {
    const output = new FileOutput({ path: join(folder, 'none', 'x.log'), rotateAt: 0, keep: 1 });
    await expect(output.write(batchOf(['a']))).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
  });
});

/** A server that keeps what it gets. */
async function listener(): Promise<{ port: number; text: () => string; server: Server }> {
  let text = '';
  const server = createServer(
    (socket) =>
      void socket.on('data', (chunk) => {
        text += chunk;
      }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as { port: number }).port, text: () => text, server };
}

const nothing = () => {};

describe('a socket', () => {
  it('gets lines over TCP, all of them before the output is closed', async () => {
    const { port, text } = await listener();
    const output = await openOutput({ kind: 'tcp', host: '127.0.0.1', port }, nothing);
    for (let from = 0; from < 20_000; from += 1_000) await output.write(batchOf(numbered(from, 1_000)));
    await output.close();
    await eventually(() => expect(text()).toBe(`${numbered(0, 20_000).join('\n')}\n`));
  });

  it('gets octet-counted syslog', async () => {
    const { port, text } = await listener();
    const output = await openOutput({ kind: 'syslog', host: '127.0.0.1', port, protocol: 'tcp' }, nothing);
    await output.write(batchOf(['grüße']));
    await output.close();
    const message = '<14>1 2026-11-20T10:00:00.000Z web-1 shop.app - - - grüße';
    await eventually(() => expect(text()).toBe(`${Buffer.byteLength(message)} ${message}`));
  });

  it.each(['udp', 'syslog'] as const)('gets datagrams of %s', async (kind) => {
    const socket = createSocket('udp4');
    const got: string[] = [];
    socket.on('message', (message) => void got.push(message.toString()));
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    onTestFinished(() => void socket.close());
    const { port } = socket.address();
    const address = { host: '127.0.0.1', port };
    const output = await openOutput(
      kind === 'udp' ? { kind, ...address } : { kind, ...address, protocol: 'udp' },
      nothing,
    );
    await output.write(batchOf(['a', 'b']));
    await output.close();
    await eventually(() => expect(got).toHaveLength(2));
    expect(got[1]).toBe(kind === 'udp' ? 'b' : '<14>1 2026-11-20T10:00:00.001Z web-1 shop.app - - - b');
  });

  it('serves lines to a client that connects, and waits for one', async () => {
    let port = 0;
    const output = await openOutput({ kind: 'tcp-server', host: '127.0.0.1', port: 0 }, (one) => {
      port = one;
    });
    const written = output.write(batchOf(['a']));
    const client: Socket = connect(port, '127.0.0.1');
    let text = '';
    client.on('data', (chunk) => {
      text += chunk;
    });
    await written;
    await output.write(batchOf(['b']));
    await output.close();
    await eventually(() => expect(text).toBe('a\nb\n'));
  });

  it('that nobody listens on is named', async () => {
    const port = await freePort();
    await expect(openOutput({ kind: 'tcp', host: '127.0.0.1', port }, nothing)).rejects.toMatchObject({
      code: 'SINK_UNAVAILABLE',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
  });

  it('that is closed by the other side ends the run', async () => {
    const { port, server } = await listener();
    server.on('connection', (socket) => socket.destroy());
    const output = await openOutput({ kind: 'tcp', host: '127.0.0.1', port }, nothing);
    const write = async () => {
      for (let i = 0; i < 10_000; i += 1) {
        await output.write(batchOf(numbered(0, 100)));
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await expect(write()).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' });
  });
});

describe('a logboom', () => {
  it('takes what the generator ships, each event once', async () => {
    const http = await freePort();
    const server = await Logboom.withConfig({
      inputs: [
        { kind: 'lumberjack', name: 'lumberjack', port: await freePort() },
        { kind: 'http', name: 'web', port: http },
      ],
    });
    await server.start();
    const url = `http://127.0.0.1:${http}`;
    const { lumberjack } = (await server.status()).inputs;
    const port = Number(lumberjack!.url!.split(':').at(-1));
    const outputs = [
      await openOutput({ kind: 'http', url, as: 'events' }, nothing),
      await openOutput({ kind: 'http', url, as: 'bulk' }, nothing),
      await openOutput({ kind: 'lumberjack', host: '127.0.0.1', port }, nothing),
    ];
    for (const [place, output] of outputs.entries()) {
      await output.write(batchOf(numbered(100 * place, 100)));
      await output.close();
    }
    await eventually(async () => {
      const documents = await server.documents('logs-shop.app-*');
      const messages = documents.map(({ _source }) => _source.message as string);
      expect(messages.toSorted()).toEqual(numbered(0, 300).toSorted());
    });
  });

  it('is named where it refuses', async () => {
    const output = new HttpOutput(`http://127.0.0.1:${await freePort()}`, 'events');
    await expect(output.write(batchOf(['a']))).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' });
  });
});
