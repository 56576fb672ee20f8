import { LogboomError } from '../errors.ts';
import type { BulkItem } from '../model.ts';

interface Delivery<Place> {
  upTo: Place | undefined;
  done: boolean;
}

/** Resolves when it has all items; rejects with `SINK_CLOSED` where the caller still owns them. */
interface Taker<Item> {
  deliver(items: Item[]): Promise<unknown>;
}

/**
 * Deliveries under way, a bounded number at once, whose places are told in order: a place is reached when all
 * that lies before it is delivered, although later deliveries may end first.
 */
export class Deliveries<Place, Item = BulkItem> {
  readonly #queue: Delivery<Place>[] = [];
  readonly #sink: Taker<Item>;
  readonly #limit: number;
  readonly #reached: (place: Place) => void;
  #room: (() => void) | undefined;
  #empty: (() => void)[] = [];
  #closed = false;

  constructor(sink: Taker<Item>, limit: number, reached: (place: Place) => void) {
    this.#sink = sink;
    this.#limit = limit;
    this.#reached = reached;
  }

  get underWay(): number {
    return this.#queue.length;
  }

  /** Waits until there is room, then hands the items to the sink. `upTo` is the place that they complete, if they complete one. */
  async start(items: Item[], upTo: Place | undefined): Promise<void> {
    while (this.#queue.length >= this.#limit && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#room = resolve;
      });
    }
    if (this.#closed) return;
    const delivery: Delivery<Place> = { upTo, done: items.length === 0 };
    this.#queue.push(delivery);
    if (delivery.done) this.#settle();
    else void this.#carry(delivery, items);
  }

  /** Resolves when nothing is under way. */
  async drained(): Promise<void> {
    if (this.#queue.length > 0) await new Promise<void>((resolve) => this.#empty.push(resolve));
  }

  /** Stops telling places; what is under way is the sink's to end. */
  close(): void {
    this.#closed = true;
    this.#room?.();
  }

  async #carry(delivery: Delivery<Place>, items: Item[]): Promise<void> {
    try {
      await this.#sink.deliver(items);
    } catch (error) {
      // A closed sink gives the items back; they lie in the journal still and are read again at the next start.
      if (error instanceof LogboomError && error.code === 'SINK_CLOSED') return this.close();
      throw error;
    }
    delivery.done = true;
    this.#settle();
  }

  #settle(): void {
    let place: Place | undefined;
    while (this.#queue[0]?.done) place = this.#queue.shift()!.upTo ?? place;
    if (place !== undefined && !this.#closed) this.#reached(place);
    this.#room?.();
    this.#room = undefined;
    if (this.#queue.length === 0) for (const tell of this.#empty.splice(0)) tell();
  }
}
