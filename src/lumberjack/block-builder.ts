import type { EventBlock } from '../model.ts';
import { limitError, placeIn } from './errors.ts';
import type { Limits } from './frames.ts';
import { has, isVersion, jsonHeader, kinds, type Source, uint32 } from './frames.ts';

/** Received bytes are named by their place in the payload, for their buffer may still move; inflated ones lie still. */
type Stretch = Buffer | { from: number; to: number };

/** Where the bytes of a source lie within the payload: offset in the source less `start`. */
type PayloadSource = Source & { readonly start: number };

/**
 * Collects a window's events into one block. A window that came as bare frames, or in one C, becomes a block over
 * those very bytes, headers between the documents included; only a mixture is copied together.
 */
export class BlockBuilder {
  count = 0;
  /** Sequence number of the last event. It wraps after 2^32 - 1, so it is carried, never computed. */
  lastSequence = 0;
  /** Bytes of the block so far. */
  size = 0;
  readonly #announced: number;
  readonly #limits: Limits;
  readonly #stretches: Stretch[] = [];
  /** Bytes of the stretches that are not the payload's. */
  #owned = 0;
  #spans = new Uint32Array(256);

  constructor(announced: number, limits: Limits) {
    this.#announced = announced;
    this.#limits = limits;
  }

  get complete(): boolean {
    return this.count === this.#announced;
  }

  get missing(): number {
    return this.#announced - this.count;
  }

  /** Memory that this window holds besides the payload. */
  get heldBytes(): number {
    return this.#owned + this.#spans.byteLength;
  }

  /**
   * Takes the J frames from the source's place on that are there whole, as many as were announced. This loop runs
   * once an event, so it makes no object and leaves every refusal to `checkJson`, which looks at where it stopped.
   */
  takeJson(source: Source | PayloadSource): boolean {
    const { bytes, at: from } = source;
    const announced = this.#announced;
    const { maxEventBytes } = this.#limits;
    const end = Math.min(source.end, from + this.#limits.maxInflatedBytes - this.size);
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
    this.#addStretch(source, at);
    return true;
  }

  /** Takes one event that was made from other bytes, such as a D frame. */
  takeDocument(document: Buffer, sequence: number): void {
    const spans = this.#spans.length === 2 * this.count ? this.#widen() : this.#spans;
    spans[2 * this.count] = this.size;
    spans[2 * this.count + 1] = this.size + document.length;
    this.count += 1;
    this.lastSequence = sequence;
    this.#own(document);
    this.size += document.length;
  }

  /** The block, given the payload that the stretches of received bytes lie in. */
  build(payload: Buffer): EventBlock {
    const parts = this.#stretches.map((part) =>
      Buffer.isBuffer(part) ? part : payload.subarray(part.from, part.to),
    );
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    return { bytes, spans: this.#spans.subarray(0, 2 * this.count), count: this.count };
  }

  /** No J frame could be taken: because it is too large, or (false) because it is not all there. */
  #checkJson(source: Source): false {
    if (!has(source, jsonHeader)) return false;
    const length = uint32(source.bytes, source.at + 6);
    const what = `The event at ${placeIn(source)} announces ${length} bytes`;
    if (length > this.#limits.maxEventBytes) throw limitError(what, 'maxEventBytes', this.#limits);
    if (this.size + jsonHeader + length > this.#limits.maxInflatedBytes)
      throw limitError(`${what} and makes its window too large`, 'maxInflatedBytes', this.#limits);
    return false;
  }

  #addStretch(source: Source | PayloadSource, to: number): void {
    const { at } = source;
    const last = this.#stretches.at(-1);
    this.size += to - at;
    source.at = to;
    if (!('start' in source)) this.#own(source.bytes.subarray(at, to));
    else if (last && !Buffer.isBuffer(last) && last.to === at - source.start) last.to = to - source.start;
    else this.#stretches.push({ from: at - source.start, to: to - source.start });
  }

  #own(part: Buffer): void {
    this.#stretches.push(part);
    this.#owned += part.length;
  }

  #widen(): Uint32Array<ArrayBuffer> {
    const wider = new Uint32Array(2 * this.#spans.length);
    wider.set(this.#spans);
    this.#spans = wider;
    return wider;
  }
}
