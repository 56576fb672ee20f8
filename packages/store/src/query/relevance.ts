import type { Field } from '../mapping/field.ts';
import type { Column, NumberColumn, TermColumn, TextColumn } from '../storage/column.ts';
import type { Segment } from '../storage/segment.ts';
import type { Documents } from './matcher.ts';

/**
 * BM25 as Lucene computes it, with its default constants. Hits sorted by `_score` must have
 * Elasticsearch's order.
 *
 * Statistics are those of the index: it has one shard, so they equal Elasticsearch's for an index
 * with one shard. Deleted documents count until their segment goes, as in Lucene.
 */
const k1 = 1.2;
const b = 0.75;

/**
 * How many documents have the field, how many of them have the term, and how many tokens a document
 * has on average.
 */
interface TermStatistics {
  documents: number;
  having: number;
  averageLength: number;
}

/** Lucene's inverse document frequency. */
export function idf({ documents, having }: TermStatistics): number {
  return Math.log(1 + (documents - having + 0.5) / (having + 0.5));
}

/**
 * Lucene keeps a length in one byte: exact below 40, then with four significant bits
 * (`SmallFloat.intToByte4`).
 */
function roundedLength(length: number): number {
  if (length < 24) return length;
  const rest = length - 24;
  const shift = Math.max(32 - Math.clz32(rest) - 4, 0);
  return 24 + ((rest >>> shift) << shift);
}

/**
 * The ratio of a term's weight that a document gets which has it `frequency` times among `length`
 * tokens.
 */
export function saturation(frequency: number, length: number, averageLength: number): number {
  return ((k1 + 1) * frequency) / (frequency + normOf(length, averageLength));
}

/** What a longer text needs more frequent words for. */
const normOf = (length: number, averageLength: number): number =>
  k1 * (1 - b + (b * roundedLength(length)) / averageLength);

/**
 * The score of a term in a field without lengths, such as a keyword. The average still counts: in a
 * field of many values each is worth more.
 */
export function termScore(statistics: TermStatistics): number {
  return idf(statistics) * saturation(1, 1, statistics.averageLength);
}

/** What a term adds to the score of a document. */
export interface TermScorer {
  /** In a field without lengths, such as a keyword. */
  ofTerm: number;
  /** Of a text with so many tokens, in which it occurs `frequency` times. */
  ofToken(frequency: number, length: number): number;
}

/** Longer texts have their part of the formula computed each time. */
const usualLength = 256;

/** The scores of one term. `isFlat`: the field has no frequencies (`match_only_text`), and each document with the token gets 1. */
export function termScorer(statistics: TermStatistics, boost: number, isFlat: boolean): TermScorer {
  const rarity = idf(statistics);
  const { averageLength } = statistics;
  const norms = Float64Array.from({ length: usualLength }, (_, length) => normOf(length, averageLength));
  const ofToken = (frequency: number, length: number) => {
    const norm = length < usualLength ? norms[length]! : normOf(length, averageLength);
    return boost * (rarity * (((k1 + 1) * frequency) / (frequency + norm)));
  };
  return { ofTerm: boost * termScore(statistics), ofToken: isFlat ? () => boost : ofToken };
}

/** Documents with a value, and values of all documents: the same for all terms of a column, which never changes. */
const extents = new WeakMap<Column, { documents: number; length: number }>();

/** The extent of a column, counted once. */
function extentOf<C extends Column>(column: C, count: (column: C) => { documents: number; length: number }) {
  const known = extents.get(column) ?? count(column);
  extents.set(column, known);
  return known;
}

/** Documents that have any value, of a column with so many values. */
function countHaving(starts: Uint32Array | undefined, values: number): number {
  if (!starts) return values;
  let documents = 0;
  for (let doc = 0; doc + 1 < starts.length; doc++) if (starts[doc + 1]! > starts[doc]!) documents++;
  return documents;
}

/** Statistics of a term in one segment. O(values). */
function countInTerms(column: TermColumn, term: string): Counted {
  const ordinal = column.terms.find(term) + 1;
  let having = 0;
  if (ordinal > 0) for (const one of column.ordinals) if (one === ordinal) having++;
  return { ...extentOf(column, termExtent), having };
}

function termExtent({ ordinals, starts }: TermColumn) {
  let length = 0;
  for (const one of ordinals) if (one !== 0) length++;
  return { documents: countHaving(starts, length), length };
}

/** Statistics of a token in one segment. */
function countInText(column: TextColumn, token: string) {
  const place = column.tokens.find(token);
  const having = place === -1 ? 0 : column.offsets[place + 1]! - column.offsets[place]!;
  return { ...extentOf(column, textExtent), having };
}

function textExtent({ lengths }: TextColumn) {
  let [documents, length] = [0, 0];
  for (const one of lengths) {
    if (one <= 1) continue;
    documents++;
    length += one - 1;
  }
  return { documents, length };
}

/**
 * Statistics of a boolean in one segment. Elasticsearch indexes booleans as terms and scores them
 * so; a document has each at most once.
 */
function countInNumbers({ starts, values }: NumberColumn, wanted: number): Counted {
  const counted = { documents: 0, having: 0, length: 0 };
  const size = starts ? starts.length - 1 : values.length;
  for (let doc = 0; doc < size; doc++) {
    const own = new Set(values.subarray(starts?.[doc] ?? doc, starts?.[doc + 1] ?? doc + 1));
    own.delete(Number.NaN);
    if (own.size > 0) counted.documents++;
    if (own.has(wanted)) counted.having++;
    counted.length += own.size;
  }
  return counted;
}

/** Statistics of one segment; `length` is the number of values of all its documents. */
interface Counted {
  documents: number;
  having: number;
  length: number;
}

function countIn(column: Column, term: string): Counted {
  if (column.kind === 'text') return countInText(column, term);
  return column.kind === 'number' ? countInNumbers(column, Number(term)) : countInTerms(column, term);
}

/** Statistics of a term over all segments of an index. O(documents); matchers keep the result. */
export function statisticsOf(shard: Documents, field: Field, term: string): TermStatistics {
  let [documents, having, length] = [0, 0, 0];
  for (const segment of shard.segments as Segment[]) {
    const column = segment.column(field);
    if (!column) continue;
    const counted = countIn(column, term);
    documents += counted.documents;
    having += counted.having;
    length += counted.length;
  }
  return { documents, having, averageLength: documents === 0 ? 1 : length / documents };
}
