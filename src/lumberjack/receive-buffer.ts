import type { Source } from './frames.ts';

const nothing = Buffer.alloc(0);

/** A window larger than this is not expected again: the buffer finds its way to it by doubling. */
const mostExpected = 4 * 2 ** 20;

/**
 * The received bytes of one connection that are still needed: from the beginning of the window in hand to the last
 * byte that came. Its buffer doubles with what really arrived, or is made for a window like the last one that
 * really arrived, but never for what a header announces. An idle connection holds none at all.
 */
export class ReceiveBuffer implements Source {
  bytes: Buffer = nothing;
  at = 0;
  end = 0;
  /** Where the payload of the window in hand begins. Bytes before it are no longer needed. */
  start = 0;
  streamOffset = 0;
  readonly compressed = false;
  /** A little more than the size of the last payload, for a sender's windows are alike. */
  #expected = 0;
  /** Whether `bytes` is the caller's chunk. Most windows of a busy sender are read straight from it. */
  #borrowed = false;

  append(chunk: Buffer): void {
    if (this.end === 0) this.#replace(chunk, chunk.length, true);
    else {
      if (this.bytes.length - this.end < chunk.length) this.#grow(chunk.length);
      chunk.copy(this.bytes, this.end);
      this.end += chunk.length;
    }
  }

  /**
   * The payload of the window that ends here, for the caller to keep. A payload that makes up most of the buffer
   * takes the buffer with it, so that large windows are copied once, from the socket's chunk. A small one is
   * copied, so that it does not keep a whole chunk alive, and so that a chunk of small ones is not moved each time.
   */
  takePayload(): Buffer {
    const payload = this.bytes.subarray(this.start, this.at);
    this.#expected = Math.min(Math.ceil(payload.length * 1.05), mostExpected);
    if (this.#borrowed || payload.length * 2 < this.bytes.length) {
      this.start = this.at;
      return Buffer.from(payload);
    }
    this.#drop(this.at, Buffer.from(this.bytes.subarray(this.at, this.end)));
    return payload;
  }

  /** What was received belongs to no payload: the next one begins here. */
  discardRead(): void {
    this.start = this.at;
  }

  /** Once a chunk is read: lets go of it and of everything read, keeping a copy of the beginning of a window. */
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

  /** Continues with other bytes, which begin where the first `count` of the present ones end. */
  #drop(count: number, bytes: Buffer): void {
    this.streamOffset += count;
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
