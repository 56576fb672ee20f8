import { LogboomError } from '../../errors.ts';
import type { BulkItem, Output, OutputKey, Sink } from '../../model.ts';
import type { AlertStore } from '../../notifiers/control/alert-store.ts';
import type { DocumentStore } from '../../notifiers/control/document-store.ts';
import { Signal } from '../../util/waiting.ts';
import type { Results } from '../results.ts';

/** Outputs on disk that wait to be published. */
export type Unpublished = Pick<Results, 'read' | 'published' | 'unpublished'>;

interface PublisherOptions {
  results: Pick<Unpublished, 'read' | 'published'>;
  sink: Sink;
  /** The document of an output; undefined for notifications, which are not indexed. */
  document: (output: Output) => BulkItem | undefined;
}

const batch = 2_000;

/** Delivers the analyser's outputs in order, and removes them from disk when they are delivered. */
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
      if (await this.#deliver(lastOfEach(items))) await results.published(outputs.map(({ key }) => key));
    }
  }

  stop(): void {
    this.#stopping = true;
    this.#news.raise();
  }

  /** Returns false where the sink was closed; the outputs are read again at the next start. */
  async #deliver(items: BulkItem[]): Promise<boolean> {
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

/** Of several versions of a document within one delivery, only the last is sent. */
function lastOfEach(items: BulkItem[]): BulkItem[] {
  const last = new Map<string, BulkItem>();
  for (const item of items) last.set(`${item.index} ${item.id}`, item);
  return [...last.values()];
}

/** An hour of samples at the default interval. */
const most = 360;

/**
 * Documents that are not in the journal: the server's own metrics. A bounded number of them waits in memory; while Elasticsearch is not
 * available the oldest are dropped.
 */
export class SideDocuments {
  readonly #sink: Sink;
  #waiting: BulkItem[] = [];
  #running = false;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  add(item: BulkItem): void {
    this.#waiting.push(item);
    if (this.#waiting.length > most) this.#waiting.shift();
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (this.#waiting.length > 0) await this.#sink.deliver(this.#waiting.splice(0));
    } catch (error) {
      if (!(error instanceof LogboomError && error.code === 'SINK_CLOSED')) throw error;
    } finally {
      this.#running = false;
    }
  }
}

/**
 * The alerts whose documents are to be written again because people or noise control did something with them, as outputs for a
 * publisher. The second part of a key is the revision of the handling: one that changed meanwhile is published again.
 */
export function handledAlerts(alerts: AlertStore): Unpublished {
  let ids: string[] = [];
  return {
    read(limit) {
      ids = alerts.unpublished(limit);
      return ids.flatMap((id, place) => {
        const episode = alerts.get(id);
        const key: OutputKey = [place, alerts.handlingOf(id)?.revision ?? 0];
        return episode === undefined ? [] : [{ key, output: { kind: 'episode', episode } }];
      });
    },
    get unpublished() {
      return alerts.unpublishedCount;
    },
    published: (keys) => alerts.published(keys.map(([place, revision]) => ({ id: ids[place]!, revision }))),
  };
}

/** Documents that are kept beside notifications, as outputs for a publisher. */
export function keptDocuments(documents: DocumentStore): Unpublished {
  let keys: string[] = [];
  return {
    read(limit) {
      const waiting = documents.waiting(limit);
      keys = waiting.map(({ key }) => key);
      return waiting.map(({ item }, place) => ({ key: [place, 0], output: { kind: 'document', item } }));
    },
    get unpublished() {
      return documents.count;
    },
    published: (published) => documents.published(published.map(([place]) => keys[place]!)),
  };
}
