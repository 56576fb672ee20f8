import type { BatchFacts, EventBlock, Millis } from '../model.ts';
import { EventReader, type ReaderOptions } from '../parsers/event.ts';

/** Number of events in a merged block. */
const perBlock = 2_048;
const origin = { input: 'backtest', connection: 'backtest', address: '' };

/**
 * Merges the events of several files by event time, as if all files had been shipped while they were written. Reading one
 * file after the other would make all events of the second file late. The order within a file stays: an event without a
 * time, or with an earlier one, or with one that is ahead of the receipt time, counts with the highest time so far.
 */
export async function* mergeByTime(
  files: readonly AsyncIterable<EventBlock>[],
  options: ReaderOptions,
  receivedAt: Millis,
): AsyncGenerator<EventBlock> {
  const cursors = files.map(
    (file) => new Cursor(file[Symbol.asyncIterator](), new EventReader(options), receivedAt),
  );
  for (const cursor of cursors) await cursor.next();
  let documents: Buffer[] = [];
  for (let first = earliest(cursors); first !== undefined; first = earliest(cursors)) {
    documents.push(first.document());
    await first.next();
    if (documents.length < perBlock) continue;
    yield blockFrom(documents);
    documents = [];
  }
  if (documents.length > 0) yield blockFrom(documents);
}

/** The cursor with the earliest event; the first file wins a tie, so that the result is deterministic. */
function earliest(cursors: readonly Cursor[]): Cursor | undefined {
  let found: Cursor | undefined;
  for (const cursor of cursors) {
    if (!cursor.ended && (found === undefined || cursor.time < found.time)) found = cursor;
  }
  return found;
}

/** The position in one file. */
class Cursor {
  time: Millis = Number.NEGATIVE_INFINITY;
  ended = false;
  readonly #blocks: AsyncIterator<EventBlock>;
  readonly #reader: EventReader;
  readonly #batch: BatchFacts;
  #block: EventBlock | undefined;
  #index = -1;

  constructor(blocks: AsyncIterator<EventBlock>, reader: EventReader, receivedAt: Millis) {
    this.#blocks = blocks;
    this.#reader = reader;
    this.#batch = { origin, receivedAt };
  }

  async next(): Promise<void> {
    let event = this.#block && this.#reader.next();
    while (event === undefined) {
      const { value, done } = await this.#blocks.next();
      if (done) {
        this.ended = true;
        return;
      }
      this.#block = value;
      this.#reader.open(value, this.#batch);
      event = this.#reader.next();
    }
    this.#index = event.index;
    const isTimed = event.problem === undefined && event.timeSource !== 'receipt' && !event.isAhead;
    if (isTimed && event.time > this.time) this.time = event.time;
  }

  /** A copy of the event: the block is invalid when the next one is read. */
  document(): Buffer {
    const { bytes, spans } = this.#block!;
    return Buffer.from(bytes.subarray(spans[2 * this.#index]!, spans[2 * this.#index + 1]!));
  }
}

export function blockFrom(documents: readonly Buffer[]): EventBlock {
  const spans = new Uint32Array(documents.length * 2);
  let at = 0;
  for (const [index, document] of documents.entries()) {
    spans[2 * index] = at;
    at += document.length;
    spans[2 * index + 1] = at;
  }
  return { bytes: Buffer.concat(documents), spans, count: documents.length };
}
