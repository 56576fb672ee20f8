import { tokenize } from '../mapping/analyzer.ts';
import type { Column, NumberColumn, TermColumn, TextColumn } from './column.ts';
import { StringTable } from './string-table.ts';

/** Takes the values of one field as documents come, in their order, and gives a column of them at any time. */
export interface ColumnBuilder {
  add(doc: number, value: number | string): void;
  /** The column of the first `size` documents. */
  build(size: number): Column;
}

/** Where each document's values begin, or undefined where none has more than one. */
function startsOf(docs: number[], size: number): Uint32Array | undefined {
  let several = false;
  for (let at = 1; at < docs.length && !several; at++) several = docs[at] === docs[at - 1];
  if (!several) return undefined;
  const starts = new Uint32Array(size + 1);
  for (const doc of docs) starts[doc + 1]! += 1;
  for (let doc = 0; doc < size; doc++) starts[doc + 1]! += starts[doc]!;
  return starts;
}

export class NumberBuilder implements ColumnBuilder {
  readonly #docs: number[] = [];
  readonly #values: number[] = [];

  add(doc: number, value: number): void {
    this.#docs.push(doc);
    this.#values.push(value);
  }

  build(size: number): NumberColumn {
    const starts = startsOf(this.#docs, size);
    const values = starts ? Float64Array.from(this.#values) : new Float64Array(size).fill(Number.NaN);
    if (!starts) for (const [at, doc] of this.#docs.entries()) values[doc] = this.#values[at]!;
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    for (const value of this.#values) {
      if (value < min) min = value;
      if (value > max) max = value;
    }
    return { kind: 'number', starts, values, min, max };
  }
}

export function ordinalArray(highest: number, length: number): TermColumn['ordinals'] {
  if (highest < 256) return new Uint8Array(length);
  return highest < 65_536 ? new Uint16Array(length) : new Uint32Array(length);
}

/** The numbers 0..n of strings in order of arrival, to their places (from 0) in sorted order. */
function ranks(strings: string[]): { sorted: string[]; rank: Uint32Array } {
  const sorted = strings.slice().sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const places = new Map<string, number>();
  for (let at = 0; at < sorted.length; at++) places.set(sorted[at]!, at);
  const rank = new Uint32Array(strings.length);
  for (let at = 0; at < strings.length; at++) rank[at] = places.get(strings[at]!)!;
  return { sorted, rank };
}

export class TermBuilder implements ColumnBuilder {
  readonly #docs: number[] = [];
  readonly #numbers: number[] = [];
  readonly #known = new Map<string, number>();
  #lastDoc = -1;
  #lastStart = 0;

  add(doc: number, value: string): void {
    const number = this.#known.get(value) ?? this.#known.size;
    if (number === this.#known.size) this.#known.set(value, number);
    if (doc !== this.#lastDoc) this.#lastStart = this.#numbers.length;
    // A document has a term or has it not: `["a", "a"]` counts once.
    else if (this.#numbers.indexOf(number, this.#lastStart) !== -1) return;
    this.#lastDoc = doc;
    this.#docs.push(doc);
    this.#numbers.push(number);
  }

  build(size: number): TermColumn {
    const { sorted, rank } = ranks([...this.#known.keys()]);
    const starts = startsOf(this.#docs, size);
    const ordinals = ordinalArray(sorted.length, starts ? this.#docs.length : size);
    for (let at = 0; at < this.#docs.length; at++)
      ordinals[starts ? at : this.#docs[at]!] = rank[this.#numbers[at]!]! + 1;
    return { kind: 'term', starts, ordinals, terms: StringTable.of(sorted) };
  }
}

/** One token's documents so far; two small arrays a token are cheaper than sorting all pairs at the end. */
interface Posting {
  docs: number[];
  frequencies: number[];
}

export class TextBuilder implements ColumnBuilder {
  readonly #postings = new Map<string, Posting>();
  readonly #lengths: number[] = [];
  #doc = 0;
  #length = 0;
  #entries = 0;
  readonly #emit = (token: string) => {
    this.#length++;
    const posting = this.#postings.get(token);
    if (!posting) this.#postings.set(token, { docs: [this.#doc], frequencies: [1] });
    else if (posting.docs[posting.docs.length - 1] === this.#doc) {
      posting.frequencies[posting.frequencies.length - 1]! += 1;
      return;
    } else {
      posting.docs.push(this.#doc);
      posting.frequencies.push(1);
    }
    this.#entries++;
  };

  add(doc: number, value: string): void {
    this.#doc = doc;
    this.#length = 0;
    tokenize(value, this.#emit);
    while (this.#lengths.length < doc) this.#lengths.push(0);
    // One more than the tokens: an empty text is there, and has none.
    this.#lengths[doc] = (this.#lengths[doc] || 1) + this.#length;
  }

  build(size: number): TextColumn {
    const sorted = [...this.#postings.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const offsets = new Uint32Array(sorted.length + 1);
    const docs = new Uint16Array(this.#entries);
    const frequencies = new Uint8Array(this.#entries);
    let at = 0;
    for (let token = 0; token < sorted.length; token++) {
      const posting = this.#postings.get(sorted[token]!)!;
      for (let place = 0; place < posting.docs.length; place++, at++) {
        docs[at] = posting.docs[place]!;
        frequencies[at] = Math.min(posting.frequencies[place]!, 255);
      }
      offsets[token + 1] = at;
    }
    const lengths = new Uint32Array(size);
    lengths.set(this.#lengths.slice(0, size));
    return { kind: 'text', tokens: StringTable.of(sorted), offsets, docs, frequencies, lengths };
  }
}
