import { type AddressInfo, createServer as createTcp, type Socket } from 'node:net';
import { createServer as createTls, type TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';
import { Decoder } from '../../../src/lumberjack/decoder.ts';
import { encodeAck } from '../../../src/lumberjack/encoder.ts';
import { defaultLimits } from '../../../src/lumberjack/frames.ts';
import { freePort, listening } from '../ports.ts';

export interface ReceivedBy {
  connection: number;
  documents: string[];
  /** The frames after the window frame, as they came. */
  payload: Buffer;
  version: 1 | 2;
  socket: Socket;
  /** Acknowledges the window, or up to some other sequence. */
  ack(sequence?: number): void;
}

/** A Lumberjack server that does with each window what the test says; by default it acknowledges it. */
export async function lumberjackServer({
  onWindow = (window: ReceivedBy) => window.ack(),
  onBytes,
  tls,
  port,
}: {
  onWindow?: (window: ReceivedBy) => void;
  /** Takes the bytes of a client that is not expected to speak Lumberjack. */
  onBytes?: (socket: Socket) => void;
  tls?: TlsOptions;
  port?: number;
} = {}) {
  const windows: ReceivedBy[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const onSocket = (socket: Socket) => {
    const connection = ++connections;
    const decoder = new Decoder(defaultLimits);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      if (onBytes) {
        onBytes(socket);
        return;
      }
      for (const { block, version, lastSequence, payload } of decoder.push(chunk)) {
        const window: ReceivedBy = {
          connection,
          version,
          socket,
          payload,
          documents: Array.from({ length: block.count }, (_, i) =>
            block.bytes.toString('utf8', block.spans[2 * i], block.spans[2 * i + 1]),
          ),
          ack: (sequence = lastSequence) => void socket.write(encodeAck(version, sequence)),
        };
        windows.push(window);
        onWindow(window);
      }
    });
  };
  const server = tls ? createTls(tls, onSocket) : createTcp(onSocket);
  await listening(server, port ?? (await freePort()));
  const close = () =>
    new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  onTestFinished(close);
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    windows,
    sockets,
    close,
  };
}
