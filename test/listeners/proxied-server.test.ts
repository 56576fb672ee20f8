import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { expectProxyHeaders } from '../../src/listeners/proxied-server.ts';
import { makeAuthority, makeCertificate } from '../support/certificates.ts';
import { proxyV2 } from '../support/lumberjack/proxy-header.ts';

const client = { address: '203.0.113.7', port: 56_324 };
const headers: [what: string, header: Buffer][] = [
  ['v1', Buffer.from('PROXY TCP4 203.0.113.7 10.0.0.1 56324 80\r\n')],
  ['v2', proxyV2(client)],
];

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** Makes the server listen and read headers. Returns its port, and what it refused. */
async function proxied(server: Server, allowsLocal = false) {
  const refused: string[] = [];
  expectProxyHeaders(server, { allowsLocal, refused: (_, reason) => refused.push(reason) });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(server);
  return { port: (server.address() as AddressInfo).port, refused };
}

async function textOf(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => {});
  await once(socket, 'close');
  return text;
}

/** A server that answers each connection with who it is and what it sent. */
const echo = () =>
  createServer((socket) => {
    socket.once('data', (data) => socket.end(`${socket.remoteAddress}:${socket.remotePort} ${data}`));
  });
const http = () =>
  createHttpServer((request, response) => response.end(`${request.socket.remoteAddress} ${request.url}`));
const request = 'POST /there HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';

describe('a server behind a load balancer', () => {
  it.each(headers)('sees the address of the client, and its bytes whole: %s', async (_, header) => {
    const { port } = await proxied(echo());
    const socket = connect(port, '127.0.0.1');
    socket.write(Buffer.concat([header, Buffer.from('line')]));
    expect(await textOf(socket)).toBe('203.0.113.7:56324 line');
  });

  it.each(headers)(
    'reads a header in pieces, and waits for the client as long as it likes: %s',
    async (_, header) => {
      const server = echo();
      let accepted = 0;
      server.on('connection', () => accepted++);
      const { port } = await proxied(server);
      const socket = connect(port, '127.0.0.1').setNoDelay();
      for (const byte of header) {
        socket.write(Buffer.from([byte]));
        await pause(1);
      }
      await pause(20);
      expect(accepted).toBe(1);
      socket.write('late');
      expect(await textOf(socket)).toBe('203.0.113.7:56324 late');
    },
  );

  it.each(headers)('serves HTTP: %s', async (_, header) => {
    const { port } = await proxied(http());
    const socket = connect(port, '127.0.0.1');
    socket.write(Buffer.concat([header, Buffer.from(request)]));
    expect(await textOf(socket)).toMatch(/203\.0\.113\.7 \/there/);
  });

  it.each(headers)('serves HTTPS, where the header comes before the handshake: %s', async (_, header) => {
    const { key, cert } = makeCertificate(makeAuthority(), 'localhost');
    const { port } = await proxied(
      createHttpsServer({ key, cert }, (asked, response) => response.end(`${asked.socket.remoteAddress}`)),
    );
    const raw = connect(port, '127.0.0.1');
    raw.write(header);
    const socket = connectTls({ socket: raw, rejectUnauthorized: false });
    socket.write(request);
    expect(await textOf(socket)).toMatch(/203\.0\.113\.7/);
  });

  it('refuses a connection without a header, and says why', async () => {
    const { port, refused } = await proxied(http());
    const socket = connect(port, '127.0.0.1');
    socket.write(request);
    expect(await textOf(socket)).toBe('');
    expect(refused).toEqual(['the connection does not begin with a header of the PROXY protocol']);
  });

  it('serves programs on this machine without a header where that is allowed', async () => {
    const { port, refused } = await proxied(http(), true);
    const socket = connect(port, '127.0.0.1');
    socket.write(request);
    expect(await textOf(socket)).toMatch(/127\.0\.0\.1 \/there/);
    expect(refused).toEqual([]);
  });

  it('does not mind a probe that connects and leaves', async () => {
    const { port, refused } = await proxied(echo());
    const socket = connect(port, '127.0.0.1');
    socket.end();
    expect(await textOf(socket)).toBe('');
    expect(refused).toEqual([]);
  });
});
