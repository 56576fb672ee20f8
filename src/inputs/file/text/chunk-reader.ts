import { isUtf8 } from 'node:buffer';
import type { FileState } from '../file-state.ts';
import { headLength, isTail, tailLength, tailOf } from '../fingerprint.ts';
import type { TextForm } from './encoding.ts';
import { type Framing, lastLine } from './framing.ts';
import { newlineAt } from './lines.ts';
import type { FileSink } from './sink.ts';

/** What the reading of one file goes by. */
interface ReadingParts {
  state: FileState;
  form: TextForm;
  framing: Framing;
  sink: FileSink;
  maxMessage: number;
  /** The state moved: it belongs into the batch that is being built. Nothing is awaited before. */
  moved: (bytes: number) => void;
  /** Resolves when the sink has room, or nothing is stored any more. */
  room: () => Promise<void>;
  /** Whether nothing more is stored. */
  closed: () => boolean;
}

/** Moves a file's state over bytes that come in their order, whether they are read from a file or decompressed. */
export class ChunkReader {
  readonly #parts: ReadingParts;

  constructor(parts: ReadingParts) {
    this.#parts = parts;
  }

  /**
   * Takes the bytes at the state's offset; `before` are those in front of them, as many as the tail has. Returns how many
   * were taken. The rest is incomplete: it has to come again, with more behind it, or with `force`.
   */
  async take(before: Buffer, bytes: Buffer, force: boolean): Promise<number> {
    const { state, framing, sink, form, room, closed } = this.#parts;
    sink.begin(form.toUtf8 !== undefined || isUtf8(bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1)));
    let taken = state.skip ? this.#passOver(before, bytes) : 0;
    while (taken < bytes.length && !state.skip && !closed()) {
      if (sink.isFull) {
        await room();
        continue;
      }
      const consumed = framing.consume(bytes.subarray(taken), state.offset, sink, force);
      if (consumed > 0) this.#move(before, bytes, taken, taken + consumed);
      taken += consumed;
      if (consumed === 0 && !sink.isFull) break;
    }
    return taken;
  }

  /** A line so long that no end of it is in sight: its beginning is a message, what follows is passed over. */
  cut(before: Buffer, bytes: Buffer): number {
    const { state, sink, form, maxMessage } = this.#parts;
    sink.begin(false);
    sink.take(lastLine(bytes.subarray(0, maxMessage + 2), state.offset, form));
    state.skip = true;
    this.#move(before, bytes, 0, bytes.length);
    return bytes.length;
  }

  /** The last line of a file that will not grow any more. */
  takeLast(before: Buffer, bytes: Buffer): void {
    const { state, sink, form } = this.#parts;
    sink.begin(false);
    if (!state.skip) sink.take(lastLine(bytes, state.offset, form));
    this.#move(before, bytes, 0, bytes.length);
  }

  /** Notes the state once more, for something else of it changed. */
  moved(): void {
    this.#parts.moved(0);
  }

  #passOver(before: Buffer, bytes: Buffer): number {
    const { state, form } = this.#parts;
    const newline = newlineAt(bytes, 0, form.newline);
    const to =
      newline === -1 ? bytes.length - (bytes.length % form.newline.width) : newline + form.newline.width;
    if (newline !== -1) delete state.skip;
    if (to > 0) this.#move(before, bytes, 0, to);
    return to;
  }

  /** The bytes in `[from, to)` are done. Runs in the same turn as the events were written. */
  #move(before: Buffer, bytes: Buffer, from: number, to: number): void {
    const { state, moved } = this.#parts;
    state.offset += to - from;
    const near = bytes.subarray(Math.max(0, to - tailLength), to);
    const missing = tailLength - near.length;
    state.tail = tailOf(
      missing > 0 ? Buffer.concat([before.subarray(Math.max(0, before.length - missing)), near]) : near,
    );
    moved(to - from);
  }
}

/** Bytes of a file that are read at once. */
export const chunkLength = 2 ** 18;

/** Bytes that a line, or an event of several lines, may need to be seen as a whole. */
export const longestChunk = (maxMessage: number): number => maxMessage + 2 * headLength;

/** Whether the bytes before the position are still those that were read. */
export const isContinued = ({ tail }: FileState, before: Buffer): boolean => isTail(tail, before);
