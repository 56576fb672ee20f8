import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { encodeWindow } from '../../src/lumberjack/encoder.ts';
import { eventually } from '../support/eventually.ts';
import { connectSender } from '../support/lumberjack/sender.ts';
import { Server } from '../support/server.ts';

const connections = 100;
const halfOfARequest =
  'POST /logs/_search HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\n\r\n{"query":';

/** Opens connections that send this and nothing more. */
async function opened(port: number, bytes: string | Buffer): Promise<Socket[]> {
  const sockets = Array.from({ length: connections }, () => connect({ port, host: '127.0.0.1' }));
  for (const socket of sockets) socket.on('error', () => {}).resume();
  onTestFinished(() => sockets.forEach((socket) => void socket.destroy()));
  await eventually(() => expect(sockets.filter(({ connecting }) => connecting)).toEqual([]));
  for (const socket of sockets) socket.write(bytes);
  return sockets;
}

it('requests and windows of which only a half is sent keep nobody else from being served', async () => {
  const server = await Server.withConfig({
    inputs: { lumberjack: { maxConnections: connections, firstByteTimeout: '2s' } },
    rules: [],
  });
  await server.start();
  const { api, store, lumberjack } = server.ports;
  const window = encodeWindow(['{"message":"a line"}']);
  const halves = [
    await opened(api, 'GET /status HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: '),
    await opened(store, halfOfARequest),
    await opened(lumberjack, window.subarray(0, 4)),
  ];
  const sender = await connectSender(lumberjack);
  sender.send(window);
  expect((await sender.sequences(1)).at(-1)).toBe(1);
  await server.settled();
  expect(await server.documents('logs-generic-default')).toHaveLength(1);
  expect((await server.get('/health')).status).toBe(200);
  // The API waits ten seconds for a request to arrive.
  await eventually(() => expect(halves[0]!.filter(({ closed }) => !closed)).toEqual([]), { timeout: 40_000 });
});
