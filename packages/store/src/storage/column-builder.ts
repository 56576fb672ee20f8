import type { KnownValue } from '../spans/known-values.ts';
import type { Column, NumberColumn, TermColumn } from './column.ts';
import { Growing } from './growing.ts';
import { TermTable } from './term-table.ts';

/**
 * Collects the values of one field of an open segment and makes a column of them.
 *
 * Documents are added in ascending order; the values of one document come in a row. A builder only
 * grows: a deleted document keeps its values, and the segment's live set hides them.
 */
export interface ColumnBuilder {
  /** Adds one value of a document. Amortised O(1); for text, O(tokens). */
  add(doc: number, value: number | string): void;
  /**
   * Adds a text that is the span of a JSON string without escapes; for a text field it may have escapes of one letter. `hash` is that of
   * `hashOf`.
   */
  addSpan?(doc: number, bytes: Buffer, start: number, end: number, hash: number): void;
  /** Adds a value that is likely to have been added before. */
  addKnown?(doc: number, known: KnownValue): void;
  /**
   * The column of the first `size` documents, as a copy of its own. It may be called again after
   * further values. O(n), and O(n log n) in distinct strings.
   */
  build(size: number): Column;
  /** Gives the memory back. The builder must not be used any more; its columns may be. */
  drop(): void;
}

/**
 * The column's `starts`, or undefined where no document has more than one value. It is a running
 * sum of the counts per document.
 */
function startsOf(docs: Uint16Array, size: number): Uint32Array | undefined {
  let several = false;
  for (let at = 1; at < docs.length && !several; at++) several = docs[at] === docs[at - 1];
  if (!several) return undefined;
  const starts = new Uint32Array(size + 1);
  for (const doc of docs) starts[doc + 1]! += 1;
  for (let doc = 0; doc < size; doc++) starts[doc + 1]! += starts[doc]!;
  return starts;
}

/**
 * Builds the columns of numbers, dates and booleans. Values keep the order of the document,
 * repeated ones included, as Lucene's sorted numeric doc values keep repeats.
 */
export class NumberBuilder implements ColumnBuilder {
  readonly #docs = new Growing(Uint16Array);
  readonly #values = new Growing(Float64Array);

  add(doc: number, value: number): void {
    this.#docs.push(doc);
    this.#values.push(value);
  }

  drop(): void {
    this.#docs.drop();
    this.#values.drop();
  }

  build(size: number): NumberColumn {
    const docs = this.#docs.items;
    const found = this.#values.items;
    const starts = startsOf(docs, size);
    const values = starts ? found.slice() : new Float64Array(size).fill(Number.NaN);
    if (!starts) for (let at = 0; at < docs.length; at++) values[docs[at]!] = found[at]!;
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    for (const value of found) {
      if (value < min) min = value;
      if (value > max) max = value;
    }
    return { kind: 'number', starts, values, min, max };
  }
}

/**
 * The narrowest array that holds ordinals up to `highest`. The codec relies on the same rule when
 * it reads a column: the width is not stored.
 */
export function ordinalArray(highest: number, length: number): TermColumn['ordinals'] {
  if (highest < 256) return new Uint8Array(length);
  return highest < 65_536 ? new Uint16Array(length) : new Uint32Array(length);
}

let builders = 0;

/**
 * Builds the columns of keywords, addresses and flattened fields. A document has each term at most
 * once.
 */
export class TermBuilder implements ColumnBuilder {
  readonly #id = ++builders;
  readonly #docs = new Growing(Uint16Array);
  readonly #numbers = new Growing(Uint32Array);
  readonly #terms = new TermTable();
  #lastDoc = -1;
  #lastStart = 0;

  add(doc: number, value: string): void {
    this.#enter(doc, this.#terms.numberOfText(value));
  }

  addSpan(doc: number, bytes: Buffer, start: number, end: number, hash: number): void {
    this.#enter(doc, this.#terms.numberOf(bytes, start, end, hash));
  }

  addKnown(doc: number, known: KnownValue): void {
    if (known.builder !== this.#id) {
      const { value, bytes, start, end, hash } = known;
      known.number =
        value === undefined
          ? this.#terms.numberOf(bytes, start, end, hash)
          : this.#terms.numberOfText(String(value));
      known.builder = this.#id;
    }
    this.#enter(doc, known.number);
  }

  #enter(doc: number, number: number): void {
    if (doc !== this.#lastDoc) this.#lastStart = this.#numbers.length;
    // A document has a term at most once: `["a", "a"]` counts once.
    else if (this.#has(number)) return;
    this.#lastDoc = doc;
    this.#docs.push(doc);
    this.#numbers.push(number);
  }

  drop(): void {
    this.#docs.drop();
    this.#numbers.drop();
    this.#terms.drop();
  }

  build(size: number): TermColumn {
    const { table, rank } = this.#terms.sorted();
    const docs = this.#docs.items;
    const numbers = this.#numbers.items;
    const starts = startsOf(docs, size);
    const ordinals = ordinalArray(table.size, starts ? docs.length : size);
    for (let at = 0; at < docs.length; at++) ordinals[starts ? at : docs[at]!] = rank[numbers[at]!]! + 1;
    return { kind: 'term', starts, ordinals, terms: table };
  }

  /**
   * Whether the document that is being added has the term already. Linear in the terms of that one
   * document.
   */
  #has(number: number): boolean {
    for (let at = this.#lastStart; at < this.#numbers.length; at++)
      if (this.#numbers.at(at) === number) return true;
    return false;
  }
}
