import type { Scalar } from '../model.ts';

const QUOTE = 0x22;

/** Node's own decoders, without the checks of `toString`. They are missing from its published types. */
type Slices = Buffer & {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
};

/** The text of a span, as a string of its own: a slice of a larger string would keep the whole block in memory. */
function textOf(bytes: Buffer, start: number, end: number, ascii: boolean): string {
  return ascii ? (bytes as Slices).latin1Slice(start, end) : (bytes as Slices).utf8Slice(start, end);
}

/** Decodes the content of a JSON string, without its quotes. The span must have been walked. */
export function decodeString(bytes: Buffer, start: number, end: number, ascii: boolean): string {
  const text = textOf(bytes, start, end, ascii);
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
}

/** Decodes a walked span that is neither an object nor an array. */
export function decodeScalar(bytes: Buffer, start: number, end: number, ascii: boolean): Scalar {
  switch (bytes[start]) {
    case QUOTE:
      return decodeString(bytes, start + 1, end - 1, ascii);
    case 0x74:
      return true;
    case 0x66:
      return false;
    case 0x6e:
      return null;
    default:
      return Number(textOf(bytes, start, end, true));
  }
}

/**
 * Remembers the offsets of long values in the current block, so that a value that is repeated byte for byte is compared,
 * eight bytes at a time, instead of being walked. Shippers repeat `agent`, `host` and `@metadata` in every event, with their
 * keys in a few (`agent`: 6) to a few hundred (`host`: 392) orders. It keeps offsets and no copies, so it holds no memory
 * beyond its block.
 */
export class RepeatedValues {
  readonly #starts = new Int32Array(SLOTS);
  readonly #lengths = new Int32Array(SLOTS);
  #view: DataView = new DataView(new ArrayBuffer(0));

  open(bytes: Buffer): void {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#lengths.fill(0);
  }

  /** The slot of a value, computed from a sample of its bytes. Of different values in one slot only the last is remembered. */
  slotOf(bytes: Uint8Array, at: number, end: number): number {
    if (at + 24 >= end) return 0;
    let hash = bytes[at + 3]! + bytes[at + 12]! * 7 + bytes[at + 18]! * 31 + bytes[at + 23]! * 131;
    if (at + 64 < end) hash += bytes[at + 31]! * 17 + bytes[at + 47]! * 257 + bytes[at + 63]! * 1031;
    if (at + 200 < end) hash += bytes[at + 98]! * 71 + bytes[at + 150]! * 331 + bytes[at + 199]! * 1033;
    return hash & (SLOTS - 1);
  }

  /** Offset behind the value at `at` if it equals the value in the slot; otherwise -1. */
  skip(slot: number, at: number, end: number): number {
    const length = this.#lengths[slot]!;
    if (length === 0 || at + length >= end) return -1;
    return this.#same(this.#starts[slot]!, at, length) ? at + length : -1;
  }

  startOf(slot: number): number {
    return this.#starts[slot]!;
  }

  remember(slot: number, start: number, end: number): void {
    this.#starts[slot] = start;
    this.#lengths[slot] = end - start;
  }

  /** Compares as floating-point numbers: the one value unequal to itself, NaN, then only costs the walk it would have saved; zeros that differ in sign need eight NULs or so, which no walked value holds. */
  #same(one: number, other: number, length: number): boolean {
    const view = this.#view;
    let i = 0;
    // Little-endian, as processors are: the other order would cost a swap for each.
    for (; i + 8 <= length; i += 8)
      if (view.getFloat64(one + i, true) !== view.getFloat64(other + i, true)) return false;
    for (; i < length; i += 1) if (view.getUint8(one + i) !== view.getUint8(other + i)) return false;
    return true;
  }
}

const SLOTS = 2048;

/** Longer texts are rarely repeated. */
const LONGEST = 256;

/**
 * Decodes values of one block. A repeated string, such as the path of a log file, is not decoded again: the same string
 * object is returned, whose hash is computed only once.
 */
export class RepeatedTexts {
  readonly #seen = new RepeatedValues();
  readonly #texts: string[] = [];

  open(bytes: Buffer): void {
    this.#seen.open(bytes);
  }

  decode(bytes: Buffer, start: number, end: number, ascii: boolean): Scalar {
    if (bytes[start] !== QUOTE || end - start > LONGEST) return decodeScalar(bytes, start, end, ascii);
    const slot = this.#seen.slotOf(bytes, start, end);
    if (this.#seen.skip(slot, start, end + 1) === end) return this.#texts[slot]!;
    const text = decodeScalar(bytes, start, end, ascii) as string;
    this.#seen.remember(slot, start, end);
    this.#texts[slot] = text;
    return text;
  }
}
