import { connect, type Socket } from 'node:net';
import type { Millis } from '../../model.ts';
import type { NetworkInputTelemetry } from '../../telemetry/components/network-input.ts';
import { peerOf } from '../network/peer.ts';
import type { StreamSet } from '../network/stream-set.ts';

interface ClientOptions {
  target: { host: string; port: number };
  streams: StreamSet;
  telemetry: NetworkInputTelemetry;
  /** Pause before the second attempt; it doubles up to `longestPause`. */
  firstPause: Millis;
  longestPause: Millis;
}

/** So long an attempt may take; a firewall that drops packets would make it last for minutes. */
const connectTimeout: Millis = 10_000;

/** Keeps a connection to a server that sends lines. Where there is none, it tries again, with pauses that double. */
export class LineClient {
  readonly target: string;
  readonly #options: ClientOptions;
  #pause: Millis;
  #socket: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  /** Why there is no connection; undefined while there is one. */
  problem: string | undefined = 'not connected yet';

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#pause = options.firstPause;
    this.target = `${options.target.host}:${options.target.port}`;
  }

  start(): void {
    const { target, streams } = this.#options;
    const socket = connect({ ...target, timeout: connectTimeout });
    this.#socket = socket;
    const failed = (error: Error) => this.#again(error);
    socket.once('error', failed);
    socket.once('timeout', () => socket.destroy(new Error('no answer within 10 s')));
    socket.once('connect', () => {
      socket.off('error', failed).setTimeout(0).setKeepAlive(true, 60_000);
      this.problem = undefined;
      // A server that accepts and closes at once must not be asked without a pause.
      socket.once('data', () => {
        this.#pause = this.#options.firstPause;
      });
      const connection = streams.add(socket, peerOf(socket, undefined));
      void connection.closed.then(() => this.#again(new Error('the connection ended')));
    });
  }

  /** Attempts nothing more. An open connection belongs to the set of streams. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    if (this.#socket?.connecting) this.#socket.destroy();
  }

  #again(error: Error): void {
    if (this.#stopped) return;
    const pause = this.#pause;
    this.problem = error.message;
    this.#options.telemetry.notConnected(this.target, error, pause);
    this.#timer = setTimeout(() => this.start(), pause);
    this.#pause = Math.min(2 * pause, this.#options.longestPause);
  }
}
