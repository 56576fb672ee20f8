import { LogboomError } from '../errors.ts';
import { encodeWindow } from '../lumberjack/encoder.ts';
import type { Millis } from '../model.ts';
import { openWire, type Peer, type Wire } from '../sinks/logstash/wire.ts';
import { type BackoffLimits, longestPause } from '../util/backoff.ts';

export interface ClientOptions extends Peer {
  version?: 1 | 2;
  /** 0 to 9, default 3, as Filebeat's. */
  compressionLevel?: number;
  /** Windows on the socket that have no ACK yet; further ones wait. Default 2, as Filebeat's. */
  pipelining?: number;
  /**
   * After the connection is lost: how long to wait before the first attempt, doubled up to a minute. Windows
   * without an ACK are sent again, whole, in their order. Without it a lost connection is final.
   */
  reconnectAfter?: Millis;
}

/** Sends windows as Filebeat's `output.logstash` does. */
export interface LumberjackClient {
  /** Resolves when the server has acknowledged all documents. Rejects when the connection is lost for good. */
  send(documents: readonly (Buffer | string)[]): Promise<void>;
  /** Closes the connection. What has no ACK rejects; closing twice is harmless. */
  close(): void;
}

interface Window {
  bytes: Buffer;
  count: number;
  resolve: () => void;
  reject: (error: Error) => void;
}

const LONGEST_PAUSE = 60_000;

/** Resolves when the connection stands. With `reconnectAfter` it still rejects if the first attempt fails. */
export async function connect(options: ClientOptions): Promise<LumberjackClient> {
  const client = new Client(options);
  await client.open();
  return client;
}

class Client implements LumberjackClient {
  readonly #options: ClientOptions;
  readonly #waiting: Window[] = [];
  readonly #inFlight: Window[] = [];
  #wire: Wire | undefined;
  #retry: NodeJS.Timeout | undefined;
  #ended: LogboomError | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const wire = await openWire(this.#options, {
      onAck: (sequence) => this.#acknowledge(sequence),
      onEnd: (error) => this.#lost(error),
    });
    if (this.#ended) {
      wire.end();
      return;
    }
    this.#wire = wire;
    for (const window of this.#inFlight) wire.write(window.bytes);
    this.#advance();
  }

  send(documents: readonly (Buffer | string)[]): Promise<void> {
    if (documents.length === 0) return Promise.resolve();
    const { version = 2, compressionLevel = 3 } = this.#options;
    const bytes = encodeWindow(documents, { version, compressionLevel });
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      this.#waiting.push({ bytes, count: documents.length, resolve, reject });
      this.#advance();
    });
  }

  close(): void {
    this.#end(new LogboomError('SINK_CLOSED', 'The Lumberjack client was closed.'));
  }

  /** Fills the pipeline up. */
  #advance(): void {
    const wire = this.#wire;
    if (!wire) return;
    while (this.#waiting.length > 0 && this.#inFlight.length < (this.#options.pipelining ?? 2)) {
      const window = this.#waiting.shift()!;
      this.#inFlight.push(window);
      wire.write(window.bytes);
    }
    wire.expectAck(this.#inFlight.length > 0);
  }

  /** Each window counts from 1; servers acknowledge windows in order, a long one perhaps in parts. */
  #acknowledge(sequence: number): void {
    const window = this.#inFlight[0];
    if (!window || sequence > window.count) {
      const owed = window ? `a window of ${window.count}` : 'nothing';
      this.#end(
        new LogboomError('LUMBERJACK_PROTOCOL', `The server acknowledged event ${sequence} of ${owed}.`),
      );
    } else if (sequence === window.count) {
      this.#inFlight.shift();
      window.resolve();
      this.#advance();
    }
  }

  #lost(error: LogboomError): void {
    this.#wire = undefined;
    const { reconnectAfter } = this.#options;
    if (this.#ended) return;
    if (reconnectAfter === undefined || !error.retryable) this.#end(error);
    else this.#reopen(1, { init: reconnectAfter, max: LONGEST_PAUSE });
  }

  #reopen(attempt: number, limits: BackoffLimits): void {
    const open = () =>
      this.open().catch(() => {
        if (!this.#ended) this.#reopen(attempt + 1, limits);
      });
    this.#retry = setTimeout(open, longestPause(attempt, limits));
  }

  #end(error: LogboomError): void {
    if (this.#ended) return;
    this.#ended = error;
    clearTimeout(this.#retry);
    this.#wire?.end();
    for (const window of [...this.#inFlight.splice(0), ...this.#waiting.splice(0)]) window.reject(error);
  }
}
