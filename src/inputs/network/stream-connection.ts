import type { Socket } from 'node:net';
import type { NetworkInputTelemetry } from '../../telemetry/components/network-input.ts';
import { LineFramer } from './line-framer.ts';
import type { LineSink } from './line-sink.ts';
import type { Peer } from './peer.ts';

/** What all streams of one input share. */
export interface StreamParts {
  sink: LineSink;
  telemetry: NetworkInputTelemetry;
  maxMessage: number;
  syslogFraming: boolean;
  /** Accounts for memory of incomplete lines; false if there is no room. */
  hold: (change: number) => boolean;
}

/**
 * Reads the lines of one stream. While the outlet is full, the stream is not read, and its sender waits. Nothing is
 * written: these protocols have no acknowledgement.
 */
export class StreamConnection {
  readonly closed: Promise<void>;
  readonly peer: Peer;
  readonly #socket: Socket;
  readonly #parts: StreamParts;
  readonly #framer: LineFramer;
  #error: unknown;
  #ended = false;

  constructor(socket: Socket, peer: Peer, parts: StreamParts) {
    this.#socket = socket;
    this.peer = peer;
    this.#parts = parts;
    this.#framer = new LineFramer({ ...parts, take: parts.sink.writerFor(peer) });
    this.closed = new Promise((resolve) => socket.once('close', () => resolve(this.#onClosed())));
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('end', () => this.#end(true));
    socket.on('error', (error) => {
      this.#error = error;
    });
    parts.telemetry.connectionOpened(peer.name);
  }

  /** Reads nothing more and closes. An incomplete line is an event that is flagged. */
  finish(): void {
    this.#end(false);
    this.#socket.end();
    this.#socket.destroySoon();
  }

  #receive(chunk: Buffer): void {
    if (this.#ended) return;
    const { sink } = this.#parts;
    sink.begin(chunk.length);
    this.#framer.push(chunk);
    sink.outlet.flush();
    if (sink.outlet.builder.isFull) void this.#waitForRoom();
  }

  async #waitForRoom(): Promise<void> {
    this.#socket.pause();
    await this.#parts.sink.outlet.room();
    if (!this.#ended) this.#socket.resume();
  }

  #end(complete: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#parts.sink.begin(0);
    this.#framer.end(complete);
    this.#parts.sink.outlet.flush();
  }

  #onClosed(): void {
    this.#end(false);
    this.#parts.telemetry.connectionClosed(this.peer.name, this.#error);
  }
}
