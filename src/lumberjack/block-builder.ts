import type { EventBlock } from '../model.ts';
import {
  has,
  isVersion,
  jsonHeader,
  kinds,
  type Limits,
  limitError,
  offsetIn,
  type Source,
  uint32,
} from './frames.ts';

/** Received bytes are given by offsets in the payload, because their buffer may still move. Inflated bytes do not move. */
type Segment = Buffer | { from: number; to: number };

/** What earlier parts of a window had. */
interface Progress {
  events: number;
  bytes: number;
}

/** A source whose bytes belong to the payload: their offset in the payload is the offset in the source less `start`. */
type PayloadSource = Source & { readonly start: number };

/**
 * Collects the events of a window into one block. If the window consists of bare frames, or of one C frame, the block
 * refers to those bytes, frame headers included. Only a mixture is copied.
 */
export class BlockBuilder {
  count = 0;
  /** Sequence number of the last event. It wraps after 2^32 - 1, so it is read from each frame and never computed. */
  lastSequence = 0;
  /** Bytes of the block so far. */
  size = 0;
  /** Events of the window that earlier parts had. */
  readonly #before: Progress;
  readonly #announced: number;
  readonly #limits: Limits;
  readonly #segments: Segment[] = [];
  /** Bytes of the segments that are not part of the payload. */
  #owned = 0;
  #spans = new Uint32Array(256);

  /** `announced` is the number of events of the whole window; `before` is what earlier parts of it had. */
  constructor(announced: number, limits: Limits, before: Progress = { events: 0, bytes: 0 }) {
    this.#announced = announced - before.events;
    this.#limits = limits;
    this.#before = before;
  }

  get complete(): boolean {
    return this.count === this.#announced;
  }

  get missing(): number {
    return this.#announced - this.count;
  }

  /** Bytes that the window may still have. */
  get room(): number {
    return this.#limits.maxInflatedBytes - this.#before.bytes - this.size;
  }

  /** The builder of the next part of the same window. `bytes` is added to what the window has had. */
  next(bytes = 0): BlockBuilder {
    const events = this.#before.events + this.count;
    const before = { events, bytes: this.#before.bytes + this.size + bytes };
    return new BlockBuilder(this.#announced + this.#before.events, this.#limits, before);
  }

  /** Announced length of the J frame at the source's offset, if it is larger than an event may be. */
  oversized(source: Source): number | undefined {
    if (!has(source, jsonHeader)) return undefined;
    const length = uint32(source.bytes, source.at + 6);
    if (length <= this.#limits.maxEventBytes) return undefined;
    this.#checkRoom(source, length);
    return length;
  }

  /** Bytes of memory that the window holds besides the payload. */
  get heldBytes(): number {
    return this.#owned + this.#spans.byteLength;
  }

  /**
   * Takes the complete J frames that follow in the source, at most as many as were announced. Returns false if the first
   * one is incomplete. The loop runs once for each event, so it creates no objects and leaves errors to `#checkJson`.
   */
  takeJson(source: Source | PayloadSource): boolean {
    const { bytes, at: from } = source;
    const announced = this.#announced;
    const { maxEventBytes } = this.#limits;
    const end = Math.min(source.end, from + this.room);
    const shift = this.size - from;
    let spans = this.#spans;
    let count = this.count;
    let at = from;
    let last = from;
    while (count < announced && end - at >= jsonHeader) {
      if (bytes[at + 1] !== kinds.json || !isVersion(bytes[at]!)) break;
      const begin = at + jsonHeader;
      const length = uint32(bytes, at + 6);
      if (length > maxEventBytes || length > end - begin) break;
      if (spans.length === 2 * count) spans = this.#widen();
      spans[2 * count] = begin + shift;
      spans[2 * count + 1] = begin + shift + length;
      count += 1;
      last = at;
      at = begin + length;
    }
    if (at === from) return this.#checkJson(source);
    this.count = count;
    this.lastSequence = uint32(bytes, last + 2);
    this.#addSegment(source, at);
    return true;
  }

  /** Takes one event whose document was built from other bytes, such as a D frame. */
  takeDocument(document: Buffer, sequence: number): void {
    const spans = this.#spans.length === 2 * this.count ? this.#widen() : this.#spans;
    spans[2 * this.count] = this.size;
    spans[2 * this.count + 1] = this.size + document.length;
    this.count += 1;
    this.lastSequence = sequence;
    this.#own(document);
    this.size += document.length;
  }

  /** Builds the block. `payload` contains the received bytes to which segments refer. */
  build(payload: Buffer): EventBlock {
    const parts = this.#segments.map((part) =>
      Buffer.isBuffer(part) ? part : payload.subarray(part.from, part.to),
    );
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    return { bytes, spans: this.#spans.subarray(0, 2 * this.count), count: this.count };
  }

  /** Throws if the next J frame makes the window too large; returns false if it is incomplete. */
  #checkJson(source: Source): false {
    if (!has(source, jsonHeader)) return false;
    const length = uint32(source.bytes, source.at + 6);
    this.#checkRoom(source, length);
    return false;
  }

  #checkRoom(source: Source, length: number): void {
    if (jsonHeader + length > this.room)
      throw limitError(
        `The event at ${offsetIn(source)} announces ${length} bytes and makes its window too large`,
        'maxInflatedBytes',
        this.#limits,
      );
  }

  #addSegment(source: Source | PayloadSource, to: number): void {
    const { at } = source;
    const last = this.#segments.at(-1);
    this.size += to - at;
    source.at = to;
    if (!('start' in source)) this.#own(source.bytes.subarray(at, to));
    else if (last && !Buffer.isBuffer(last) && last.to === at - source.start) last.to = to - source.start;
    else this.#segments.push({ from: at - source.start, to: to - source.start });
  }

  #own(part: Buffer): void {
    this.#segments.push(part);
    this.#owned += part.length;
  }

  #widen(): Uint32Array<ArrayBuffer> {
    const wider = new Uint32Array(2 * this.#spans.length);
    wider.set(this.#spans);
    this.#spans = wider;
    return wider;
  }
}
