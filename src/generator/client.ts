import { LogboomError } from '../errors.ts';
import { encodeWindow } from '../lumberjack/encoder.ts';
import type { Millis } from '../model.ts';
import { openWire, type Peer, type Wire } from '../sinks/logstash/wire.ts';
import { type BackoffLimits, longestPause } from '../util/waiting.ts';

export interface ClientOptions extends Peer {
  version?: 1 | 2;
  /** 0 to 9. Default 3, as in Filebeat. */
  compressionLevel?: number;
  /** Windows on the socket without an ACK; further ones wait. Default 2, as in Filebeat. */
  pipelining?: number;
  /**
   * Pause before the first attempt to reconnect, doubled up to a minute. Windows without an ACK are sent again, complete
   * and in order. Without it, a lost connection is final.
   */
  reconnectAfter?: Millis;
}

interface Window {
  bytes: Buffer;
  count: number;
  resolve: () => void;
  reject: (error: Error) => void;
}

const longestReconnectPause = 60_000;

/**
 * Sends windows as `output.logstash` of Filebeat does. ACKs arrive in the order of the windows. After the connection is lost
 * for good, all further calls reject with the same error.
 */
export class LumberjackClient {
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

  /** Resolves when the server has acknowledged all documents. Rejects when the connection is lost for good. */
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

  /** Closes the connection. Windows without an ACK reject. May be called twice. */
  close(): void {
    this.#end(new LogboomError('SINK_CLOSED', 'The Lumberjack client was closed.'));
  }

  /** Sends waiting windows up to the limit of `pipelining`. */
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

  /** Sequence numbers of each window start at 1. Servers acknowledge windows in order, long ones possibly in parts. */
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
    else this.#reopen(1, { init: reconnectAfter, max: longestReconnectPause });
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

/** Connects to a Lumberjack server. Rejects if the first attempt fails, also with `reconnectAfter`. */
export async function connect(options: ClientOptions): Promise<LumberjackClient> {
  const client = new LumberjackClient(options);
  await client.open();
  return client;
}
