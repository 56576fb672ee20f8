import type { Field } from '../mapping/field.ts';
import type { Column, NumberColumn, TermColumn, TextColumn } from '../storage/column.ts';
import type { Segment } from '../storage/segment.ts';
import type { Shard } from '../storage/shard.ts';

/** BM25 with Lucene's constants; a store that sorts by `_score` otherwise than Elasticsearch gives a wrong answer. */
const k1 = 1.2;
const b = 0.75;

/** How many documents have the field, how many of them the term, and how long they are on average. */
export interface TermStatistics {
  documents: number;
  having: number;
  averageLength: number;
}

export function idf({ documents, having }: TermStatistics): number {
  return Math.log(1 + (documents - having + 0.5) / (having + 0.5));
}

/** Lucene keeps a length in one byte: exact below 40, then four significant bits. */
function roundedLength(length: number): number {
  if (length < 24) return length;
  const rest = length - 24;
  const shift = Math.max(32 - Math.clz32(rest) - 4, 0);
  return 24 + ((rest >>> shift) << shift);
}

/** How much of a word's weight a document gets that has it `frequency` times in `length` words. */
export function saturation(frequency: number, length: number, averageLength: number): number {
  const norm = k1 * (1 - b + (b * roundedLength(length)) / averageLength);
  return ((k1 + 1) * frequency) / (frequency + norm);
}

export function textScore(statistics: TermStatistics, frequency: number, length: number): number {
  return idf(statistics) * saturation(frequency, length, statistics.averageLength);
}

function countInTerms(column: TermColumn, term: string): { documents: number; having: number } {
  const ordinal = column.terms.find(term) + 1;
  let [documents, having] = [0, 0];
  if (column.starts) {
    for (let doc = 0; doc + 1 < column.starts.length; doc++)
      if (column.starts[doc + 1]! > column.starts[doc]!) documents++;
  }
  for (const one of column.ordinals) {
    if (one !== 0 && !column.starts) documents++;
    if (one !== 0 && one === ordinal) having++;
  }
  return { documents, having };
}

function countInText(column: TextColumn, token: string) {
  const place = column.tokens.find(token);
  const having = place === -1 ? 0 : column.offsets[place + 1]! - column.offsets[place]!;
  let [documents, length] = [0, 0];
  for (const one of column.lengths) {
    if (one <= 1) continue;
    documents++;
    length += one - 1;
  }
  return { documents, having, length };
}

/** A boolean is indexed like a term in Elasticsearch, and scores like one. */
function countInNumbers({ values }: NumberColumn, wanted: number): { documents: number; having: number } {
  let [documents, having] = [0, 0];
  for (const value of values) {
    if (!Number.isNaN(value)) documents++;
    if (value === wanted) having++;
  }
  return { documents, having };
}

function countIn(column: Column, term: string): { documents: number; having: number; length: number } {
  if (column.kind === 'text') return countInText(column, term);
  if (column.kind === 'number') return { ...countInNumbers(column, Number(term)), length: 0 };
  return { ...countInTerms(column, term), length: 0 };
}

/** Statistics of a term over all segments of an index. */
export function statisticsOf(shard: Shard, field: Field, term: string): TermStatistics {
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
