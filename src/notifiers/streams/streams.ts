import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../../config/schema/schema.ts';
import type { Millis } from '../../model.ts';
import { type StreamTelemetry, streamTelemetry } from '../../telemetry/components/streams.ts';
import type { Instruments } from '../../telemetry/metrics.ts';
import { createNotifier } from '../notifiers.ts';
import { type StreamedOutput, StreamLog } from './stream-log.ts';
import { StreamLoop } from './stream-loop.ts';

type StreamConfigs = Pick<Config, 'streams' | 'notifiers' | 'people'>;

/** The name of a stream beside those of notifiers. */
export const streamName = (name: string): string => `stream ${name}`;

/**
 * The streams of the configuration, each with a loop of its own. They read the log that the analyser's thread writes; whoever does calls
 * `wake`. Without streams, and without a log of earlier ones, there are no files.
 */
export class Streams {
  readonly #folder: string;
  readonly #instruments: Instruments;
  #telemetry: StreamTelemetry | undefined;
  readonly #loops = new Map<string, { loop: StreamLoop; settings: unknown }>();
  #log: StreamLog | undefined;

  constructor(folder: string, instruments: Instruments) {
    this.#folder = folder;
    this.#instruments = instruments;
  }

  wake(): void {
    for (const { loop } of this.#loops.values()) loop.wake();
  }

  /** Applies other settings. A loop whose settings stay goes on; the others repeat the attempt that they abort. */
  async reload(configs: StreamConfigs): Promise<void> {
    const wanted = new Map(Object.keys(configs.streams).map((name) => [name, settingsOf(name, configs)]));
    for (const [name, { loop, settings }] of [...this.#loops]) {
      if (isDeepStrictEqual(settings, wanted.get(name))) continue;
      this.#loops.delete(name);
      await loop.stop();
      if (!wanted.has(name)) this.#telemetry?.gone(name);
    }
    if (wanted.size === 0) return;
    this.#telemetry ??= streamTelemetry(this.#instruments);
    this.#log ??= new StreamLog(this.#folder);
    const [telemetry, log] = [this.#telemetry, this.#log];
    for (const [name, config] of Object.entries(configs.streams)) {
      if (this.#loops.has(name)) continue;
      const settings = configs.notifiers[config.notifier] ?? { kind: 'log' as const };
      const shared = { log: this.#instruments.log, people: configs.people };
      const notifier = createNotifier(config.notifier, settings, shared);
      const loop = new StreamLoop({ name, config, notifier, log, telemetry });
      this.#loops.set(name, { loop, settings: wanted.get(name) });
      loop.start();
    }
  }

  /** Puts outputs of alerts about logboom itself, and wakes the streams. Resolves when they are on disk; without streams there is nothing to do. */
  async putOwn(outputs: readonly StreamedOutput[], { streams }: Pick<Config, 'streams'>): Promise<void> {
    if (this.#log === undefined || outputs.length === 0) return;
    await this.#log.put(undefined, outputs, keepOf(streams), Date.now());
    this.wake();
  }

  /** What waits for a stream, and why it does not get on. */
  stateOf(name: string): { pending: number; failing?: string } {
    const failing = this.failing(name)?.reason;
    const pending = this.#log?.stateOf(name).pending ?? 0;
    return { pending, ...(failing !== undefined && { failing }) };
  }

  /** Why a stream does not get on, and the wall time since which. */
  failing(name: string): { reason: string; since: Millis } | undefined {
    return this.#loops.get(name)?.loop.failing;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#loops.values()].map(({ loop }) => loop.stop()));
    await this.#log?.close();
  }
}

const settingsOf = (name: string, { streams, notifiers, people }: StreamConfigs) => {
  const stream = streams[name]!;
  return [stream, notifiers[stream.notifier], people];
};

/** By stream, how many outputs may wait. */
export const keepOf = (streams: Config['streams']): Record<string, number> =>
  Object.fromEntries(Object.entries(streams).map(([name, { keep }]) => [name, keep]));

/** The log, where there are streams or were some. */
export function openStreamLog(folder: string, { streams }: Pick<Config, 'streams'>): StreamLog | undefined {
  return Object.keys(streams).length > 0 || existsSync(`${folder}/streams.mdb`)
    ? new StreamLog(folder)
    : undefined;
}
