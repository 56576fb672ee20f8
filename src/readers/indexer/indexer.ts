import type { JournalReader } from '../../journal/reader.ts';
import type { BulkItem, DeadLetter, JournalRecord, Position, Sink } from '../../model.ts';
import { Signal } from '../../util/signal.ts';
import { Deliveries } from '../deliveries.ts';
import type { EventDocuments } from './event-documents.ts';

export interface IndexerOptions {
  journal: JournalReader;
  sink: Sink;
  documents: EventDocuments;
  /** Where an earlier run stopped: everything up to here is delivered. */
  from: Position;
  /** Documents of one delivery, their bytes, and deliveries under way at once: together they bound memory. */
  maxItems: number;
  maxBytes: number;
  maxInFlight: number;
  /** Keeps dead letters on disk. */
  keepLetters: (letters: DeadLetter[]) => Promise<void>;
  reached: (position: Position) => void;
  /** Told of a record whose bytes are not those that were written. */
  damaged?: (position: Position) => void;
}

/** What is gathered for one delivery. */
class Load {
  readonly items: BulkItem[] = [];
  bytes = 0;

  add(item: BulkItem): void {
    this.items.push(item);
    this.bytes += item.document.length;
  }
}

/**
 * Reads the journal and delivers a document for each event, in order, a bounded number at once. It never gives up
 * on a document: what Elasticsearch refuses for good is among the dead letters, anything else is tried again.
 */
export class Indexer {
  readonly #options: IndexerOptions;
  readonly #deliveries: Deliveries<Position>;
  readonly #news = new Signal();
  #stopping = false;
  /** What was read but not handed over is left to the next one. */
  #cut = false;
  #running: Promise<void> = Promise.resolve();
  #read: Position;

  constructor(options: IndexerOptions) {
    this.#options = options;
    this.#read = options.from;
    this.#deliveries = new Deliveries(options.sink, options.maxInFlight, options.reached);
  }

  wake(): void {
    this.#news.raise();
  }

  /** Ends when `stop` was called. */
  run(): Promise<void> {
    this.#running = this.#loop();
    return this.#running;
  }

  /** Says where to begin, before it does. */
  beginAfter(position: Position): void {
    this.#read = position;
  }

  /** Reads no further; resolves when what was read has been delivered. */
  async finish(): Promise<void> {
    this.#stopping = true;
    this.#news.raise();
    await this.#running;
    await this.#deliveries.drained();
  }

  async #loop(): Promise<void> {
    while (!this.#stopping) {
      const records = this.#options.journal.read(this.#read, 4 * 2 ** 20);
      if (records.length === 0) await this.#news.wait();
      else await this.#deliver(records);
    }
  }

  stop(): void {
    this.#stopping = true;
    this.#cut = true;
    this.#deliveries.close();
    this.#news.raise();
  }

  /** Several small records share a delivery; a large one is cut into several, and its place is told with the last. */
  async #deliver(records: JournalRecord[]): Promise<void> {
    let load = new Load();
    for (const record of records) {
      if (this.#cut) return;
      // What was read is delivered to its end.
      if (this.#stopping) break;
      if (record.kind === 'events') {
        if (record.encoding === 'damaged') this.#options.damaged?.(record.position);
        for (const item of this.#options.documents.of(record)) {
          load.add(item);
          if (!this.#isFull(load, 1)) continue;
          await this.#hand(load.items, undefined);
          load = new Load();
        }
      }
      this.#read = record.position;
      if (this.#isFull(load, 0.5)) {
        await this.#hand(load.items, record.position);
        load = new Load();
      }
    }
    await this.#hand(load.items, this.#read);
  }

  #isFull({ items, bytes }: Load, share: number): boolean {
    return items.length >= this.#options.maxItems * share || bytes >= this.#options.maxBytes * share;
  }

  async #hand(items: BulkItem[], upTo: Position | undefined): Promise<void> {
    const letters = this.#options.documents.takeLetters();
    if (letters.length > 0) await this.#options.keepLetters(letters);
    await this.#deliveries.start(items, upTo);
  }
}
