import type { Millis } from '@logboom/common';
import { keySeparator } from '../mapping/document-walker.ts';
import type { Field } from '../mapping/field.ts';
import { type Bits, clearBit } from './bits.ts';
import { type Column, keyColumn, valuesOf } from './column.ts';
import { TermBuilder } from './column-builder.ts';
import type { ColumnCache } from './column-cache.ts';
import { decodeColumn } from './column-codec.ts';
import { columnKey, type Files } from './files.ts';

/**
 * A run of up to 16,384 documents of one index, in the order of their sequences, with a column for
 * each field.
 *
 * The last segment of an index is *open*: its columns are in memory and grow. A full segment is
 * *sealed*: its columns are written, and from then on only its set of live documents changes. There
 * are no merges, unlike in Lucene; retention drops whole segments.
 *
 * A search visits segments one by one, skips those whose bounds exclude a match, and works on sets
 * of documents within one.
 */
export interface Segment {
  /** Sequence of its first document. Document `doc` has the sequence `base + doc`. */
  readonly base: number;
  /** Places in use, those of deleted documents included. */
  readonly size: number;
  /** Documents that are not deleted. The segment's own: copy it before changing it. */
  readonly live: Bits;
  /** Bytes of the sources of its documents, deleted ones included. */
  readonly bytes: number;
  /** Wall time of the first write and of the last one. Retention goes by the last one. */
  readonly opened: Millis;
  readonly written: Millis;
  /** The field's column, or undefined where no document of the segment has the field. Immutable. */
  column(field: Field): Column | undefined;
  /**
   * Least and highest value of a numeric field without reading its column. Undefined where they are
   * not known; `[1, 0]`, an empty range, where the segment does not have the field.
   */
  bounds(field: Field): readonly [number, number] | undefined;
}

/**
 * A sealed segment in the database `segments`, as JSON. `columns` names the fields that have a
 * column, `bounds` has the least and highest value of numeric ones.
 */
export interface SegmentRecord {
  base: number;
  size: number;
  bytes: number;
  opened: Millis;
  written: Millis;
  columns: string[];
  bounds: Record<string, [number, number]>;
}

/**
 * The values of a flattened field without their keys: what a query on the field itself searches, as
 * in Elasticsearch.
 */
function flattenedValues(column: Column, size: number): Column {
  const builder = new TermBuilder();
  if (column.kind !== 'term') return column;
  for (let doc = 0; doc < size; doc++) {
    const [from, to] = valuesOf(column, doc);
    for (let at = from; at < to; at++) {
      const term = column.terms.get(column.ordinals[at]! - 1);
      builder.add(doc, term.slice(term.indexOf(keySeparator) + 1));
    }
  }
  return builder.build(size);
}

/**
 * The column that a field's queries see. A flattened field has one column of terms `KEY\0VALUE`,
 * written under the field's own name; the columns of its keys are derived from it when asked for.
 */
export function derive(
  field: Field,
  size: number,
  load: (name: string) => Column | undefined,
): Column | undefined {
  if (field.family !== 'flattened') return load(field.name);
  const isRoot = field.source === field.name;
  const column = load(field.source);
  if (!column || isRoot) return column && flattenedValues(column, size);
  return column.kind === 'term'
    ? keyColumn(column, `${field.name.slice(field.source.length + 1)}${keySeparator}`)
    : column;
}

/** A segment on disk. Columns are loaded through the cache; the live set is in memory. */
export class SealedSegment implements Segment {
  readonly base: number;
  readonly size: number;
  readonly bytes: number;
  readonly opened: Millis;
  readonly written: Millis;
  readonly live: Bits;
  /** Whether it was taken out of sight. Its columns may be missing on disk from then on. */
  isDropped = false;
  readonly #files: Files;
  readonly #cache: ColumnCache;
  readonly #index: number;
  readonly #record: SegmentRecord;
  readonly #columns: Set<string>;

  constructor(files: Files, cache: ColumnCache, index: number, record: SegmentRecord, live: Bits) {
    this.base = record.base;
    this.size = record.size;
    this.bytes = record.bytes;
    this.opened = record.opened;
    this.written = record.written;
    this.live = live;
    this.#files = files;
    this.#cache = cache;
    this.#index = index;
    this.#record = record;
    this.#columns = new Set(record.columns);
  }

  column(field: Field): Column | undefined {
    if (!this.#columns.has(field.family === 'flattened' ? field.source : field.name)) return undefined;
    const key = `${this.#index}/${this.base}/${field.name}`;
    return this.#cache.get(key, () => derive(field, this.size, (name) => this.#load(name))!);
  }

  bounds(field: Field): readonly [number, number] | undefined {
    return this.#record.bounds[field.name] ?? (this.#columns.has(field.name) ? undefined : [1, 0]);
  }

  /** Marks a document as deleted and writes the live set. Must run within a transaction. */
  delete(doc: number): void {
    clearBit(this.live, doc);
    this.#files.columns.putSync(columnKey(this.#index, this.base, ''), Buffer.from(this.live.buffer));
  }

  /**
   * Reads a column. Its presence was checked against the record, so a missing entry is a defect and
   * throws.
   */
  #load(name: string): Column {
    return decodeColumn(this.#files.columns.getBinary(columnKey(this.#index, this.base, name))!);
  }
}

/** Of segments in the order of their sequences, the one that holds a sequence, deleted or not. Binary search. */
export function segmentAt(sealed: SealedSegment[], sequence: number): SealedSegment | undefined {
  let low = 0;
  let high = sealed.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sealed[middle]!.base <= sequence) low = middle + 1;
    else high = middle;
  }
  const segment = sealed[low - 1];
  return segment && sequence < segment.base + segment.size ? segment : undefined;
}
