import { LogboomError } from '../../errors.ts';
import type { BulkItem, Sink } from '../../model.ts';

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
