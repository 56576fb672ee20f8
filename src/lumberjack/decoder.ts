import type { EventBlock } from '../model.ts';
import { BlockBuilder } from './block-builder.ts';
import { readDataFrame } from './data-frame.ts';
import { encodeFrames } from './encoder.ts';
import { limitError, nextKind, placeIn, protocolError } from './errors.ts';
import type { Limits } from './frames.ts';
import {
  compressedHeader,
  has,
  kinds,
  type Source,
  uint32,
  type Version,
  versionOne,
  windowHeader,
} from './frames.ts';
import { inflateFrame } from './inflate.ts';
import { readPayload } from './payload.ts';
import { ReceiveBuffer } from './receive-buffer.ts';

/** A window that arrived whole. A window of no events has an empty payload and the sequence 0. */
export interface ReceivedWindow {
  version: Version;
  count: number;
  /** What an ACK of this window carries: the sequence of its last frame, whatever the sender counts from. */
  lastSequence: number;
  /** The frames after the window frame, as they were on the wire; `readPayload` reads them. */
  payload: Buffer;
  block: EventBlock;
}

interface OpenWindow {
  version: Version;
  builder: BlockBuilder;
  /** False if it began inside a C frame: then its frames on the wire are not its alone. */
  alone: boolean;
}

const empty = Buffer.alloc(0);

/** No sender is known to put windows inside C frames. One who does may, but not millions, for each costs an object. */
const maxWindowsInCompressed = 1_024;

/**
 * Bytes of one connection in, windows out. Chunks may be cut anywhere. Every size is checked against its limit
 * before a byte of it is awaited, and memory grows only with bytes that came.
 */
export class Decoder {
  readonly #limits: Limits;
  readonly #inbox = new ReceiveBuffer();
  #window: OpenWindow | undefined;
  /** Of the C frame in hand: the windows that began inside it, and the events that they announced. */
  #inside = { windows: 0, events: 0 };
  #failure: unknown;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Whether the first byte of a window is there and its last is not. */
  get incomplete(): boolean {
    return this.#window !== undefined || this.#inbox.end > 0;
  }

  /** Memory that the incomplete window takes: what was written to, for a page never touched takes none. */
  get heldBytes(): number {
    return this.#inbox.end + (this.#window?.builder.heldBytes ?? 0);
  }

  /**
   * Reads a chunk and adds the windows that it completes to `windows`. Throws LUMBERJACK_PROTOCOL or
   * LUMBERJACK_LIMIT, and then on every further call, for there is no way back into the stream; the windows before
   * the error are good, are in `windows`, and are to be acknowledged.
   */
  push(chunk: Buffer, windows: ReceivedWindow[] = []): ReceivedWindow[] {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      this.#inbox.append(chunk);
      while (this.#readFrame(this.#inbox, windows));
      this.#inbox.compact();
      return windows;
    } catch (error) {
      this.#failure = error;
      this.release();
      throw error;
    }
  }

  /** Lets go of the incomplete window. */
  release(): void {
    this.#window = undefined;
    this.#inbox.at = this.#inbox.end;
    this.#inbox.discardRead();
    this.#inbox.compact();
  }

  /** Reads one frame, or a run of J frames. False: the next one is not there whole. */
  #readFrame(source: Source, windows: ReceivedWindow[]): boolean {
    const kind = nextKind(source);
    switch (kind) {
      case undefined:
        return false;
      case kinds.window:
        return has(source, windowHeader) && this.#beginWindow(source, windows);
      case kinds.json:
        return this.#windowFor(source, 'event').builder.takeJson(source) && this.#endEvents(source, windows);
      case kinds.data:
        return this.#readData(source) && this.#endEvents(source, windows);
      case kinds.compressed:
        return has(source, compressedHeader) && this.#readCompressed(source, windows);
      default:
        throw protocolError(
          `The frame at ${placeIn(source)} is of kind 0x${kind.toString(16)}; a sender sends W, J, D and C.`,
        );
    }
  }

  #beginWindow(source: Source, windows: ReceivedWindow[]): true {
    this.#checkWindow(source);
    const version = source.bytes[source.at] === versionOne ? 1 : 2;
    const count = uint32(source.bytes, source.at + 2);
    source.at += windowHeader;
    if (!source.compressed) this.#inbox.discardRead();
    if (count === 0)
      windows.push({ version, count, lastSequence: 0, payload: empty, block: readPayload(empty) });
    else
      this.#window = { version, builder: new BlockBuilder(count, this.#limits), alone: !source.compressed };
    return true;
  }

  /**
   * A window may not begin within another. Logstash delivers the part that came and goes on; but then the ACK of
   * either window can be taken for the other's, and no real sender breaks a window off, so this is a broken stream.
   */
  #checkWindow(source: Source): void {
    const count = uint32(source.bytes, source.at + 2);
    if (this.#window)
      throw protocolError(
        `A window begins at ${placeIn(source)}, but ${this.#window.builder.missing} events of the one before are missing.`,
      );
    const what = `The window at ${placeIn(source)} announces ${count} events`;
    if (count > this.#limits.maxWindowEvents) throw limitError(what, 'maxWindowEvents', this.#limits);
    if (!source.compressed) return;
    this.#inside.windows += 1;
    this.#inside.events += count;
    if (this.#inside.events > this.#limits.maxWindowEvents)
      throw limitError(`${what}; its compressed frame has too many`, 'maxWindowEvents', this.#limits);
    if (this.#inside.windows > maxWindowsInCompressed)
      throw protocolError(`${what} and is one of more than ${maxWindowsInCompressed} in a compressed frame.`);
  }

  #windowFor(source: Source, what: string): OpenWindow {
    if (this.#window && !this.#window.builder.complete) return this.#window;
    throw protocolError(
      `The ${what} at ${placeIn(source)} is outside a window: none was announced, or more events came than were.`,
    );
  }

  #readData(source: Source): boolean {
    const { builder } = this.#windowFor(source, 'event');
    const frame = readDataFrame(source, this.#limits);
    if (!frame) return false;
    if (builder.size + frame.document.length > this.#limits.maxInflatedBytes)
      throw limitError(
        `The window of the event at ${placeIn(source)} is too large`,
        'maxInflatedBytes',
        this.#limits,
      );
    builder.takeDocument(frame.document, frame.sequence);
    return true;
  }

  /** A C frame is taken whole or not at all: no window that ends in one with an error behind it is handed out. */
  #readCompressed(source: Source, windows: ReceivedWindow[]): boolean {
    const length = this.#compressedLength(source);
    if (!has(source, length)) return false;
    const before = this.#window;
    const room = this.#limits.maxInflatedBytes - (before?.builder.size ?? 0);
    const inner = inflateFrame(source, room, this.#limits);
    this.#inside = { windows: 0, events: 0 };
    const ended: ReceivedWindow[] = [];
    while (this.#readFrame(inner, ended));
    if (inner.at < inner.end) throw protocolError(`A frame is cut off at ${placeIn(inner)}.`);
    windows.push(...ended);
    source.at += length;
    if (before === undefined || this.#window !== before) this.#inbox.discardRead();
    return this.#endEvents(source, windows);
  }

  /** Length of the C frame at the source's place, once it is known to be allowed. */
  #compressedLength(source: Source): number {
    const length = uint32(source.bytes, source.at + 2);
    const what = `The compressed frame at ${placeIn(source)} announces ${length} bytes`;
    if (source.compressed)
      throw protocolError(`${what} inside another one; compressed frames are not nested.`);
    if (length > this.#limits.maxCompressedBytes) throw limitError(what, 'maxCompressedBytes', this.#limits);
    // Compressed frames may hold next to nothing, so what a window takes on the wire has the ceiling, too.
    if (source.at - this.#inbox.start + length > this.#limits.maxInflatedBytes)
      throw limitError(`${what} and makes its window too large`, 'maxInflatedBytes', this.#limits);
    return compressedHeader + length;
  }

  /**
   * Hands the window out if it has all its events. At the very end of a C frame that is left to the caller, who
   * then takes the payload with the whole C frame in it.
   */
  #endEvents(source: Source, windows: ReceivedWindow[]): true {
    const window = this.#window;
    if (!window?.builder.complete) return true;
    const last = source.at === source.end;
    if (source.compressed && last) return true;
    this.#window = undefined;
    windows.push(window.alone && !source.compressed ? this.#asReceived(window) : this.#anew(window));
    return true;
  }

  #asReceived({ version, builder }: OpenWindow): ReceivedWindow {
    const payload = this.#inbox.takePayload();
    const { count, lastSequence } = builder;
    return { version, count, lastSequence, payload, block: builder.build(payload) };
  }

  /** Windows that share a C frame: their events are written as J frames of their own, so that each stands alone. */
  #anew({ version, builder }: OpenWindow): ReceivedWindow {
    const { bytes, spans, count } = builder.build(this.#inbox.bytes.subarray(this.#inbox.start));
    const documents = Array.from({ length: count }, (_, i) => bytes.subarray(spans[2 * i], spans[2 * i + 1]));
    const payload = encodeFrames(documents, { version: 2, firstSequence: 1 });
    if (this.#window === undefined) this.#inbox.discardRead();
    return { version, count, lastSequence: builder.lastSequence, payload, block: readPayload(payload) };
  }
}
