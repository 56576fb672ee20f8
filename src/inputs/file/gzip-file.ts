import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import type { FileState } from './file-state.ts';
import { isTail } from './fingerprint.ts';
import type { Reading } from './text/reading.ts';

/** What came of reading a compressed file. */
export type GzipOutcome =
  /** Its footer was there, and its size and checksum were right: nothing more will come. */
  | { kind: 'complete' }
  /** It ends within: whoever compresses it is not done. */
  | { kind: 'incomplete' }
  | { kind: 'damaged'; reason: string }
  /** What lies before the position is not what was read. */
  | { kind: 'other' }
  | { kind: 'stopped' };

/** Reads a gzip file from the state's offset, which counts the bytes inside, to its end. */
export async function readGzip(
  path: string,
  state: FileState,
  reading: Reading,
  isStopped: () => boolean,
): Promise<GzipOutcome> {
  const inside = new Inside(state, reading);
  const source = createReadStream(path);
  const gunzip = source.pipe(createGunzip());
  source.on('error', (error) => gunzip.destroy(error));
  try {
    for await (const part of gunzip as AsyncIterable<Buffer>) {
      if (isStopped()) return { kind: 'stopped' };
      if (!(await inside.take(part))) return { kind: 'other' };
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'Z_BUF_ERROR' ? { kind: 'incomplete' } : { kind: 'damaged', reason: message };
  } finally {
    source.destroy();
    gunzip.destroy();
  }
  if (isStopped()) return { kind: 'stopped' };
  if (!(await inside.finish())) return { kind: 'other' };
  state.done = true;
  reading.chunks.moved();
  return { kind: 'complete' };
}

/** The decompressed bytes: passed over up to the position, and taken from there. */
class Inside {
  readonly #state: FileState;
  readonly #reading: Reading;
  /** Where `#held` begins. */
  #at = 0;
  #held: Buffer = Buffer.alloc(0);
  #isCompared = false;
  #differs = false;

  constructor(state: FileState, reading: Reading) {
    this.#state = state;
    this.#reading = reading;
  }

  /** False where the file is another one. */
  async take(part: Buffer): Promise<boolean> {
    this.#held = this.#held.length === 0 ? part : Buffer.concat([this.#held, part]);
    if (!this.#isCompared && !this.#compare()) return !this.#differs;
    const { chunks, maxMessage } = this.#reading;
    const isLong = this.#held.length > maxMessage + 2;
    const taken = await chunks.take(this.#front, this.#bytes, isLong);
    if (taken === 0 && isLong) chunks.cut(this.#front, this.#bytes);
    this.#drop();
    return true;
  }

  async finish(): Promise<boolean> {
    if (!this.#isCompared) return false;
    const { chunks } = this.#reading;
    await chunks.take(this.#front, this.#bytes, true);
    this.#drop();
    if (this.#bytes.length > 0) chunks.takeLast(this.#front, this.#bytes);
    return true;
  }

  /** Holds the bytes before the position against the tail as soon as they are there. */
  #compare(): boolean {
    const { offset, tail } = this.#state;
    const wanted = offset - tail.length;
    const skipped = Math.min(this.#held.length, wanted - this.#at);
    this.#held = this.#held.subarray(skipped);
    this.#at += skipped;
    if (this.#at < wanted || this.#held.length < tail.length) return false;
    this.#isCompared = isTail(tail, this.#held.subarray(0, tail.length));
    this.#differs = !this.#isCompared;
    return this.#isCompared;
  }

  get #front(): Buffer {
    return this.#held.subarray(0, this.#state.offset - this.#at);
  }

  get #bytes(): Buffer {
    return this.#held.subarray(this.#state.offset - this.#at);
  }

  /** Keeps the tail and what was not taken. */
  #drop(): void {
    const from = this.#state.offset - this.#state.tail.length - this.#at;
    this.#held = this.#held.subarray(from);
    this.#at += from;
  }
}
