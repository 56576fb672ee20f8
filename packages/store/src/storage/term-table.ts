import { hashOf } from '../spans/span-dictionary.ts';
import { StringTable } from './string-table.ts';
import { TermOrder } from './term-order.ts';
import { giveBack, memoryOf } from './used-memory.ts';

/** Slots that are looked at. What would lie farther away, because somebody made texts with equal hashes, is found by its text. */
const mostProbes = 64;
/** From this byte on the order of bytes is not that of UTF-16 code units: a pair of surrogates is before U+E000. */
const firstUnordered = 0xee;
/** Bytes. Texts up to a third of it are encoded in one buffer. */
const usualSize = 1_024;

const encoded = Buffer.allocUnsafeSlow(usualSize);

/**
 * Numbers distinct texts in the order of their arrival. It keeps them as bytes (UTF-8): strings take more memory and more time, and a column
 * holds bytes in the end.
 */
export class TermTable {
  size = 0;
  /** For each slot the number of a text plus one; 0 where it is empty. */
  #slots = new Uint32Array(memoryOf(128)).fill(0);
  #hashes = new Int32Array(memoryOf(64));
  /** Where each text begins, and one more: where the last one ends. */
  #starts = new Uint32Array(memoryOf(128)).fill(0, 0, 1);
  #bytes = new Uint8Array(memoryOf(256));
  #highest = 0;
  /** Texts that found no slot. */
  readonly #others = new Map<string, number>();

  /** The number of a span, whose hash is that of `hashOf`. Bytes that are not UTF-8 stand for U+FFFD. */
  numberOf(bytes: Buffer, start: number, end: number, hash: number): number {
    const known = this.#find(bytes, start, end, hash);
    if (known !== -1) return known;
    for (let at = start; at < end; at++)
      if (bytes[at]! > 0x7f) return this.numberOfText(bytes.toString('utf8', start, end));
    return this.#add(bytes, start, end, hash);
  }

  numberOfText(text: string): number {
    if (3 * text.length > usualSize) return this.#numberOfBytes(Buffer.from(text));
    let length = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code < 0x80) encoded[length++] = code;
      else if (isSurrogate(code)) return this.#numberOfBytes(Buffer.from(text));
      else length = putWide(code, length);
    }
    return this.#numberOfBytes(encoded, length);
  }

  /** Gives the memory back. The table must not be used any more. */
  drop(): void {
    for (const { buffer } of [this.#slots, this.#hashes, this.#starts, this.#bytes]) giveBack(buffer);
    this.#slots = new Uint32Array(0);
    this.#hashes = new Int32Array(0);
    this.#starts = new Uint32Array(0);
    this.#bytes = new Uint8Array(0);
  }

  #numberOfBytes(bytes: Buffer, end = bytes.length): number {
    const hash = hashOf(bytes, 0, end);
    const known = this.#find(bytes, 0, end, hash);
    return known === -1 ? this.#add(bytes, 0, end, hash) : known;
  }

  /** The texts in the order of UTF-16 code units, and the place of each by its number. */
  sorted(): { table: StringTable; rank: Uint32Array } {
    const order = this.#order();
    const [starts, bytes] = [this.#starts, this.#bytes];
    const rank = new Uint32Array(this.size);
    const offsets = new Uint32Array(this.size + 1);
    const blob = Buffer.allocUnsafeSlow(starts[this.size]!);
    let at = 0;
    for (let place = 0; place < order.length; place++) {
      const number = order[place]!;
      rank[number] = place;
      for (let from = starts[number]!; from < starts[number + 1]!; from++) blob[at++] = bytes[from]!;
      offsets[place + 1] = at;
    }
    return { table: new StringTable(blob, offsets), rank };
  }

  #order(): Uint32Array {
    if (this.#highest < firstUnordered) return new TermOrder(this.#bytes, this.#starts, this.size).sort();
    const texts = Array.from({ length: this.size }, (_, number) => this.#textOf(number));
    return Uint32Array.from(texts.keys()).sort((a, b) => (texts[a]! < texts[b]! ? -1 : 1));
  }

  #textOf(number: number): string {
    const { buffer } = this.#bytes;
    const start = this.#starts[number]!;
    return Buffer.from(buffer, start, this.#starts[number + 1]! - start).toString();
  }

  /** -1 for a text that is not there. */
  #find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = slotOf(hash) & mask;
    for (let probes = 0; probes < mostProbes; probes++, slot = (slot + 1) & mask) {
      const number = slots[slot]! - 1;
      if (number === -1) break;
      if (this.#hashes[number] === hash && this.#equals(number, bytes, start, end)) return number;
    }
    if (this.#others.size === 0) return -1;
    return this.#others.get(bytesAsText(bytes, start, end)) ?? -1;
  }

  #equals(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[number]!;
    const length = end - start;
    if (this.#starts[number + 1]! - from !== length) return false;
    const own = this.#bytes;
    for (let at = 0; at < length; at++) if (own[from + at] !== bytes[start + at]) return false;
    return true;
  }

  #add(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const number = this.size;
    const from = this.#starts[number]!;
    const length = end - start;
    if (from + length > this.#bytes.length)
      this.#bytes = moved(this.#bytes, new Uint8Array(memoryOf(from + length)));
    const own = this.#bytes;
    for (let at = 0; at < length; at++) {
      const byte = bytes[start + at]!;
      own[from + at] = byte;
      if (byte > this.#highest) this.#highest = byte;
    }
    if (number === this.#hashes.length)
      this.#hashes = moved(this.#hashes, new Int32Array(memoryOf(8 * number)));
    if (number + 1 === this.#starts.length)
      this.#starts = moved(this.#starts, new Uint32Array(memoryOf(8 * (number + 1))));
    this.#hashes[number] = hash;
    this.#starts[number + 1] = from + length;
    this.size += 1;
    if (2 * this.size > this.#slots.length) this.#grow();
    else this.#place(number);
    return number;
  }

  #place(number: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = slotOf(this.#hashes[number]!) & mask;
    for (let probes = 0; probes < mostProbes; probes++, slot = (slot + 1) & mask)
      if (slots[slot] === 0) {
        slots[slot] = number + 1;
        return;
      }
    this.#others.set(bytesAsText(this.#bytes, this.#starts[number]!, this.#starts[number + 1]!), number);
  }

  #grow(): void {
    const { buffer, byteLength } = this.#slots;
    this.#slots = new Uint32Array(memoryOf(2 * byteLength)).fill(0);
    giveBack(buffer);
    this.#others.clear();
    for (let number = 0; number < this.size; number++) this.#place(number);
  }
}

/** Copies numbers into memory that has room for more, and gives theirs back. */
function moved<Numbers extends Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>(
  from: Numbers,
  to: Numbers,
): Numbers {
  to.set(from);
  giveBack(from.buffer);
  return to;
}

const isSurrogate = (code: number): boolean => code >= 0xd800 && code < 0xe000;

/** Encodes a character beyond ASCII at a place of `encoded`. Returns the place behind it. */
function putWide(code: number, place: number): number {
  let at = place;
  if (code < 0x800) encoded[at++] = 0xc0 | (code >> 6);
  else {
    encoded[at++] = 0xe0 | (code >> 12);
    encoded[at++] = 0x80 | ((code >> 6) & 0x3f);
  }
  encoded[at++] = 0x80 | (code & 0x3f);
  return at;
}

/** The bytes one for one, so that different bytes are different texts. */
const bytesAsText = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');

/** Mixes the bits, so that texts which differ in their last letters lie apart. */
function slotOf(hash: number): number {
  const mixed = Math.imul(hash, 0x9e37_79b1);
  return mixed ^ (mixed >>> 15);
}
