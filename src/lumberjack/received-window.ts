import type { EventBlock } from '../model.ts';
import type { BlockBuilder } from './block-builder.ts';
import { encodeFrames } from './encoder.ts';
import { outsideWindow, type Source, type Version } from './frames.ts';
import { readPayload } from './payload.ts';

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

/** A sender window, or a part of a large one. A window without events has an empty payload and the sequence number 0. */
export interface ReceivedWindow {
  version: Version;
  count: number;
  /** Sequence number of its last event, for the ACK, whatever number the sender started with. */
  lastSequence: number;
  /** Whether further parts of the same sender window follow. */
  continued: boolean;
  /** Number of its events that were larger than an event may be, and were cut. */
  cut: number;
  /** The frames after the window frame, as received. `readPayload` reads them. */
  payload: Buffer;
  block: EventBlock;
}

/** A window that has begun to arrive. */
export interface OpenWindow {
  version: Version;
  builder: BlockBuilder;
  /** Whether the received frames are not its own alone, because it began inside a C frame, or hold an event that was cut. */
  reencode: boolean;
  cut: number;
}

const empty = Buffer.alloc(0);

export const emptyWindow = (version: Version): ReceivedWindow => ({
  ...{ version, count: 0, lastSequence: 0, continued: false, cut: 0 },
  ...{ payload: empty, block: readPayload(empty) },
});

/** The window, if it still lacks events. Throws if the event at the source's offset belongs to no window. */
export function openWindow(window: OpenWindow | undefined, source: Source): OpenWindow {
  if (window && !window.builder.complete) return window;
  throw outsideWindow(source);
}

/** Adds an event that was cut. */
export function takeCut(window: OpenWindow, document: Buffer, sequence: number): void {
  window.builder.takeDocument(document, sequence);
  window.cut += 1;
  window.reencode = true;
}

/** The window, or its next part. Its events end at the source's offset. */
export function passed(
  { version, builder, reencode, cut }: OpenWindow,
  source: ReceiveBuffer,
): ReceivedWindow {
  const { count, lastSequence, complete } = builder;
  const bytes = reencode ? reencoded(builder, source) : asReceived(builder, source);
  return { version, count, lastSequence, continued: !complete, cut, ...bytes };
}

/** A window that shares a C frame with the next one. */
export function passedInner({ version, builder, cut }: OpenWindow, received: ReceiveBuffer): ReceivedWindow {
  const { count, lastSequence } = builder;
  const bytes = encoded(builder.build(received.bytes.subarray(received.start)));
  return { version, count, lastSequence, continued: false, cut, ...bytes };
}

function asReceived(builder: BlockBuilder, source: ReceiveBuffer) {
  const payload = source.takePayload();
  return { payload, block: builder.build(payload) };
}

function reencoded(builder: BlockBuilder, source: ReceiveBuffer) {
  const bytes = encoded(builder.build(source.bytes.subarray(source.start)));
  source.discardRead();
  return bytes;
}

/** Encodes events as J frames of their own, for windows whose received frames are not theirs alone. */
function encoded({ bytes, spans, count }: EventBlock) {
  const documents = Array.from({ length: count }, (_, i) => bytes.subarray(spans[2 * i], spans[2 * i + 1]));
  const payload = encodeFrames(documents, { version: 2, firstSequence: 1 });
  return { payload, block: readPayload(payload) };
}
