import type { EventBlock } from '../model.ts';
import { skipColon, skipSpace, skipString, traits } from './json-text.ts';
import { cover, fieldPath, mayCover } from './lookup.ts';
import { decodeString } from './repeated-values.ts';
import { ENTRY, Walker } from './walker.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Beats begin every event with this. */
const timestampFirst = Buffer.from('{"@timestamp":"');
const timestamp = fieldPath('@timestamp');
/** In a string its quotes would be escaped. */
const offsetKey = Buffer.from('"offset":');

/** Added to the seed, so that `"1"`, `1` and `[1]` have different hashes. */
const kinds = { raw: 1, text: 2, literal: 3, object: 4, array: 5 };

/**
 * Computes identities of events. Events that are the same JSON object have the same identity, however they are written: the
 * hash does not depend on the order of keys, at any level, nor on white space or escapes. Numbers are hashed by their text,
 * so that two that differ only in digits that a float cannot hold stay different. Bytes that are not JSON are hashed as they
 * are. Identities are not stable across releases and not stored.
 */
export class Identifier {
  readonly #walker = new Walker();
  readonly #seed: number;
  #block: EventBlock = nothing;
  #bytes = nothing.bytes;
  #end = 0;
  /** The hash of the value read last, in two halves. */
  #a = 0;
  #b = 0;
  /** Hashes of objects that the block repeats byte for byte, by the offset of the first occurrence: shippers send `host` in every event. */
  readonly #repeated = new Map<number, { a: number; b: number }>();

  /** `seed` is secret, so that no sender can craft an event with the identity of another. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  open(block: EventBlock): void {
    this.#block = block;
    this.#bytes = block.bytes;
    this.#walker.open(block.bytes);
    this.#repeated.clear();
  }

  /** Releases the block. */
  close(): void {
    this.open(nothing);
  }

  /** The identity of an event: 53 bits, so that a number holds it exactly. */
  of(index: number): number {
    const [start, end] = this.#span(index);
    if (this.#walker.walk(start, end) === 'malformed') this.#hash(this.#bytes, start, end, kinds.raw);
    else this.#event();
    return (this.#a >>> 0) * 2 ** 21 + (this.#b >>> 11);
  }

  /** The mark of an event, 32 bits: a hash of its `@timestamp` alone, computed at low cost. 0 if it has none. */
  markOf(index: number): number {
    const [start, end] = this.#span(index);
    const bytes = this.#bytes;
    const value = start + timestampFirst.length;
    if (value < end && beginsWithTimestamp(bytes, start)) return this.#markAt(value, end);
    if (this.#walker.walk(start, end) === 'malformed') return 0;
    const { entries, count } = this.#walker;
    for (let place = 0; place < count * ENTRY; place += ENTRY) {
      const key = entries[place]!;
      if (!mayCover(bytes, key, timestamp)) continue;
      if (cover(bytes, key, entries[place + 1]!, timestamp, 0) !== timestamp.bytes.length) continue;
      const at = entries[place + 2]!;
      return bytes[at] === QUOTE ? this.#markAt(at + 1, end) : 0;
    }
    return 0;
  }

  /** Whether the event has a member `offset` at any level, as Beats and logboom write the place of a line in its file. */
  isPlaced(index: number): boolean {
    const [start, end] = this.#span(index);
    return this.#bytes.subarray(start, end).includes(offsetKey);
  }

  #span(index: number): [start: number, end: number] {
    const { spans } = this.#block;
    return [spans[2 * index]!, spans[2 * index + 1]!];
  }

  #markAt(from: number, end: number): number {
    let mark = this.#seed;
    for (let at = from; at < end && this.#bytes[at] !== QUOTE; at += 1)
      mark = Math.imul(mark ^ this.#bytes[at]!, 0x9e3779b1);
    return mark === 0 ? 1 : mark >>> 0;
  }

  /** Hashes the walked event as `#object` does, by the members that the walker has found. */
  #event(): void {
    const { entries, count, end } = this.#walker;
    this.#end = end;
    let a = kinds.object;
    let b = kinds.object;
    for (let place = 0; place < count * ENTRY; place += ENTRY) {
      this.#text(entries[place]! - 1);
      const [keyA, keyB] = [this.#a, this.#b];
      this.#member(entries[place + 2]!, entries[place + 4]!);
      this.#finish(Math.imul(keyA, 0x85ebca6b) + this.#a, Math.imul(keyB, 0xc2b2ae35) + this.#b);
      a = (a + this.#a) | 0;
      b = (b + this.#b) | 0;
    }
    this.#finish(a, b);
  }

  /** Hashes a member's value. `origin` is the offset of its first occurrence. */
  #member(value: number, origin: number): void {
    const known = origin === value ? undefined : this.#repeated.get(origin);
    if (known !== undefined) {
      this.#a = known.a;
      this.#b = known.b;
      return;
    }
    this.#value(value);
    if (origin !== value) this.#repeated.set(origin, { a: this.#a, b: this.#b });
  }

  /** Hashes a value of a walked document and returns the offset behind it. */
  #value(at: number): number {
    switch (this.#bytes[at]) {
      case QUOTE:
        return this.#text(at);
      case OPEN_BRACE:
        return this.#object(at);
      case OPEN_BRACKET:
        return this.#array(at);
      default:
        return this.#literal(at);
    }
  }

  #text(at: number): number {
    traits.escape = false;
    const after = skipString(this.#bytes, at + 1, this.#end);
    if (traits.escape) {
      const text = Buffer.from(decodeString(this.#bytes, at + 1, after - 1, false));
      this.#hash(text, 0, text.length, kinds.text);
    } else this.#hash(this.#bytes, at + 1, after - 1, kinds.text);
    return after;
  }

  #literal(from: number): number {
    let at = from;
    while (isLiteral(this.#bytes[at]!)) at += 1;
    this.#hash(this.#bytes, from, at, kinds.literal);
    return at;
  }

  /** The hashes of members are added, so their order does not matter. */
  #object(from: number): number {
    let a = kinds.object;
    let b = kinds.object;
    let at = this.#skip(from + 1);
    while (this.#bytes[at] !== CLOSE_BRACE) {
      at = skipColon(this.#bytes, this.#text(at), this.#end);
      const [keyA, keyB] = [this.#a, this.#b];
      at = this.#next(this.#value(at));
      this.#finish(Math.imul(keyA, 0x85ebca6b) + this.#a, Math.imul(keyB, 0xc2b2ae35) + this.#b);
      a = (a + this.#a) | 0;
      b = (b + this.#b) | 0;
    }
    this.#finish(a, b);
    return at + 1;
  }

  #array(from: number): number {
    let a = kinds.array;
    let b = kinds.array;
    let at = this.#skip(from + 1);
    while (this.#bytes[at] !== CLOSE_BRACKET) {
      at = this.#next(this.#value(at));
      a = Math.imul(a ^ this.#a, 0x9e3779b1);
      b = Math.imul(b ^ this.#b, 0x5f356495);
    }
    this.#finish(a, b);
    return at + 1;
  }

  #skip(at: number): number {
    return skipSpace(this.#bytes, at, this.#end);
  }

  #next(after: number): number {
    const at = this.#skip(after);
    return this.#bytes[at] === COMMA ? this.#skip(at + 1) : at;
  }

  #hash(bytes: Uint8Array, from: number, to: number, kind: number): void {
    let a = this.#seed ^ kind;
    let b = ~this.#seed ^ kind;
    for (let at = from; at < to; at += 1) {
      const byte = bytes[at]!;
      a = Math.imul(a ^ byte, 0x9e3779b1);
      b = Math.imul(b ^ byte, 0x5f356495);
    }
    this.#finish(a, b);
  }

  /** Mixes both halves, so that every bit depends on all bits. */
  #finish(a: number, b: number): void {
    let x = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
    const y = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) ^ y;
    this.#a = x ^ (x >>> 16);
    this.#b = y ^ (y >>> 15);
  }
}

const nothing: EventBlock = { bytes: Buffer.alloc(0), spans: new Uint32Array(0), count: 0 };

/** A comparison by the runtime costs several times as much as this one of 15 bytes. */
function beginsWithTimestamp(bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < timestampFirst.length; i += 1) if (bytes[start + i] !== timestampFirst[i]) return false;
  return true;
}

/** Numbers, `true`, `false` and `null` contain none of these bytes and end before one. */
const isLiteral = (byte: number) =>
  byte > 0x20 && byte !== COMMA && byte !== CLOSE_BRACE && byte !== CLOSE_BRACKET;
