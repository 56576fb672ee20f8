import type { EventBlock } from '../model.ts';
import { type BatchFacts, ReadEvent, type ReaderOptions } from './event.ts';

/** Reads the events of one batch after the other. */
export interface EventReader {
  /** Turns to a batch's events. What was read before is no longer valid. */
  open(block: EventBlock, batch: BatchFacts): void;
  /** The next event, always the same object; undefined after the last. Broken events come too, with their `problem`. */
  next(): ReadEvent | undefined;
}

export function createEventReader(options: ReaderOptions): EventReader {
  const event = new ReadEvent(options);
  let count = 0;
  return {
    open(block, batch) {
      event.open(block, batch);
      count = block.count;
    },
    next() {
      if (event.index + 1 >= count) return undefined;
      event.moveTo(event.index + 1);
      return event;
    },
  };
}

export type { BatchFacts, ReaderOptions } from './event.ts';
export { ReadEvent } from './event.ts';
