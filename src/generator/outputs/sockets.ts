import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { LogboomError, messageOf } from '../../errors.ts';
import { bytesOf, type LineBatch, type Output } from './output.ts';

interface Address {
  host: string;
  port: number;
}

/** What a batch is on the wire: pieces that may be sent on their own, such as datagrams. */
type Encode = (batch: LineBatch) => Buffer[];

const nameOf = ({ host, port }: Address) => `${host}:${port}`;
const lost = (where: string, cause: unknown) =>
  new LogboomError('SINK_UNAVAILABLE', `${where} takes no lines: ${messageOf(cause)}.`, { cause });

export const asLines: Encode = ({ lines }) => [bytesOf(lines)];
export const asDatagrams: Encode = ({ lines }) => lines.map((line) => Buffer.from(line));

/** RFC 5424, with the facility user and the severity info. */
export function syslogMessages({ lines, times, sources }: LineBatch): string[] {
  return lines.map((line, index) => {
    const { host, stream } = sources[index]!;
    return `<14>1 ${new Date(times[index]!).toISOString()} ${host} ${stream.replaceAll(/\s/g, '-')} - - - ${line}`;
  });
}

/** RFC 6587: the length of each message in front of it. */
export const asCountedSyslog: Encode = (batch) =>
  syslogMessages(batch).map((message) => Buffer.from(`${Buffer.byteLength(message)} ${message}`));
export const asSyslogDatagrams: Encode = (batch) =>
  syslogMessages(batch).map((message) => Buffer.from(message));

/** Writes to a stream, and waits while the other side does not read. */
export class StreamOutput implements Output {
  readonly #stream: Writable;
  readonly #name: string;
  readonly #encode: Encode;
  #failure: unknown;

  constructor(stream: Writable, name: string, encode: Encode = asLines) {
    this.#stream = stream;
    this.#name = name;
    this.#encode = encode;
    stream.on('error', (error) => {
      this.#failure = error;
    });
  }

  async write(batch: LineBatch): Promise<void> {
    const stream = this.#stream;
    if (this.#failure === undefined && !stream.destroyed && stream.write(Buffer.concat(this.#encode(batch))))
      return;
    if (this.#failure === undefined && !stream.destroyed) await this.#drained();
    if (this.#failure !== undefined || stream.destroyed)
      throw lost(this.#name, this.#failure ?? new Error('the connection was closed'));
  }

  /** Resolves when the stream takes more, or is closed. */
  async #drained(): Promise<void> {
    const over = new AbortController();
    const until = (event: string) => once(this.#stream, event, { signal: over.signal });
    try {
      await Promise.race([until('drain'), until('close')]);
    } catch (error) {
      this.#failure = error;
    } finally {
      over.abort();
    }
  }

  async close(): Promise<void> {
    if (this.#stream === process.stdout || this.#stream.destroyed) return;
    await new Promise<void>((resolve) => {
      this.#stream.once('close', resolve);
      this.#stream.end();
    });
  }
}

export async function connected(address: Address, encode: Encode): Promise<Output> {
  const socket = connect(address.port, address.host);
  try {
    await once(socket, 'connect');
  } catch (cause) {
    throw lost(nameOf(address), cause);
  }
  // What the server sends is of no interest, but it must be read for the end to be seen.
  socket.resume();
  return new StreamOutput(socket, nameOf(address), encode);
}

/** Listens, and sends lines to the client that connected last. Without a client it waits. */
export class ServerOutput implements Output {
  readonly #server: Server;
  #client: Socket | undefined;
  #arrived: () => void = () => {};

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#client?.destroy();
      this.#client = socket;
      socket.resume();
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        if (this.#client === socket) this.#client = undefined;
      });
      this.#arrived();
    });
  }

  static async listen({ host, port }: Address, onListening: (port: number) => void): Promise<ServerOutput> {
    const server = createServer();
    server.listen(port, host);
    try {
      await once(server, 'listening');
    } catch (cause) {
      throw new LogboomError('PORT_IN_USE', `Cannot listen on ${host}:${port}: ${messageOf(cause)}.`, {
        cause,
      });
    }
    onListening((server.address() as { port: number }).port);
    return new ServerOutput(server);
  }

  async write(batch: LineBatch): Promise<void> {
    const bytes = bytesOf(batch.lines);
    for (;;) {
      const client = this.#client;
      if (client === undefined) {
        await new Promise<void>((resolve) => {
          this.#arrived = resolve;
        });
        continue;
      }
      const isTaken = await taken(client, bytes);
      if (isTaken) return;
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    if (client !== undefined && !client.destroyed) {
      const closed = once(client, 'close');
      client.end();
      await closed;
    }
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Whether a client took the bytes before it went. */
function taken(client: Socket, bytes: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const gone = () => resolve(false);
    client.once('close', gone);
    client.write(bytes, (error) => {
      client.off('close', gone);
      resolve(!error);
    });
  });
}

/** Datagrams that are sent before the next wait: the operating system drops what it has no room for. */
const atOnce = 64;

export class DatagramOutput implements Output {
  readonly #socket: DatagramSocket;
  readonly #address: Address;
  readonly #encode: Encode;

  constructor(address: Address, encode: Encode) {
    this.#address = address;
    this.#encode = encode;
    this.#socket = createSocket(address.host.includes(':') ? 'udp6' : 'udp4');
  }

  async write(batch: LineBatch): Promise<void> {
    const datagrams = this.#encode(batch);
    for (let from = 0; from < datagrams.length; from += atOnce)
      await Promise.all(datagrams.slice(from, from + atOnce).map((datagram) => this.#send(datagram)));
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(resolve));
  }

  #send(datagram: Buffer): Promise<void> {
    const { host, port } = this.#address;
    return new Promise((resolve, reject) => {
      this.#socket.send(datagram, port, host, (error) =>
        error ? reject(lost(nameOf(this.#address), error)) : resolve(),
      );
    });
  }
}
