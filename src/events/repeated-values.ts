import type { Scalar } from '../model.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;

/** Node's own decoders, without the checks of `toString`. They are missing from its published types. */
type Slices = Buffer & {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
};

/** The text of a span, as a string of its own: a slice of a larger string would keep the whole block in memory. */
export function plainText(bytes: Buffer, start: number, end: number, ascii: boolean): string {
  return ascii ? (bytes as Slices).latin1Slice(start, end) : (bytes as Slices).utf8Slice(start, end);
}

/** Decodes the content of a JSON string, without its quotes. The span must have been walked. */
export function decodeString(bytes: Buffer, start: number, end: number, ascii: boolean): string {
  const text = plainText(bytes, start, end, ascii);
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
      return Number(plainText(bytes, start, end, true));
  }
}

/**
 * Remembers the offsets of long values in the current block, so that a value that is repeated byte for byte is compared,
 * eight bytes at a time, instead of being walked. Shippers repeat `agent`, `host` and `@metadata` in every event, with their
 * keys in a few (`agent`: 6) to a few hundred (`host`: 392) orders. It keeps offsets and no copies, so it holds no memory
 * beyond its block.
 */
export class RepeatedValues {
  readonly #starts = new Int32Array(SLOTS + SHORT_SLOTS);
  readonly #lengths = new Int32Array(SLOTS + SHORT_SLOTS);
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

  /** The slot of a value that may be of up to `SHORT` bytes: the sample of `slotOf` would reach into what follows it, which changes. */
  shortSlotOf(bytes: Uint8Array, at: number, end: number): number {
    if (at + 18 >= end) return SLOTS;
    const hash =
      bytes[at + 2]! + bytes[at + 4]! * 3 + bytes[at + 8]! * 7 + bytes[at + 12]! * 31 + bytes[at + 17]! * 131;
    return SLOTS + (hash & (SHORT_SLOTS - 1));
  }

  /** Offset behind the value at `at` if it equals the value in the slot; otherwise -1. */
  skip(slot: number, at: number, end: number): number {
    const length = this.#lengths[slot]!;
    if (length === 0 || at + length >= end) return -1;
    return areSame(this.#view, this.#starts[slot]!, at, length) ? at + length : -1;
  }

  startOf(slot: number): number {
    return this.#starts[slot]!;
  }

  remember(slot: number, start: number, end: number): void {
    this.#starts[slot] = start;
    this.#lengths[slot] = end - start;
  }
}

/** Compares as floating-point numbers: the one value unequal to itself, NaN, then only costs the walk it would have saved; zeros that differ in sign need eight NULs or so, which no walked value holds. */
function areSame(view: DataView, one: number, other: number, length: number): boolean {
  let i = 0;
  // Little-endian, as processors are: the other order would cost a swap for each.
  for (; i + 8 <= length; i += 8)
    if (view.getFloat64(one + i, true) !== view.getFloat64(other + i, true)) return false;
  for (; i < length; i += 1) if (view.getUint8(one + i) !== view.getUint8(other + i)) return false;
  return true;
}

const SLOTS = 2048;
const SHORT_SLOTS = 256;
/** Values of up to so many bytes are in slots of their own. */
export const SHORT = 64;

const ALIKE_SLOTS = 32;

const BACKSLASH = 0x5c;
const COLON = 0x3a;
const ZERO = 0x30;
const isDigit = (byte: number) => byte >= ZERO && byte <= 0x39;

/**
 * Remembers objects of the current block whose first or last member is a whole number, such as `log` with its `offset`. An object
 * that equals one of them but for the digits of that number has the same members, so it is compared instead of being walked.
 */
export class AlikeObjects {
  readonly #starts = new Int32Array(ALIKE_SLOTS);
  /** Of each object, the bytes before the number, and those behind it. 0: the slot is empty. */
  readonly #before = new Int32Array(ALIKE_SLOTS);
  readonly #behind = new Int32Array(ALIKE_SLOTS);
  readonly #ends = new Int32Array(ALIKE_SLOTS);
  #view: DataView = new DataView(new ArrayBuffer(0));

  open(bytes: Buffer): void {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#before.fill(0);
  }

  /** The slot of an object, by its first key. */
  slotOf(bytes: Uint8Array, at: number, end: number): number {
    return at + 8 < end ? (bytes[at + 2]! + bytes[at + 3]! * 5 + bytes[at + 5]! * 3) & (ALIKE_SLOTS - 1) : 0;
  }

  /** Offset behind the object at `at` if it equals the one in the slot but for the digits of its number; otherwise -1. */
  skip(slot: number, bytes: Uint8Array, at: number, end: number): number {
    const before = this.#before[slot]!;
    const behind = this.#behind[slot]!;
    if (before === 0 || at + before + behind >= end) return -1;
    if (!areSame(this.#view, this.#starts[slot]!, at, before)) return -1;
    const digits = at + before;
    let after = digits;
    while (after < end && isDigit(bytes[after]!)) after += 1;
    // JSON has no numbers with leading zeros.
    if (after === digits || (bytes[digits] === ZERO && after > digits + 1) || after + behind > end) return -1;
    return areSame(this.#view, this.#ends[slot]! - behind, after, behind) ? after + behind : -1;
  }

  startOf(slot: number): number {
    return this.#starts[slot]!;
  }

  /** Remembers a walked object, if it has such a number. */
  remember(slot: number, bytes: Uint8Array, start: number, end: number): void {
    let from = firstValue(bytes, start, end);
    let to = from;
    while (isDigit(bytes[to]!)) to += 1;
    if (to === from || bytes[to] !== COMMA) {
      to = end - 1;
      from = to;
      while (isDigit(bytes[from - 1]!)) from -= 1;
      if (from === to || bytes[from - 1] !== COLON) return;
    }
    this.#starts[slot] = start;
    this.#before[slot] = from - start;
    this.#behind[slot] = end - to;
    this.#ends[slot] = end;
  }
}

/** Offset of the first value of a walked object; that of the object if its first key has escapes, or is set off by spaces. */
function firstValue(bytes: Uint8Array, start: number, end: number): number {
  let at = start + 1;
  if (bytes[at] !== QUOTE) return start;
  do at += 1;
  while (at < end && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH);
  return bytes[at] === QUOTE && bytes[at + 1] === COLON ? at + 2 : start;
}

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
