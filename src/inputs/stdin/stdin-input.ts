import type { Readable } from 'node:stream';
import type { StdinInputConfig } from '../../config/schema/network-inputs.ts';
import type { Millis } from '../../model.ts';
import type { InputStats } from '../../telemetry/api/status.ts';
import type { NetworkInputTelemetry } from '../../telemetry/components/network-input.ts';
import type { Input } from '../input.ts';
import { LineFramer } from '../network/line-framer.ts';
import type { LineSink } from '../network/line-sink.ts';
import { localPeer } from '../network/peer.ts';

interface StdinInputOptions {
  config: StdinInputConfig;
  sink: LineSink;
  telemetry: NetworkInputTelemetry;
  stream?: Readable;
}

/**
 * Takes lines of standard input: `program | logboom run`. While the journal is full, it is not read, and the program in front
 * of the pipe waits. The end of standard input ends this input, and not the server.
 */
export class StdinInput implements Input {
  readonly kind = 'stdin';
  readonly name: string;
  readonly #options: StdinInputOptions;
  readonly #stream: Readable;
  readonly #framer: LineFramer;
  #problem: string | undefined;
  #ended = false;
  #stopped: Promise<void> | undefined;

  constructor(options: StdinInputOptions) {
    const { config, sink, stream = process.stdin } = options;
    this.name = config.name;
    this.#options = options;
    this.#stream = stream;
    this.#framer = new LineFramer({
      maxMessage: config.maxMessage,
      syslogFraming: false,
      hold: () => true,
      take: sink.writerFor(localPeer('standard input')),
    });
  }

  async start(): Promise<void> {
    this.#stream.on('data', this.#receive);
    this.#stream.once('end', () => this.#end(true));
    this.#stream.once('error', (error) => {
      this.#problem = error.message;
      this.#options.telemetry.listenerFailed(error);
      this.#end(false);
    });
    this.#options.telemetry.listening('standard input');
  }

  stop(timeout: Millis): Promise<void> {
    this.#stopped ??= this.#stop(timeout);
    return this.#stopped;
  }

  stats(): InputStats {
    const problem = this.#problem ?? (this.#ended ? 'standard input ended' : undefined);
    return { ...this.#options.sink.stats(), ...(problem !== undefined && { problems: [problem] }) };
  }

  readonly #receive = (chunk: Buffer): void => {
    const { sink } = this.#options;
    sink.begin(chunk.length);
    this.#framer.push(chunk);
    sink.outlet.flush();
    if (sink.outlet.builder.isFull) void this.#waitForRoom();
  };

  async #waitForRoom(): Promise<void> {
    this.#stream.pause();
    await this.#options.sink.outlet.room();
    if (!this.#ended) this.#stream.resume();
  }

  #end(complete: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.sink.begin(0);
    this.#framer.end(complete);
    this.#options.sink.outlet.flush();
  }

  async #stop(timeout: Millis): Promise<void> {
    this.#stream.off('data', this.#receive).pause();
    this.#end(false);
    await this.#options.sink.outlet.close(timeout);
    this.#options.telemetry.stopped();
  }
}
