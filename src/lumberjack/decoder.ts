import { BlockBuilder } from './block-builder.ts';
import { beginInflating, type FrameInflater } from './frame-inflater.ts';
import {
  compressedHeader,
  compressedLength,
  has,
  jsonHeader,
  kinds,
  type Limits,
  nextKind,
  readWindowHeader,
  requireWhole,
  type Source,
  uint32,
  unknownKind,
  windowHeader,
} from './frames.ts';
import { inflateWhole, LARGEST_WHOLE } from './inflate.ts';
import { cutInPlace, OversizedEvent } from './oversized-event.ts';
import { readDataFrame } from './payload.ts';
import {
  emptyWindow,
  type OpenWindow,
  openWindow,
  passed,
  passedInner,
  ReceiveBuffer,
  type ReceivedWindow,
  takeCut,
} from './received-window.ts';

const empty = Buffer.alloc(0);
/** A window that is larger than this comes in parts of about this size. */
const PART = 2 * 2 ** 20;

/**
 * Decodes the bytes of one connection into sender windows. Chunks may be cut anywhere. Each announced size is checked
 * against its limit before its bytes are awaited, and memory grows only with the bytes received. A large window comes in
 * parts; of it no more than a part and the largest event are held.
 *
 * Errors are `LUMBERJACK_PROTOCOL` and `LUMBERJACK_LIMIT`, and final: there is no way to resynchronise the stream. Payload
 * and block of a window belong to the caller.
 */
export class Decoder {
  readonly #limits: Limits;
  readonly #partBytes: number;
  readonly #buffer = new ReceiveBuffer();
  #window: OpenWindow | undefined;
  /** A C frame that is inflated as a stream. */
  #inflater: FrameInflater | undefined;
  #oversized: OversizedEvent | undefined;
  #compressedTotals = { windows: 0, events: 0 };
  /** Makes `feed` return. */
  #partComplete = false;
  #failure: unknown;

  constructor(limits: Limits, partBytes: number = PART) {
    this.#limits = limits;
    this.#partBytes = partBytes;
  }

  /** Whether a window has begun to arrive and is not complete. */
  get incomplete(): boolean {
    return this.#window !== undefined || this.#inflater !== undefined || this.#buffer.end > 0;
  }

  /** Bytes of memory that the incomplete window holds. Unused capacity is not counted: untouched pages take no memory. */
  get heldBytes(): number {
    const streamed = (this.#inflater?.content.end ?? 0) + (this.#oversized?.heldBytes ?? 0);
    return this.#buffer.end + streamed + (this.#window?.builder.heldBytes ?? 0);
  }

  /** As `feed`, until the received bytes are used up. */
  push(chunk: Buffer, windows: ReceivedWindow[] = []): ReceivedWindow[] {
    for (let more = this.feed(chunk, windows); more; ) more = this.feed(empty, windows);
    return windows;
  }

  /**
   * Reads a chunk and adds the windows that it completes to `windows`. Returns true if it stopped behind a part of a large
   * window: call it again, with an empty chunk, once there is room for more. After an error every further call throws the
   * same error. The windows before the error are valid and in `windows`; acknowledge them.
   */
  feed(chunk: Buffer, windows: ReceivedWindow[]): boolean {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      if (chunk.length > 0) this.#buffer.append(chunk);
      this.#partComplete = false;
      while (!this.#partComplete && this.#readNext(windows));
      this.#buffer.compact();
      return this.#partComplete;
    } catch (error) {
      this.#failure = error;
      this.release();
      throw error;
    }
  }

  /** Drops the incomplete window. */
  release(): void {
    this.#window = undefined;
    this.#inflater = undefined;
    this.#oversized = undefined;
    this.#buffer.at = this.#buffer.end;
    this.#buffer.discardRead();
    this.#buffer.compact();
  }

  #readNext(windows: ReceivedWindow[]): boolean {
    const source = this.#inflater?.content ?? this.#buffer;
    if (this.#oversized ? this.#readOversized(source, windows) : this.#readFrame(source, windows))
      return true;
    return this.#inflater !== undefined && this.#inflateOn(this.#inflater, windows);
  }

  /** Reads one frame, or a run of J frames. Returns false if the next frame is incomplete. */
  #readFrame(source: Source, windows: ReceivedWindow[]): boolean {
    const kind = nextKind(source);
    switch (kind) {
      case undefined:
        return false;
      case kinds.window:
        return has(source, windowHeader) && this.#beginWindow(source, windows);
      case kinds.json:
        return this.#readJson(source, windows);
      case kinds.data:
        return this.#readData(source) && this.#endEvents(source, windows);
      case kinds.compressed:
        return has(source, compressedHeader) && this.#readCompressed(source, windows);
      default:
        throw unknownKind(source, kind);
    }
  }

  #beginWindow(source: Source, windows: ReceivedWindow[]): true {
    if (source instanceof ReceiveBuffer && this.#window?.builder.complete)
      this.#pass(this.#window, source, windows);
    const missing = this.#window?.builder.missing;
    const { version, count } = readWindowHeader(source, missing, this.#compressedTotals, this.#limits);
    source.at += windowHeader;
    const reencode = !(source instanceof ReceiveBuffer);
    if (!reencode) source.discardRead();
    if (count === 0) windows.push(emptyWindow(version));
    else this.#window = { version, builder: new BlockBuilder(count, this.#limits), reencode, cut: 0 };
    return true;
  }

  #readJson(source: Source, windows: ReceivedWindow[]): boolean {
    const window = openWindow(this.#window, source);
    const length = window.builder.oversized(source);
    if (length === undefined) return window.builder.takeJson(source) && this.#endEvents(source, windows);
    const sequence = uint32(source.bytes, source.at + 2);
    if (source instanceof ReceiveBuffer) {
      if (window.builder.count > 0) this.#pass(window, source, windows);
      this.#window!.builder = this.#window!.builder.next(length);
      source.at += jsonHeader;
      this.#oversized = new OversizedEvent(sequence, length, this.#limits.maxEventBytes);
      return true;
    }
    const document = cutInPlace(source, length, this.#limits.maxEventBytes);
    if (!document) return false;
    takeCut(window, document, sequence);
    return this.#endEvents(source, windows);
  }

  #readOversized(source: ReceiveBuffer, windows: ReceivedWindow[]): boolean {
    const [oversized, window] = [this.#oversized!, this.#window!];
    if (!oversized.take(source)) return false;
    this.#oversized = undefined;
    takeCut(window, oversized.document(), oversized.sequence);
    this.#pass(window, source, windows);
    return true;
  }

  #readData(source: Source): boolean {
    const { builder } = openWindow(this.#window, source);
    const frame = readDataFrame(source, this.#limits, builder.room);
    if (frame) builder.takeDocument(frame.document, frame.sequence);
    return frame !== undefined;
  }

  /**
   * A C frame that is inflated whole is accepted as a whole or not at all: no window in it is returned if an error follows
   * in the frame.
   */
  #readCompressed(source: Source, windows: ReceivedWindow[]): boolean {
    const length = compressedLength(source, source.at - this.#buffer.start, this.#limits);
    this.#compressedTotals = { windows: 0, events: 0 };
    if (length > LARGEST_WHOLE) return this.#beginInflating(length, windows);
    if (!has(source, length)) return false;
    const before = this.#window;
    const room = before?.builder.room ?? this.#limits.maxInflatedBytes;
    const inner = inflateWhole(source, room, this.#limits);
    if (inner === undefined) return this.#beginInflating(length, windows);
    const complete: ReceivedWindow[] = [];
    while (this.#readFrame(inner, complete));
    requireWhole(inner);
    windows.push(...complete);
    source.at += length;
    if (before === undefined || this.#window !== before) this.#buffer.discardRead();
    return this.#endEvents(source, windows);
  }

  /** Inflates the C frame at the buffer's offset as a stream. Its window is passed on so far, so that no part mixes both. */
  #beginInflating(length: number, windows: ReceivedWindow[]): true {
    const buffer = this.#buffer;
    if (this.#window && this.#window.builder.count > 0) this.#pass(this.#window, buffer, windows);
    this.#inflater = beginInflating(buffer, length);
    return true;
  }

  #inflateOn(inflater: FrameInflater, windows: ReceivedWindow[]): boolean {
    inflater.content.compact();
    if (!inflater.ended) return inflater.inflate(this.#buffer);
    requireWhole(inflater.content);
    const window = this.#window;
    if (window && window.builder.count > 0) this.#pass(window, inflater.content, windows);
    this.#inflater = undefined;
    return true;
  }

  /**
   * Adds the window to `windows` if it has all its events, or enough for a part. At the end of a C frame that is inflated
   * whole the caller does so, because the payload has to contain the whole C frame. One that is inflated as a stream may
   * still turn out to be invalid, so its last window is passed on at its end.
   */
  #endEvents(source: Source, windows: ReceivedWindow[]): true {
    const window = this.#window;
    if (!window) return true;
    const { complete, size } = window.builder;
    if (!(source instanceof ReceiveBuffer)) {
      if (!complete || source.at === source.end) return true;
      windows.push(passedInner(window, this.#buffer));
      this.#window = undefined;
    } else if (complete ? !source.compressed : size >= this.#partBytes) this.#pass(window, source, windows);
    return true;
  }

  /** Adds the window, or its next part, to `windows`. Its events end at the source's offset. */
  #pass(window: OpenWindow, source: ReceiveBuffer, windows: ReceivedWindow[]): void {
    const { version, builder } = window;
    windows.push(passed(window, source));
    this.#partComplete = !builder.complete;
    this.#window = builder.complete
      ? undefined
      : { version, builder: builder.next(), reencode: false, cut: 0 };
  }
}
