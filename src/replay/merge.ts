import type { Config } from '../config/schema/schema.ts';
import type { BatchFacts, EventBlock, Millis, Origin } from '../model.ts';
import { EventReader, type ReaderOptions } from '../parsers/event.ts';
import { ProcessorChain } from '../processors/chain.ts';

/** Number of events in a merged block. */
const perBlock = 2_048;

/** The events of one file, and the input of which they are. Files of one input have the same object. */
export interface EventFile {
  blocks: AsyncIterable<EventBlock>;
  origin: Origin;
}

/** Events of one input, in order. */
interface MergedBlock {
  block: EventBlock;
  origin: Origin;
}

/**
 * Merges the events of several files by event time, as if all files had been shipped while they were written. Reading one
 * file after the other would make all events of the second file late. The order within a file stays: an event without a
 * time, or with an earlier one, or with one that is ahead of the receipt time, counts with the highest time so far.
 */
export async function* mergeByTime(
  files: readonly EventFile[],
  options: ReaderOptions,
  receivedAt: Millis,
): AsyncGenerator<MergedBlock> {
  const cursors = files.map((file) => new Cursor(file, new EventReader(options), receivedAt));
  for (const cursor of cursors) await cursor.next();
  let documents: Buffer[] = [];
  let origin = files[0]?.origin;
  for (let first = earliest(cursors); first !== undefined; first = earliest(cursors)) {
    if (documents.length >= perBlock || (first.origin !== origin && documents.length > 0)) {
      yield { block: blockFrom(documents), origin: origin! };
      documents = [];
    }
    origin = first.origin;
    documents.push(first.document());
    await first.next();
  }
  if (documents.length > 0) yield { block: blockFrom(documents), origin: origin! };
}

/**
 * How files are read to be merged. Where a processor `date` sets the time, processors are applied, so that events are merged by the times
 * with which they count. An event that a processor leaves out keeps its place here, and the engine leaves it out.
 */
export function mergeOptions({ parsers, time, processors }: Pick<Config, 'parsers' | 'time' | 'processors'>) {
  const setsTime = processors.some((one) => one.kind === 'date' && one.target === '@timestamp');
  const chain = setsTime ? ProcessorChain.of(processors, { zone: time.zone }) : undefined;
  const keeping: ReaderOptions['processors'] = chain && {
    eventFor: (options) => chain.eventFor(options),
    process(event) {
      chain.process(event);
      return true;
    },
  };
  return { parsers, time, processors: keeping };
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
  readonly origin: Origin;
  readonly #blocks: AsyncIterator<EventBlock>;
  readonly #reader: EventReader;
  readonly #batch: BatchFacts;
  #block: EventBlock | undefined;
  #index = -1;

  constructor({ blocks, origin }: EventFile, reader: EventReader, receivedAt: Millis) {
    this.origin = origin;
    this.#blocks = blocks[Symbol.asyncIterator]();
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
