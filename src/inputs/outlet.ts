import { LogboomError } from '../errors.ts';
import type { Batch, EventBlock, InputState, Millis, Origin } from '../model.ts';
import { BatchBuilder, type BuiltBatch } from './batch-builder.ts';

/** The journal as an input without senders sees it. Resolves when the disk has the batch and the states. */
export interface Store {
  append(batch: Batch, block: EventBlock, states: readonly InputState[]): Promise<unknown>;
  saveStates(states: readonly InputState[]): Promise<void>;
}

interface OutletTelemetry {
  batchStored(events: number, bytes: number): void;
  /** The journal refused a batch; the outlet keeps it and tries again after a pause. */
  batchRefused(error: unknown, pause: Millis): void;
}

interface OutletOptions {
  origin: Origin;
  store: Store;
  telemetry: OutletTelemetry;
  now?: () => Millis;
  firstPause?: Millis;
}

/** Encoded bytes and events after which a batch is complete, whatever waits behind it. */
const limits = { bytes: 2 ** 20, events: 4096 };
const longestPause: Millis = 10_000;

/**
 * The way of an input's events into the journal: one batch is on its way to disk while the next one is built. A batch that the
 * disk refuses is tried again until it is stored, so batches reach the journal in their order, and none is left out.
 *
 * Back-pressure: while the builder is full, `room` does not resolve, and the input stops reading. The memory is two
 * batches and the largest event.
 */
export class Outlet {
  readonly builder = new BatchBuilder(limits);
  readonly #options: OutletOptions;
  readonly #now: () => Millis;
  #storing: Promise<void> | undefined;
  #waiters: (() => void)[] = [];
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(options: OutletOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Whether nothing more reaches the journal. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Resolves when the builder takes more, or never will: then the outlet is closed. */
  async room(): Promise<void> {
    while (this.builder.isFull && !this.#closed) {
      this.flush();
      // Where no batch was on its way, the builder is empty now.
      if (this.builder.isFull) await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  /** Sends what was collected, as soon as the batch before it is stored. */
  flush(): void {
    if (!this.#closed && !this.builder.isEmpty) this.#storing ??= this.#storeAll();
  }

  /** Stores what was collected, for so long at the most. What is not stored then is read again at the next start. */
  async close(timeout: Millis): Promise<void> {
    this.flush();
    const timer = setTimeout(() => this.#abandon(), timeout);
    await this.#storing;
    clearTimeout(timer);
    this.#abandon();
  }

  async #storeAll(): Promise<void> {
    while (!this.builder.isEmpty && !this.#closed) {
      const batch = this.builder.take();
      this.#release();
      await this.#storeOne(batch);
    }
    this.#storing = undefined;
  }

  async #storeOne(batch: BuiltBatch): Promise<void> {
    let pause = this.#options.firstPause ?? 500;
    while (!this.#closed) {
      try {
        return await this.#store(batch);
      } catch (error) {
        if (error instanceof LogboomError && error.code === 'JOURNAL_CLOSED') return this.#abandon();
        this.#options.telemetry.batchRefused(error, pause);
      }
      await this.#sleep(pause);
      pause = Math.min(2 * pause, longestPause);
    }
  }

  async #store({ payload, block, count, states }: BuiltBatch): Promise<void> {
    const { store, origin, telemetry } = this.#options;
    if (count === 0) return store.saveStates(states);
    const bytes = payload.length;
    const receivedAt = this.#now();
    await store.append(
      { kind: 'events', origin, receivedAt, encoding: 'ndjson', count, payload },
      block,
      states,
    );
    telemetry.batchStored(count, bytes);
  }

  #sleep(pause: Millis): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pause);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #release(): void {
    for (const waiter of this.#waiters.splice(0)) waiter();
  }

  #abandon(): void {
    this.#closed = true;
    this.#wake?.();
    this.#release();
  }
}
