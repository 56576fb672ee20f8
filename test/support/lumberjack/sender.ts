import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { type Ack, AckDecoder } from '../../../src/lumberjack/encoder.ts';
import { eventually } from '../eventually.ts';

/** The sender's side of a connection: it notes what the server answers and how the server closes. */
export interface Sender {
  socket: Socket;
  /** Every ACK that came, heartbeats included. */
  acks: Ack[];
  send(...frames: Buffer[]): void;
  /** The sequences of the first `count` ACKs, heartbeats left out. */
  sequences(count: number): Promise<number[]>;
  heartbeats(): number;
  /** How the server closed: by FIN, or by RST (or another failure). Resolves when it has. */
  closing: Promise<string>;
  isClosed(): boolean;
}

/** Connects, over TLS if options for it are given. */
export async function connectSender(port: number, tls?: ConnectionOptions): Promise<Sender> {
  const options = { host: '127.0.0.1', port, allowHalfOpen: true };
  const socket: Socket = tls ? connectTls({ ...options, ...tls }) : connect(options);
  const decoder = new AckDecoder();
  const acks: Ack[] = [];
  let closed = false;
  socket.on('data', (chunk) => acks.push(...decoder.push(chunk)));
  const closing = new Promise<string>((resolve) => {
    socket.once('end', () => resolve('FIN'));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.once('close', () => resolve('close'));
  }).finally(() => {
    closed = true;
    socket.destroy();
  });
  const confirmed = () => acks.filter((ack) => ack.sequence > 0).map((ack) => ack.sequence);
  await new Promise<void>((resolve, reject) => {
    socket.once(tls ? 'secureConnect' : 'connect', resolve);
    socket.once('error', reject);
  });
  return {
    socket,
    acks,
    send: (...frames) => void socket.write(Buffer.concat(frames)),
    sequences: (count) =>
      eventually(
        () => {
          if (confirmed().length < count) throw new Error(`${confirmed().length} of ${count} ACKs came`);
          return confirmed();
        },
        { interval: 2 },
      ),
    heartbeats: () => acks.filter((ack) => ack.sequence === 0).length,
    closing,
    isClosed: () => closed,
  };
}
