import { LogboomError } from '../../errors.ts';
import type { BulkItem, Output, Sink } from '../../model.ts';
import { Signal } from '../../util/signal.ts';
import type { Results } from '../results.ts';

interface PublisherOptions {
  results: Results;
  sink: Sink;
  /** The document of an output; undefined for outputs that are for people, not for the index. */
  document: (output: Output) => BulkItem | undefined;
}

const batch = 2_000;

/** Delivers what the analyser put out, in order, and forgets it when it has arrived. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #news = new Signal();
  #stopping = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  wake(): void {
    this.#news.raise();
  }

  async run(): Promise<void> {
    const { results, document } = this.#options;
    while (!this.#stopping) {
      const outputs = results.read(batch);
      if (outputs.length === 0) {
        await this.#news.wait();
        continue;
      }
      const items = outputs.map(({ output }) => document(output)).filter((item) => item !== undefined);
      if (await this.#taken(lastOfEach(items))) await results.published(outputs.map(({ key }) => key));
    }
  }

  stop(): void {
    this.#stopping = true;
    this.#news.raise();
  }

  /** A sink that was closed gives the items back; they are read again at the next start. */
  async #taken(items: BulkItem[]): Promise<boolean> {
    if (items.length === 0) return true;
    try {
      await this.#options.sink.deliver(items);
      return true;
    } catch (error) {
      if (!(error instanceof LogboomError && error.code === 'SINK_CLOSED')) throw error;
      this.#stopping = true;
      return false;
    }
  }
}

/** An episode that changed twice within one delivery is written once, as it is at last. */
function lastOfEach(items: BulkItem[]): BulkItem[] {
  const last = new Map<string, BulkItem>();
  for (const item of items) last.set(`${item.index} ${item.id}`, item);
  return [...last.values()];
}
