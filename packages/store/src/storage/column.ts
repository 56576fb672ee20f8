import { type Bits, noBits, setBit } from './bits.ts';
import { StringTable } from './string-table.ts';

/**
 * All values of one numeric field in one segment; dates are milliseconds, booleans 0 and 1.
 *
 * Value number `v` belongs to document `d` where `starts[d] <= v < starts[d + 1]`. Without `starts`
 * every document has at most one value, at the document's own number, and NaN stands for a missing
 * one.
 */
export interface NumberColumn {
  kind: 'number';
  starts: Uint32Array | undefined;
  values: Float64Array;
  /** Least and highest value, infinite (+∞, −∞) where there is none. */
  min: number;
  max: number;
}

/**
 * All terms of one field in one segment. Values are numbered as in a `NumberColumn`; a missing one
 * is ordinal 0.
 *
 * Ordinals count from 1 in the order of `terms`, so comparing ordinals compares terms. This order
 * is that of UTF-16 code units, which differs from Lucene's UTF-8 order only beyond the basic
 * plane.
 */
export interface TermColumn {
  kind: 'term';
  starts: Uint32Array | undefined;
  ordinals: Uint8Array | Uint16Array | Uint32Array;
  terms: StringTable;
}

/**
 * The postings of a text field in one segment: token `t` occurs in the documents `docs[offsets[t]]`
 * to `docs[offsets[t + 1] - 1]`, ascending, each as often as `frequencies` says (255 at the most).
 * There are no positions; phrases are checked against the documents themselves.
 */
export interface TextColumn {
  kind: 'text';
  tokens: StringTable;
  offsets: Uint32Array;
  docs: Uint16Array;
  frequencies: Uint8Array;
  /**
   * Tokens of each document plus one; 0 where the document does not have the field. An empty text
   * has length 1.
   */
  lengths: Uint32Array;
}

export type Column = NumberColumn | TermColumn | TextColumn;

/**
 * The first value number of a document and one past its last. Both are 0 where it has no value.
 * O(1).
 */
export function valuesOf(column: NumberColumn | TermColumn, doc: number): [number, number] {
  if (column.starts) return [column.starts[doc] ?? 0, column.starts[doc + 1] ?? 0];
  const size = column.kind === 'number' ? column.values.length : column.ordinals.length;
  if (doc >= size) return [0, 0];
  const isMissing = column.kind === 'number' ? Number.isNaN(column.values[doc]) : column.ordinals[doc] === 0;
  return isMissing ? [0, 0] : [doc, doc + 1];
}

/** Documents with at least one value, deleted ones included. O(documents). */
export function documentsWith(column: Column): Bits {
  const bits = noBits();
  if (column.kind === 'text') {
    for (const [doc, length] of column.lengths.entries()) if (length > 0) setBit(bits, doc);
  } else if (column.starts) {
    for (let doc = 0; doc + 1 < column.starts.length; doc++)
      if (column.starts[doc + 1]! > column.starts[doc]!) setBit(bits, doc);
  } else if (column.kind === 'number') {
    for (let doc = 0; doc < column.values.length; doc++)
      if (!Number.isNaN(column.values[doc])) setBit(bits, doc);
  } else
    for (let doc = 0; doc < column.ordinals.length; doc++) if (column.ordinals[doc] !== 0) setBit(bits, doc);
  return bits;
}

/**
 * Documents with a number in `[low, high]`. O(values); O(1) where the column's bounds exclude the
 * range.
 */
export function documentsBetween(column: NumberColumn, low: number, high: number): Bits {
  const bits = noBits();
  if (high < column.min || low > column.max) return bits;
  const { starts, values } = column;
  if (!starts) {
    for (let doc = 0; doc < values.length; doc++)
      if (values[doc]! >= low && values[doc]! <= high) setBit(bits, doc);
    return bits;
  }
  for (let doc = 0; doc + 1 < starts.length; doc++)
    for (let at = starts[doc]!; at < starts[doc + 1]!; at++)
      if (values[at]! >= low && values[at]! <= high) setBit(bits, doc);
  return bits;
}

/** Documents with a term whose place in `terms` is in `[first, end)`. O(values). */
export function documentsWithTerms(column: TermColumn, first: number, end: number): Bits {
  return documentsWhere(column, (ordinal) => ordinal > first && ordinal <= end);
}

/**
 * Documents with a term whose ordinal passes the test. The test must refuse ordinal 0, which stands
 * for no term.
 */
export function documentsWhere(column: TermColumn, passes: (ordinal: number) => boolean): Bits {
  const bits = noBits();
  const { starts, ordinals } = column;
  if (!starts) {
    for (let doc = 0; doc < ordinals.length; doc++) if (passes(ordinals[doc]!)) setBit(bits, doc);
    return bits;
  }
  for (let doc = 0; doc + 1 < starts.length; doc++)
    for (let at = starts[doc]!; at < starts[doc + 1]!; at++) if (passes(ordinals[at]!)) setBit(bits, doc);
  return bits;
}

/** Documents with the token of that number. O(its postings). */
export function documentsWithToken(column: TextColumn, token: number): Bits {
  const bits = noBits();
  for (let at = column.offsets[token]!; at < column.offsets[token + 1]!; at++) setBit(bits, column.docs[at]!);
  return bits;
}

/**
 * Memory that a column takes, as an estimate for the cache. Decoded strings are counted as if all
 * were decoded.
 */
export function columnBytes(column: Column): number {
  if (column.kind === 'number') return column.values.byteLength + (column.starts?.byteLength ?? 0);
  if (column.kind === 'term')
    return column.ordinals.byteLength + (column.starts?.byteLength ?? 0) + tableBytes(column.terms);
  return column.docs.byteLength * 1.5 + column.lengths.byteLength + tableBytes(column.tokens);
}

/** A decoded string costs about 40 bytes besides its characters, and may have a global ordinal. */
const tableBytes = (table: StringTable) => table.blob.length * 2 + table.size * 56;

/**
 * The column of one key below a flattened field. `prefix` is the key and its separator; the terms
 * of the result lack it. O(values).
 */
export function keyColumn(column: TermColumn, prefix: string): TermColumn {
  const first = column.terms.lowerBound(prefix);
  const end = column.terms.lowerBound(`${prefix}\uffff`);
  const terms: string[] = [];
  for (let at = first; at < end; at++) terms.push(column.terms.get(at).slice(prefix.length));
  const docs = column.starts ? column.starts.length - 1 : column.ordinals.length;
  const starts = new Uint32Array(docs + 1);
  const ordinals: number[] = [];
  for (let doc = 0; doc < docs; doc++) {
    const [from, to] = valuesOf(column, doc);
    for (let at = from; at < to; at++) {
      const ordinal = column.ordinals[at]!;
      if (ordinal > first && ordinal <= end) ordinals.push(ordinal - first);
    }
    starts[doc + 1] = ordinals.length;
  }
  return { kind: 'term', starts, ordinals: Uint32Array.from(ordinals), terms: StringTable.of(terms) };
}
