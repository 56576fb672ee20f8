import type { SyslogInputConfig } from '../../config/schema/network-inputs.ts';
import type { Millis } from '../../model.ts';
import type { InputStats } from '../../telemetry/api/status.ts';
import type { NetworkInputTelemetry } from '../../telemetry/components/network-input.ts';
import type { Input } from '../input.ts';
import { DatagramListener } from '../network/datagram-listener.ts';
import type { LineSink } from '../network/line-sink.ts';
import { StreamListener } from '../network/stream-listener.ts';
import { StreamSet } from '../network/stream-set.ts';

interface SyslogInputOptions {
  config: SyslogInputConfig;
  sink: LineSink;
  telemetry: NetworkInputTelemetry;
}

/**
 * Takes syslog over TCP (with TLS where it is configured) and UDP on the same port. Over TCP each message ends with a line
 * feed or has its length in front (RFC 6587); a datagram is one message. The lines go into the journal as they came, and the
 * parser `syslog` reads them.
 */
export class SyslogInput implements Input {
  readonly kind = 'syslog';
  readonly name: string;
  readonly #options: SyslogInputOptions;
  readonly #streams: StreamSet;
  readonly #tcp: StreamListener | undefined;
  readonly #udp: DatagramListener | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: SyslogInputOptions) {
    const { config, sink, telemetry } = options;
    const { maxMessage, protocols } = config;
    this.name = config.name;
    this.#options = options;
    this.#streams = new StreamSet({ sink, telemetry, maxMessage, syslogFraming: true });
    if (protocols.includes('tcp') || config.path !== undefined)
      this.#tcp = new StreamListener(config, this.#streams, telemetry);
    if (protocols.includes('udp') && config.path === undefined)
      this.#udp = new DatagramListener({ settings: config, sink, telemetry, splitLines: false });
  }

  async start(): Promise<void> {
    await this.#tcp?.start();
    await this.#udp?.start();
  }

  stop(timeout: Millis): Promise<void> {
    this.#stopped ??= this.#stop(timeout);
    return this.#stopped;
  }

  stats(): InputStats {
    const listens = [this.#tcp?.url, this.#udp?.url].filter((url) => url !== undefined).join(', ');
    return {
      ...this.#options.sink.stats(),
      connections: this.#streams.size,
      ...{ listens, dropped: this.#udp?.dropped ?? 0 },
    };
  }

  async #stop(timeout: Millis): Promise<void> {
    const { sink, telemetry } = this.#options;
    this.#tcp?.close();
    await Promise.all([this.#udp?.close(), this.#streams.finish(timeout)]);
    await sink.outlet.close(timeout);
    this.#tcp?.destroy();
    telemetry.stopped();
  }
}
