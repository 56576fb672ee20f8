import type { JournalReader } from '../../journal/reader.ts';
import type { Batch, DeadLetter, JournalRecord, Position, Sink } from '../../model.ts';
import { PackedBulk } from '../../sinks/elasticsearch/delivery/packed-bulk.ts';
import { releaseBuffer } from '../../util/release-buffer.ts';
import { Signal } from '../../util/waiting.ts';
import { Deliveries } from '../deliveries.ts';
import type { EventDocuments } from './event-documents.ts';

/** Bytes of records that are read at a time. */
const READ_BYTES = 2 * 2 ** 20;

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

/**
 * Reads the journal in order and delivers a document for each event, in a bounded number of concurrent deliveries. No document is lost:
 * what Elasticsearch refuses for good becomes a dead letter, and anything else is sent again.
 */
export class Indexer {
  readonly #options: IndexerOptions;
  readonly #deliveries: Deliveries<Position, PackedBulk>;
  /** Is filled. */
  #bulk = new PackedBulk();
  /** Bulks that were delivered, to be filled again. There are no more than deliveries in flight. */
  readonly #free: PackedBulk[] = [];
  readonly #news = new Signal();
  #stopping = false;
  /** Records that were read and not passed on are left to the next indexer. */
  #cut = false;
  #running: Promise<void> = Promise.resolve();
  #read: Position;

  constructor(options: IndexerOptions) {
    this.#options = options;
    this.#read = options.from;
    const deliver = (bulk: PackedBulk) => this.#send(bulk);
    this.#deliveries = new Deliveries({ deliver }, options.maxInFlight, options.reached);
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
      const records = this.#options.journal.read(this.#read, READ_BYTES);
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
    for (const record of records) {
      if (this.#cut) return;
      // A record that was begun is delivered completely.
      if (this.#stopping) break;
      if (record.kind === 'events') await this.#write(record);
      this.#read = record.position;
      if (this.#isFull(0.5)) await this.#pass(record.position);
    }
    await this.#pass(this.#read);
  }

  async #write(record: Batch & { position: Position }): Promise<void> {
    const { documents, damaged } = this.#options;
    if (record.encoding === 'damaged') damaged?.(record.position);
    documents.open(record, this.#bulk);
    while (documents.writeNext(this.#bulk)) {
      if (this.#isTooLarge()) await this.#passAllButLast();
      if (this.#isFull(1)) await this.#pass(undefined);
    }
    releaseBuffer(record.payload);
  }

  #isFull(share: number): boolean {
    const { length, bytes } = this.#bulk;
    return length >= this.#options.maxItems * share || bytes >= this.#options.maxBytes * share;
  }

  /** The sink would have to make objects of the items of a bulk above the limit, and cut it. */
  #isTooLarge(): boolean {
    const { length, bytes } = this.#bulk;
    return length > 1 && bytes > this.#options.maxBytes;
  }

  async #passAllButLast(): Promise<void> {
    const last = this.#free.pop() ?? new PackedBulk();
    this.#bulk.moveLast(last);
    await this.#pass(undefined, last);
  }

  /** Passes the bulk on. `upTo` is the place that is reached with it, if any; `next` is filled from then on. */
  async #pass(upTo: Position | undefined, next?: PackedBulk): Promise<void> {
    const deadLetters = this.#options.documents.takeDeadLetters();
    if (deadLetters.length > 0) await this.#options.keepDeadLetters(deadLetters);
    const bulk = this.#bulk;
    if (bulk.length > 0) this.#bulk = next ?? this.#free.pop() ?? new PackedBulk();
    await this.#deliveries.start(bulk, upTo);
  }

  /** A sink that was closed may still read the bulk, so it is used again only after it was delivered. */
  async #send(bulk: PackedBulk): Promise<void> {
    const { sink } = this.#options;
    if (sink.deliverPacked) await sink.deliverPacked(bulk);
    else await sink.deliver(bulk.items());
    bulk.clear();
    // A buffer that a huge event has enlarged is released.
    if (bulk.capacity <= 2 * this.#options.maxBytes) this.#free.push(bulk);
  }
}
