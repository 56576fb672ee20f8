import type { Batch, EventBlock, Millis, Origin } from '../../model.ts';
import type { NetworkInputTelemetry } from '../../telemetry/components/network-input.ts';
import { BatchBuilder } from '../batch-builder.ts';
import type { EventMaker, Extras } from '../documents/event-maker.ts';
import { type BulkAction, type DocumentMeta, type ItemRefusal, readBulk } from './bulk.ts';
import { TryLater } from './elasticsearch-error.ts';
import { readEvents } from './events-body.ts';

/** The journal, with the memory of events that may be sent again in front of it. */
export interface HttpStore {
  /** Resolves when the disk has the batch. */
  deliver(batch: Batch, block: EventBlock): Promise<void>;
  /** Whether appends wait for room. */
  isFull(): boolean;
  connectionOpened(origin: Origin): void;
  /** `clean`: its sender closed it, and all answers had been sent. */
  connectionClosed(connection: string, clean: boolean): void;
}

/** One connection of a sender. */
export interface HttpSender {
  origin: Origin;
  maker: EventMaker;
}

interface IntakeOptions {
  store: HttpStore;
  telemetry: NetworkInputTelemetry;
  now: () => Millis;
}

interface DocumentsDone {
  stored: number;
  refusals: Map<number, ItemRefusal>;
}

/** Bytes and events of one record of the journal. A request with more is stored in several. */
const part = { bytes: 4 * 2 ** 20, events: 4096 };
const fullPause = 5;
const failedPause = 10;

/** Writes the events of requests into the journal. What it returns is on disk. */
export class Intake {
  stored = 0;
  lastEvent: Millis | undefined;
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Throws `TryLater` while the journal is full. Nothing of the request needs to be read then. */
  checkRoom(): void {
    if (this.#options.store.isFull()) throw new TryLater(429, 'The journal is full.', fullPause);
  }

  /** Stores the body of `POST /events`. Returns how many events it had. */
  async events(sender: HttpSender, body: Buffer, contentType: string): Promise<number> {
    const parts = readEvents(body, contentType);
    await this.#store(sender, parts.length, (builder, place) => {
      const { kind, from, to } = parts[place]!;
      // A line that begins like an object and is none stays a line.
      const isLine = kind === 'line' || sender.maker.document(builder, body, from, to) !== undefined;
      if (isLine) sender.maker.line(builder, body, from, to);
    });
    return parts.length;
  }

  /** Stores the documents of `_bulk`. */
  async bulk(
    sender: HttpSender,
    body: Buffer,
    defaults: { index?: string; pipeline?: string },
  ): Promise<{ actions: BulkAction[] } & DocumentsDone> {
    const actions = readBulk(body, defaults);
    const refusals = new Map<number, ItemRefusal>();
    const stored = await this.#store(sender, actions.length, (builder, place) => {
      const refusal = this.#addDocument(builder, sender, body, actions[place]!);
      if (refusal !== undefined) refusals.set(place, refusal);
    });
    if (refusals.size > 0) this.#options.telemetry.refused(refusals.size, [...refusals.values()][0]!.reason);
    return { actions, stored, refusals };
  }

  #addDocument(
    builder: BatchBuilder,
    { maker }: HttpSender,
    body: Buffer,
    { action, meta, from, to }: BulkAction,
  ): ItemRefusal | undefined {
    if (action === 'update' || action === 'delete') {
      const reason = `[${action}] is not supported: events are only added, by [create] or [index]`;
      return { status: 400, type: 'illegal_argument_exception', reason };
    }
    const problem = maker.document(builder, body, from, to, extrasOf(meta));
    if (problem === undefined) return undefined;
    return { status: 400, type: 'document_parsing_exception', reason: `the event ${problem}` };
  }

  /** Builds the events one by one, and stores them in records of a bounded size. Returns how many there were. */
  async #store(
    sender: HttpSender,
    count: number,
    add: (builder: BatchBuilder, place: number) => void,
  ): Promise<number> {
    const { now } = this.#options;
    const builder = new BatchBuilder(part);
    const deliveries: Promise<number>[] = [];
    sender.maker.setTime(new Date(now()).toISOString());
    for (let place = 0; place < count; place += 1) {
      add(builder, place);
      const isLast = place === count - 1;
      if (!isLast && !builder.isFull) continue;
      deliveries.push(this.#deliver(builder, sender.origin, !isLast));
      // Other connections get a turn between the parts of a large request.
      if (!isLast) await new Promise<void>((resolve) => setImmediate(resolve));
    }
    const stored = await Promise.allSettled(deliveries);
    const failed = stored.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw this.#failure(failed.reason);
    return stored.reduce((sum, one) => sum + (one.status === 'fulfilled' ? one.value : 0), 0);
  }

  async #deliver(builder: BatchBuilder, origin: Origin, continued: boolean): Promise<number> {
    const { store, telemetry, now } = this.#options;
    const { payload, block, count } = builder.take();
    if (count === 0) return 0;
    const receivedAt = now();
    const batch = { kind: 'events', origin, receivedAt, encoding: 'ndjson', count, payload } as const;
    const { length } = payload;
    await store.deliver(continued ? { ...batch, origin: { ...origin, continued } } : batch, block);
    this.stored += count;
    this.lastEvent = receivedAt;
    telemetry.batchStored(count, length);
    return count;
  }

  #failure(error: unknown): TryLater {
    this.#options.telemetry.batchRefused(error, failedPause * 1000);
    return new TryLater(503, 'The events could not be stored.', failedPause);
  }
}

/** `@metadata` of what the action line says. */
const extrasOf = ({ index, id, pipeline }: DocumentMeta): Extras => ({
  index,
  members: { '@metadata': JSON.stringify({ _index: index, _id: id, pipeline }) },
});
