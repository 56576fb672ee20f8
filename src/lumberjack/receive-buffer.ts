import type { Source } from './frames.ts';

const nothing = Buffer.alloc(0);

/** The buffer is not prepared for windows larger than this; it reaches their size by doubling. */
const MOST_EXPECTED = 4 * 2 ** 20;

/**
 * The received bytes of one connection that are still needed: from the beginning of the current window to the last byte
 * received. The buffer grows by doubling with the bytes received, or to the size of the last window received, but never
 * to a size that a header announces. An idle connection holds no buffer.
 */
export class ReceiveBuffer implements Source {
  bytes: Buffer = nothing;
  at = 0;
  end = 0;
  /** Offset of the current window's payload. Bytes before it are no longer needed. */
  start = 0;
  /** Of `bytes[0]` in the sender's stream; for the content of a C frame, of that frame. */
  streamOffset: number;
  /** Whether the bytes are the content of a C frame that is inflated as a stream. */
  readonly compressed: boolean;
  /** A little more than the size of the last payload: the windows of one sender are alike. */
  #expected = 0;
  /** Whether `bytes` is the caller's chunk. Most windows of a busy sender are read directly from it. */
  #borrowed = false;

  constructor(compressed = false, streamOffset = 0) {
    this.compressed = compressed;
    this.streamOffset = streamOffset;
  }

  append(chunk: Buffer): void {
    if (this.end === 0) this.#replace(chunk, chunk.length, true);
    else {
      if (this.bytes.length - this.end < chunk.length) this.#grow(chunk.length);
      chunk.copy(this.bytes, this.end);
      this.end += chunk.length;
    }
  }

  /**
   * Returns the payload of the window that ends at `at`; it then belongs to the caller. A payload that fills most of the
   * buffer takes the buffer with it, so that a large window is copied only once, from the socket's chunk. A small one is
   * copied, so that it does not keep a whole chunk in memory.
   */
  takePayload(): Buffer {
    const payload = this.bytes.subarray(this.start, this.at);
    this.#expected = Math.min(Math.ceil(payload.length * 1.05), MOST_EXPECTED);
    if (this.#borrowed || payload.length * 2 < this.bytes.length) {
      this.start = this.at;
      return Buffer.from(payload);
    }
    this.#drop(this.at, Buffer.from(this.bytes.subarray(this.at, this.end)));
    return payload;
  }

  /** Drops the bytes read so far: the next payload begins at `at`. */
  discardRead(): void {
    this.start = this.at;
  }

  /** To be called once a chunk is read. Releases it and all bytes read, and keeps a copy of an incomplete window. */
  compact(): void {
    if (this.start === this.end) this.#drop(this.start, nothing);
    else if (this.#borrowed || this.start > 0) this.#move(this.#roomFor(this.end - this.start));
  }

  #grow(by: number): void {
    this.#move(this.#roomFor(this.end - this.start + by));
  }

  #roomFor(bytes: number): number {
    return bytes < this.#expected ? this.#expected : 2 * bytes;
  }

  #move(capacity: number): void {
    const kept = this.bytes.subarray(this.start, this.end);
    const roomy = Buffer.allocUnsafeSlow(capacity);
    kept.copy(roomy);
    const end = kept.length;
    this.#drop(this.start, roomy);
    this.end = end;
  }

  /** Replaces the bytes by others that begin behind the first `count` of the present ones. */
  #drop(count: number, bytes: Buffer): void {
    if (!this.compressed) this.streamOffset += count;
    this.at -= count;
    this.start = Math.max(0, this.start - count);
    this.#replace(bytes, bytes.length, false);
  }

  #replace(bytes: Buffer, end: number, borrowed: boolean): void {
    this.bytes = bytes;
    this.end = end;
    this.#borrowed = borrowed;
  }
}
