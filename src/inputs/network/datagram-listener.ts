import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { NetworkInputTelemetry } from '../../telemetry/components/network-input.ts';
import { kernelDrops } from './kernel-drops.ts';
import { LineFramer } from './line-framer.ts';
import type { LineSink } from './line-sink.ts';
import { listenProblem, placeName } from './listening.ts';
import { type Peer, peerAt } from './peer.ts';

interface DatagramOptions {
  settings: {
    name: string;
    host: string;
    port: number;
    maxMessage: number;
    /** Bytes of events that wait for the disk; a datagram beyond that is lost. */
    maxBuffer: number;
    receiveBuffer: number;
  };
  sink: LineSink;
  telemetry: NetworkInputTelemetry;
  /** Whether a datagram may hold several lines. If not, it is one event whatever it holds. */
  splitLines: boolean;
}

type Write = ReturnType<LineSink['writerFor']>;

/** Peers whose fields are kept ready. */
const mostPeers = 1_000;
const measureEvery = 5_000;

/**
 * Takes datagrams. UDP cannot hold a sender back: what has no room in the buffer is lost, and counted. So is what the operating
 * system dropped because it was not read in time, where the system reports it (Linux).
 */
export class DatagramListener {
  /** Datagrams lost since the start, here or in the operating system. */
  dropped = 0;
  url = '';
  readonly #options: DatagramOptions;
  readonly #writers = new Map<string, Write>();
  #write: Write = () => {};
  readonly #framer: LineFramer;
  #socket: Socket | undefined;
  #port = 0;
  #kernelDrops = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: DatagramOptions) {
    this.#options = options;
    this.#framer = new LineFramer({
      maxMessage: options.settings.maxMessage,
      syslogFraming: false,
      hold: () => true,
      take: (bytes, from, to, _, flags) => this.#write(bytes, from, to, undefined, flags),
    });
  }

  async start(): Promise<void> {
    const { settings, telemetry } = this.#options;
    const type = isIPv6(settings.host) ? 'udp6' : 'udp4';
    const socket = createSocket(type);
    this.#socket = socket;
    await new Promise<void>((resolve, reject) => {
      socket.once('error', (error) => reject(listenProblem(settings.name, settings, error)));
      socket.bind({ address: settings.host, port: settings.port }, resolve);
    });
    socket.removeAllListeners('error').on('error', telemetry.listenerFailed);
    socket.on('message', (bytes, remote) => this.#receive(bytes, remote));
    this.#size(socket);
    const { address: host, port } = socket.address();
    this.#port = port;
    this.url = `udp ${placeName({ host, port })}`;
    telemetry.listening(this.url);
    this.#timer = setInterval(() => void this.#measure(), measureEvery).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#measure();
    const socket = this.#socket;
    this.#socket = undefined;
    await new Promise<void>((resolve) => (socket === undefined ? resolve() : socket.close(resolve)));
  }

  /** The system may grant less (net.core.rmem_max). */
  #size(socket: Socket): void {
    try {
      socket.setRecvBufferSize(this.#options.settings.receiveBuffer);
    } catch (error) {
      this.#options.telemetry.listenerFailed(error);
    }
  }

  #receive(bytes: Buffer, remote: RemoteInfo): void {
    const { sink, settings, telemetry, splitLines } = this.#options;
    sink.begin(bytes.length);
    if (sink.outlet.builder.at >= settings.maxBuffer) {
      this.dropped += 1;
      telemetry.dropped(1, 'buffer');
      return;
    }
    this.#write = this.#writerFor(peerAt(remote.address, remote.port));
    if (splitLines) {
      this.#framer.push(bytes);
      this.#framer.end(true);
    } else this.#framer.whole(bytes);
    sink.outlet.flush();
  }

  #writerFor(peer: Peer): Write {
    let write = this.#writers.get(peer.name);
    if (write === undefined) {
      write = this.#options.sink.writerFor(peer);
      if (this.#writers.size >= mostPeers) this.#writers.clear();
      this.#writers.set(peer.name, write);
    }
    return write;
  }

  async #measure(): Promise<void> {
    const drops = await kernelDrops(this.#port);
    const added = drops - this.#kernelDrops;
    if (added <= 0) return;
    this.#kernelDrops = drops;
    this.dropped += added;
    this.#options.telemetry.dropped(added, 'kernel');
  }
}
