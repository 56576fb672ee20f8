import type { EventBlock } from '../model.ts';
import { type BatchFacts, ReadEvent, type ReaderOptions } from './event.ts';
import type { RepeatedHours } from './repeated-hours.ts';

/**
 * Reads the events of one batch after the other, in order. It returns the same `ReadEvent` for each event, so an event is
 * valid only until the next call. Broken events are returned too, with their `problem`.
 */
export class EventReader {
  readonly #event: ReadEvent;
  #count = 0;

  constructor(options: ReaderOptions) {
    this.#event = new ReadEvent(options);
  }

  /** What is remembered from one batch to the next. A checkpoint holds it. */
  get repeatedHours(): RepeatedHours {
    return this.#event.eventTime.repeated;
  }

  /** Begins a batch. The block's bytes must not change while its events are read. */
  open(block: EventBlock, batch: BatchFacts): void {
    this.#event.open(block, batch);
    this.#count = block.count;
  }

  /** The next event; undefined after the last one. */
  next(): ReadEvent | undefined {
    if (this.#event.index + 1 >= this.#count) return undefined;
    this.#event.moveTo(this.#event.index + 1);
    return this.#event;
  }
}
