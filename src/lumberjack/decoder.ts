import type { EventBlock } from '../model.ts';
import { BlockBuilder } from './block-builder.ts';
import { readDataFrame } from './data-frame.ts';
import { encodeFrames } from './encoder.ts';
import { limitError, nextKind, offsetIn, protocolError } from './errors.ts';
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

/** A complete sender window. A window without events has an empty payload and the sequence number 0. */
export interface ReceivedWindow {
  version: Version;
  count: number;
  /** Sequence number of its last event, for the ACK, whatever number the sender started with. */
  lastSequence: number;
  /** The frames after the window frame, as received. `readPayload` reads them. */
  payload: Buffer;
  block: EventBlock;
}

interface OpenWindow {
  version: Version;
  builder: BlockBuilder;
  /** Whether it began inside a C frame. Then the received frames are not its own alone. */
  beganCompressed: boolean;
}

const empty = Buffer.alloc(0);

/** No known sender puts windows inside C frames. It is allowed, up to a limit, since each window costs an object. */
const MOST_WINDOWS_IN_COMPRESSED = 1_024;

/**
 * Decodes the bytes of one connection into sender windows. Chunks may be cut anywhere. Each announced size is checked
 * against its limit before its bytes are awaited, and memory grows only with the bytes received.
 *
 * Errors are `LUMBERJACK_PROTOCOL` and `LUMBERJACK_LIMIT`, and final: there is no way to resynchronise the stream. Payload
 * and block of a window belong to the caller.
 */
export class Decoder {
  readonly #limits: Limits;
  readonly #buffer = new ReceiveBuffer();
  #window: OpenWindow | undefined;
  /** Of the current C frame: the windows that began inside it, and the events that they announced. */
  #compressedTotals = { windows: 0, events: 0 };
  #failure: unknown;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Whether a window has begun to arrive and is not complete. */
  get incomplete(): boolean {
    return this.#window !== undefined || this.#buffer.end > 0;
  }

  /** Bytes of memory that the incomplete window holds. Unused capacity is not counted: untouched pages take no memory. */
  get heldBytes(): number {
    return this.#buffer.end + (this.#window?.builder.heldBytes ?? 0);
  }

  /**
   * Reads a chunk and adds the windows that it completes to `windows`. After an error every further call throws the same
   * error. The windows before the error are valid and in `windows`; acknowledge them.
   */
  push(chunk: Buffer, windows: ReceivedWindow[] = []): ReceivedWindow[] {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      this.#buffer.append(chunk);
      while (this.#readFrame(this.#buffer, windows));
      this.#buffer.compact();
      return windows;
    } catch (error) {
      this.#failure = error;
      this.release();
      throw error;
    }
  }

  /** Drops the incomplete window. */
  release(): void {
    this.#window = undefined;
    this.#buffer.at = this.#buffer.end;
    this.#buffer.discardRead();
    this.#buffer.compact();
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
        return this.#windowFor(source, 'event').builder.takeJson(source) && this.#endEvents(source, windows);
      case kinds.data:
        return this.#readData(source) && this.#endEvents(source, windows);
      case kinds.compressed:
        return has(source, compressedHeader) && this.#readCompressed(source, windows);
      default:
        throw protocolError(
          `The frame at ${offsetIn(source)} is of kind 0x${kind.toString(16)}; a sender sends W, J, D and C.`,
        );
    }
  }

  #beginWindow(source: Source, windows: ReceivedWindow[]): true {
    this.#checkWindow(source);
    const version = source.bytes[source.at] === versionOne ? 1 : 2;
    const count = uint32(source.bytes, source.at + 2);
    source.at += windowHeader;
    if (!source.compressed) this.#buffer.discardRead();
    if (count === 0)
      windows.push({ version, count, lastSequence: 0, payload: empty, block: readPayload(empty) });
    else
      this.#window = {
        version,
        builder: new BlockBuilder(count, this.#limits),
        beganCompressed: source.compressed,
      };
    return true;
  }

  /**
   * A window may not begin within another. Logstash delivers the part that arrived and continues; but then the ACK of one
   * window can be taken for that of the other. No real sender does this, so it is a protocol error.
   */
  #checkWindow(source: Source): void {
    const count = uint32(source.bytes, source.at + 2);
    if (this.#window)
      throw protocolError(
        `A window begins at ${offsetIn(source)}, but ${this.#window.builder.missing} events of the one before are missing.`,
      );
    const what = `The window at ${offsetIn(source)} announces ${count} events`;
    if (count > this.#limits.maxWindowEvents) throw limitError(what, 'maxWindowEvents', this.#limits);
    if (!source.compressed) return;
    this.#compressedTotals.windows += 1;
    this.#compressedTotals.events += count;
    if (this.#compressedTotals.events > this.#limits.maxWindowEvents)
      throw limitError(`${what}; its compressed frame has too many`, 'maxWindowEvents', this.#limits);
    if (this.#compressedTotals.windows > MOST_WINDOWS_IN_COMPRESSED)
      throw protocolError(
        `${what} and is one of more than ${MOST_WINDOWS_IN_COMPRESSED} in a compressed frame.`,
      );
  }

  #windowFor(source: Source, what: string): OpenWindow {
    if (this.#window && !this.#window.builder.complete) return this.#window;
    throw protocolError(
      `The ${what} at ${offsetIn(source)} is outside a window: none was announced, or more events came than were.`,
    );
  }

  #readData(source: Source): boolean {
    const { builder } = this.#windowFor(source, 'event');
    const frame = readDataFrame(source, this.#limits);
    if (!frame) return false;
    if (builder.size + frame.document.length > this.#limits.maxInflatedBytes)
      throw limitError(
        `The window of the event at ${offsetIn(source)} is too large`,
        'maxInflatedBytes',
        this.#limits,
      );
    builder.takeDocument(frame.document, frame.sequence);
    return true;
  }

  /** A C frame is accepted as a whole or not at all: no window in it is returned if an error follows in the frame. */
  #readCompressed(source: Source, windows: ReceivedWindow[]): boolean {
    const length = this.#compressedLength(source);
    if (!has(source, length)) return false;
    const before = this.#window;
    const room = this.#limits.maxInflatedBytes - (before?.builder.size ?? 0);
    const inner = inflateFrame(source, room, this.#limits);
    this.#compressedTotals = { windows: 0, events: 0 };
    const complete: ReceivedWindow[] = [];
    while (this.#readFrame(inner, complete));
    if (inner.at < inner.end) throw protocolError(`A frame is cut off at ${offsetIn(inner)}.`);
    windows.push(...complete);
    source.at += length;
    if (before === undefined || this.#window !== before) this.#buffer.discardRead();
    return this.#endEvents(source, windows);
  }

  /** Length of the C frame at the source's offset. Throws if it exceeds a limit. */
  #compressedLength(source: Source): number {
    const length = uint32(source.bytes, source.at + 2);
    const what = `The compressed frame at ${offsetIn(source)} announces ${length} bytes`;
    if (source.compressed)
      throw protocolError(`${what} inside another one; compressed frames are not nested.`);
    if (length > this.#limits.maxCompressedBytes) throw limitError(what, 'maxCompressedBytes', this.#limits);
    // C frames may be almost empty, so the received bytes of a window have the same limit.
    if (source.at - this.#buffer.start + length > this.#limits.maxInflatedBytes)
      throw limitError(`${what} and makes its window too large`, 'maxInflatedBytes', this.#limits);
    return compressedHeader + length;
  }

  /**
   * Adds the window to `windows` if it has all its events. At the end of a C frame the caller does so, because the payload
   * has to contain the whole C frame.
   */
  #endEvents(source: Source, windows: ReceivedWindow[]): true {
    const window = this.#window;
    if (!window?.builder.complete) return true;
    const last = source.at === source.end;
    if (source.compressed && last) return true;
    this.#window = undefined;
    windows.push(
      window.beganCompressed || source.compressed ? this.#reencoded(window) : this.#asReceived(window),
    );
    return true;
  }

  #asReceived({ version, builder }: OpenWindow): ReceivedWindow {
    const payload = this.#buffer.takePayload();
    const { count, lastSequence } = builder;
    return { version, count, lastSequence, payload, block: builder.build(payload) };
  }

  /** For windows that share a C frame: encodes their events as J frames of their own, so that each payload is complete. */
  #reencoded({ version, builder }: OpenWindow): ReceivedWindow {
    const { bytes, spans, count } = builder.build(this.#buffer.bytes.subarray(this.#buffer.start));
    const documents = Array.from({ length: count }, (_, i) => bytes.subarray(spans[2 * i], spans[2 * i + 1]));
    const payload = encodeFrames(documents, { version: 2, firstSequence: 1 });
    if (this.#window === undefined) this.#buffer.discardRead();
    return { version, count, lastSequence: builder.lastSequence, payload, block: readPayload(payload) };
  }
}
