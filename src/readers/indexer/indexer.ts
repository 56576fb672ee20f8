import type { JournalReader } from '../../journal/reader.ts';
import type { BulkItem, DeadLetter, JournalRecord, Position, Sink } from '../../model.ts';
import { Signal } from '../../util/signal.ts';
import { Deliveries } from '../deliveries.ts';
import type { EventDocuments } from './event-documents.ts';

export interface IndexerOptions {
  journal: JournalReader;
  sink: Sink;
  documents: EventDocuments;
  /** The cursor: everything up to here is delivered. */
  from: Position;
  /** Documents and bytes of one delivery, and concurrent deliveries: together they bound memory. */
  maxItems: number;
  maxBytes: number;
  maxInFlight: number;
  /** Resolves when the dead letters are on disk. */
  keepDeadLetters: (letters: DeadLetter[]) => Promise<void>;
  reached: (position: Position) => void;
  /** Called for a record whose checksum does not match. */
  damaged?: (position: Position) => void;
}

/** The documents of one delivery. */
class Load {
  readonly items: BulkItem[] = [];
  bytes = 0;

  add(item: BulkItem): void {
    this.items.push(item);
    this.bytes += item.document.length;
  }
}

/**
 * Reads the journal in order and delivers a document for each event, in a bounded number of concurrent deliveries. No document is lost:
 * what Elasticsearch refuses for good becomes a dead letter, and anything else is sent again.
 */
export class Indexer {
  readonly #options: IndexerOptions;
  readonly #deliveries: Deliveries<Position>;
  readonly #news = new Signal();
  #stopping = false;
  /** Records that were read and not passed on are left to the next indexer. */
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

  /** Sets the position to begin after, before `run`. */
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

  /** Small records share a delivery. A large one is cut into several, and its position is reached with the last. */
  async #deliver(records: JournalRecord[]): Promise<void> {
    let load = new Load();
    for (const record of records) {
      if (this.#cut) return;
      // A record that was begun is delivered completely.
      if (this.#stopping) break;
      if (record.kind === 'events') {
        if (record.encoding === 'damaged') this.#options.damaged?.(record.position);
        for (const item of this.#options.documents.of(record)) {
          load.add(item);
          if (!this.#isFull(load, 1)) continue;
          await this.#pass(load.items, undefined);
          load = new Load();
        }
      }
      this.#read = record.position;
      if (this.#isFull(load, 0.5)) {
        await this.#pass(load.items, record.position);
        load = new Load();
      }
    }
    await this.#pass(load.items, this.#read);
  }

  #isFull({ items, bytes }: Load, share: number): boolean {
    return items.length >= this.#options.maxItems * share || bytes >= this.#options.maxBytes * share;
  }

  async #pass(items: BulkItem[], upTo: Position | undefined): Promise<void> {
    const deadLetters = this.#options.documents.takeDeadLetters();
    if (deadLetters.length > 0) await this.#options.keepDeadLetters(deadLetters);
    await this.#deliveries.start(items, upTo);
  }
}
