import type { UdpInputConfig } from '../../config/schema/network-inputs.ts';
import type { Millis } from '../../model.ts';
import type { InputStats } from '../../telemetry/api/status.ts';
import type { NetworkInputTelemetry } from '../../telemetry/components/network-input.ts';
import type { Input } from '../input.ts';
import { DatagramListener } from '../network/datagram-listener.ts';
import type { LineSink } from '../network/line-sink.ts';

interface UdpInputOptions {
  config: UdpInputConfig;
  sink: LineSink;
  telemetry: NetworkInputTelemetry;
}

/** Takes lines over UDP: each line of a datagram is an event. */
export class UdpInput implements Input {
  readonly kind = 'udp';
  readonly name: string;
  readonly #options: UdpInputOptions;
  readonly #listener: DatagramListener;
  #stopped: Promise<void> | undefined;

  constructor(options: UdpInputOptions) {
    this.name = options.config.name;
    this.#options = options;
    this.#listener = new DatagramListener({ ...options, settings: options.config, splitLines: true });
  }

  start(): Promise<void> {
    return this.#listener.start();
  }

  stop(timeout: Millis): Promise<void> {
    this.#stopped ??= this.#stop(timeout);
    return this.#stopped;
  }

  stats(): InputStats {
    const { url, dropped } = this.#listener;
    return { ...this.#options.sink.stats(), listens: url, dropped };
  }

  async #stop(timeout: Millis): Promise<void> {
    await this.#listener.close();
    await this.#options.sink.outlet.close(timeout);
    this.#options.telemetry.stopped();
  }
}
