import type { Config } from '../../config/schema/schema.ts';
import type { Output, OutputKey } from '../../model.ts';
import type { StreamLog } from '../../notifiers/streams/stream-log.ts';
import { keepOf, openStreamLog } from '../../notifiers/streams/streams.ts';
import { streamedOutputs } from '../streamed-outputs.ts';
import type { DiskPatience } from './patient-results.ts';

type Configs = Pick<Config, 'streams' | 'indexing'>;

/**
 * The outputs of the analyser for the streams of the configuration. They are on disk before the results are, so that a crash in between
 * puts them again, and the log knows them by their keys. Without streams nothing is written.
 */
export class Streaming {
  readonly #folder: string;
  readonly #journalId: string;
  readonly #patience: DiskPatience;
  #log: StreamLog | undefined;
  #configs: Configs | undefined;

  constructor(folder: string, journalId: string, patience: DiskPatience) {
    this.#folder = folder;
    this.#journalId = journalId;
    this.#patience = patience;
  }

  async configure(configs: Configs): Promise<void> {
    this.#configs = configs;
    this.#log ??= openStreamLog(this.#folder, configs);
    const log = this.#log;
    if (log !== undefined) await this.#patience.until(() => log.configure(Object.keys(configs.streams)));
  }

  async put(outputs: readonly { key: OutputKey; output: Output }[]): Promise<void> {
    const [log, configs] = [this.#log, this.#configs];
    if (log === undefined || configs === undefined) return;
    const found = streamedOutputs(outputs, configs);
    if (found.length === 0) return;
    const keep = keepOf(configs.streams);
    await this.#patience.until(() => log.put(this.#journalId, found, keep, Date.now()));
  }

  async close(): Promise<void> {
    await this.#log?.close();
  }
}
