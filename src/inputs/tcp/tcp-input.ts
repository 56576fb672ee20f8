import type { TcpInputConfig } from '../../config/schema/network-inputs.ts';
import type { Millis } from '../../model.ts';
import type { InputStats } from '../../telemetry/api/status.ts';
import type { NetworkInputTelemetry } from '../../telemetry/components/network-input.ts';
import type { Input } from '../input.ts';
import type { LineSink } from '../network/line-sink.ts';
import { StreamListener } from '../network/stream-listener.ts';
import { StreamSet } from '../network/stream-set.ts';
import { LineClient } from './client.ts';

interface TcpInputOptions {
  config: TcpInputConfig;
  sink: LineSink;
  telemetry: NetworkInputTelemetry;
  firstPause?: Millis;
}

const longestPause: Millis = 30_000;

/**
 * Takes lines over TCP or a Unix socket: from clients that connect, or from servers that it connects to. TCP has no
 * acknowledgement of lines: those that are in a socket's buffers when the process is killed are lost. While the journal is
 * full, sockets are not read.
 */
export class TcpInput implements Input {
  readonly kind = 'tcp';
  readonly name: string;
  readonly #options: TcpInputOptions;
  readonly #streams: StreamSet;
  readonly #listener: StreamListener | undefined;
  readonly #clients: LineClient[];
  #stopped: Promise<void> | undefined;

  constructor(options: TcpInputOptions) {
    const { config, sink, telemetry, firstPause = 1_000 } = options;
    this.name = config.name;
    this.#options = options;
    const { maxMessage } = config;
    this.#streams = new StreamSet({ sink, telemetry, maxMessage, syslogFraming: false });
    const streams = this.#streams;
    this.#clients = config.connect.map(
      (target) => new LineClient({ target, streams, telemetry, firstPause, longestPause }),
    );
    if (this.#clients.length === 0) this.#listener = new StreamListener(config, streams, telemetry);
  }

  async start(): Promise<void> {
    await this.#listener?.start();
    for (const client of this.#clients) client.start();
  }

  stop(timeout: Millis): Promise<void> {
    this.#stopped ??= this.#stop(timeout);
    return this.#stopped;
  }

  stats(): InputStats {
    const problems = this.#clients.flatMap(({ target, problem }) =>
      problem === undefined ? [] : [`not connected to ${target}: ${problem}`],
    );
    return {
      ...this.#options.sink.stats(),
      connections: this.#streams.size,
      ...(this.#listener && { listens: this.#listener.url }),
      ...(problems.length > 0 && { problems }),
    };
  }

  async #stop(timeout: Millis): Promise<void> {
    const { sink, telemetry } = this.#options;
    for (const client of this.#clients) client.stop();
    this.#listener?.close();
    await this.#streams.finish(timeout);
    await sink.outlet.close(timeout);
    this.#listener?.destroy();
    telemetry.stopped();
  }
}
