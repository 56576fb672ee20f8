import type { EventBlock, Millis } from '../model.ts';
import { EventReader, type ReaderOptions } from '../parsers/event.ts';

/** Events of several files that go into one block. */
const perBlock = 2_048;
const nowhere = {
  origin: { input: 'backtest', connection: 'backtest', address: '' },
  receivedAt: 0,
};

/**
 * Merges the events of several files by their times, as if they had been shipped as they were written: a file that
 * is read to its end before the next one begins would leave all of the next one's events late. A file keeps its own
 * order; where its times go back, or a line has none, it is at the highest time that it had.
 */
export async function* mergeByTime(
  files: readonly AsyncIterable<EventBlock>[],
  options: ReaderOptions,
): AsyncGenerator<EventBlock> {
  const cursors = files.map((file) => new Cursor(file[Symbol.asyncIterator](), new EventReader(options)));
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

/** Of those at the same time the first, so that the result is the same each time. */
function earliest(cursors: readonly Cursor[]): Cursor | undefined {
  let found: Cursor | undefined;
  for (const cursor of cursors) {
    if (!cursor.ended && (found === undefined || cursor.time < found.time)) found = cursor;
  }
  return found;
}

/** Where one file is. */
class Cursor {
  time: Millis = Number.NEGATIVE_INFINITY;
  ended = false;
  readonly #blocks: AsyncIterator<EventBlock>;
  readonly #reader: EventReader;
  #block: EventBlock | undefined;
  #index = -1;

  constructor(blocks: AsyncIterator<EventBlock>, reader: EventReader) {
    this.#blocks = blocks;
    this.#reader = reader;
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
      this.#reader.open(value, nowhere);
      event = this.#reader.next();
    }
    this.#index = event.index;
    const isTimed = event.problem === undefined && event.timeSource !== 'receipt';
    if (isTimed && event.time > this.time) this.time = event.time;
  }

  /** A copy, for the block is gone when the next one is read. */
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
