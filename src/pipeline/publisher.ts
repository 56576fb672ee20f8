import type { BulkItem, Output, OutputKey, Sink } from '../model.ts';
import type { Results } from './results.ts';
import { Signal } from './signal.ts';

export interface PublisherOptions {
  results: Results;
  sink: Sink;
  /** The document of an output; undefined for outputs that are for people, not for the index. */
  document: (output: Output) => BulkItem | undefined;
}

const batch = 2_000;

/** Delivers what the analyser put out, in order, and forgets it when it has arrived. */
export class Publisher {
  private readonly options: PublisherOptions;
  private readonly news = new Signal();
  private stopping = false;

  constructor(options: PublisherOptions) {
    this.options = options;
  }

  wake(): void {
    this.news.raise();
  }

  async run(): Promise<void> {
    const { results, sink, document } = this.options;
    while (!this.stopping) {
      const outputs = results.read(batch);
      if (outputs.length === 0) {
        await this.news.wait();
        continue;
      }
      await sink.deliver(
        lastOfEach(outputs.map(({ output }) => document(output)).filter((item) => item !== undefined)),
      );
      await results.published(outputs.map(({ key }): OutputKey => key));
    }
  }

  stop(): void {
    this.stopping = true;
    this.news.raise();
  }
}

/**
 * An episode that changed twice within one batch is written once, as it is at last: bulk requests of one delivery
 * may be retried in any order, and an older state must not overtake a newer one.
 */
function lastOfEach(items: BulkItem[]): BulkItem[] {
  const last = new Map<string, BulkItem>();
  for (const item of items) last.set(`${item.index} ${item.id}`, item);
  return [...last.values()];
}
