import { LogboomError } from '../errors.ts';
import type { BulkItem } from '../model.ts';

interface Delivery<Place> {
  upTo: Place | undefined;
  done: boolean;
}

/** Resolves when all items are delivered. Rejects with `SINK_CLOSED`, and the caller still owns them then. */
interface Target<Load> {
  deliver(load: Load): Promise<unknown>;
}

/**
 * Deliveries that may be done behind one that is not: as many are sent again after a crash, and recognised as duplicates.
 */
const MOST_KEPT = 10_000;

/**
 * A bounded number of concurrent deliveries. Later deliveries may complete first, but places are reported in order: a place is reached
 * when everything before it is delivered.
 */
export class Deliveries<Place, Load extends { readonly length: number } = BulkItem[]> {
  readonly #queue: Delivery<Place>[] = [];
  /** Deliveries of the queue that are not done. */
  #inFlight = 0;
  readonly #sink: Target<Load>;
  readonly #limit: number;
  readonly #reached: (place: Place) => void;
  #room: (() => void) | undefined;
  #waitingForDrain: (() => void)[] = [];
  #closed = false;

  constructor(sink: Target<Load>, limit: number, reached: (place: Place) => void) {
    this.#sink = sink;
    this.#limit = limit;
    this.#reached = reached;
  }

  get underWay(): number {
    return this.#queue.length;
  }

  /** Waits until there is room, then passes the items to the sink. `upTo` is the place that is complete with them, if any. */
  async start(items: Load, upTo: Place | undefined): Promise<void> {
    while ((this.#inFlight >= this.#limit || this.#queue.length >= MOST_KEPT) && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#room = resolve;
      });
    }
    if (this.#closed) return;
    const delivery: Delivery<Place> = { upTo, done: items.length === 0 };
    this.#queue.push(delivery);
    if (delivery.done) this.#complete();
    else {
      this.#inFlight += 1;
      void this.#deliver(delivery, items);
    }
  }

  /** Resolves when no delivery is in flight. */
  async drained(): Promise<void> {
    if (this.#queue.length > 0) await new Promise<void>((resolve) => this.#waitingForDrain.push(resolve));
  }

  /** Reports no more places. Deliveries in flight end with the sink. */
  close(): void {
    this.#closed = true;
    this.#room?.();
  }

  async #deliver(delivery: Delivery<Place>, items: Load): Promise<void> {
    try {
      await this.#sink.deliver(items);
    } catch (error) {
      // A closed sink returns the items. They are still in the journal, and are read again at the next start.
      if (error instanceof LogboomError && error.code === 'SINK_CLOSED') return this.close();
      throw error;
    }
    delivery.done = true;
    this.#inFlight -= 1;
    this.#complete();
  }

  #complete(): void {
    let place: Place | undefined;
    while (this.#queue[0]?.done) place = this.#queue.shift()!.upTo ?? place;
    if (place !== undefined && !this.#closed) this.#reached(place);
    this.#room?.();
    this.#room = undefined;
    if (this.#queue.length === 0) for (const resolve of this.#waitingForDrain.splice(0)) resolve();
  }
}
