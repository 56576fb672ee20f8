import { LogboomError } from '../../src/errors.ts';
import type { BulkItem, DeliveryReport, Sink } from '../../src/model.ts';

/** A sink that remembers what it took and ends each delivery at once, unless it is told to hold them. */
export class TestSink implements Sink {
  readonly deliveries: BulkItem[][] = [];
  readonly #ends: (() => void)[] = [];
  readonly #refusals: ((error: Error) => void)[] = [];
  readonly #holds: boolean;
  closed = false;

  constructor({ holds = false } = {}) {
    this.#holds = holds;
  }

  deliver(items: BulkItem[]): Promise<DeliveryReport> {
    if (this.closed) return Promise.reject(new LogboomError('SINK_CLOSED', 'closed'));
    this.deliveries.push(items);
    const report = { indexed: items.length, duplicates: 0, deadLettered: 0 };
    if (!this.#holds) return Promise.resolve(report);
    return new Promise((resolve, reject) => {
      this.#ends.push(() => resolve(report));
      this.#refusals.push(reject);
    });
  }

  /** Ends the delivery with that number. */
  end(number: number): void {
    this.#ends[number]!();
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const refuse of this.#refusals) refuse(new LogboomError('SINK_CLOSED', 'closed'));
  }

  get ids(): string[] {
    return this.deliveries.flat().map(({ id }) => id);
  }
}
