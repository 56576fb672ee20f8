import type { Millis } from '@logboom/common';
import { keySeparator } from '../mapping/document-walker.ts';
import type { Field } from '../mapping/field.ts';
import { type Bits, clearBit, countBits, noBits, segmentSize, setBit } from './bits.ts';
import { type Column, keyColumn, valuesOf } from './column.ts';
import { type ColumnBuilder, NumberBuilder, TermBuilder, TextBuilder } from './column-builder.ts';
import type { ColumnCache } from './column-cache.ts';
import { decodeColumn, encodeColumn } from './column-codec.ts';
import { columnKey, type Files, numberKey } from './files.ts';

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
function derive(field: Field, size: number, load: (name: string) => Column | undefined): Column | undefined {
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

/** The builder for a field's family. Dates and booleans are numbers, addresses are terms. */
function builderFor(field: Field): ColumnBuilder {
  if (field.family === 'text') return new TextBuilder();
  return ['number', 'date', 'boolean'].includes(field.family) ? new NumberBuilder() : new TermBuilder();
}

/**
 * The segment that takes new documents. All of it is in memory; after a restart it is built again
 * from the documents on disk, which are at most `segmentSize`.
 */
export class OpenSegment implements Segment {
  readonly base: number;
  readonly live = noBits();
  size = 0;
  bytes = 0;
  opened: Millis = 0;
  written: Millis = 0;
  /** By `Field.slot`, which is faster than a map by name. */
  readonly #builders: ({ field: Field; builder: ColumnBuilder } | undefined)[] = [];
  /** Columns built since the last write. */
  readonly #built = new Map<string, Column>();

  constructor(base: number) {
    this.base = base;
  }

  get isFull(): boolean {
    return this.size >= segmentSize;
  }

  /**
   * Takes the next document and returns its sequence. `fields` and `values` are parallel; `bytes`
   * is the size of its source. The caller checks `isFull` first.
   */
  add(fields: Field[], values: (number | string)[], bytes: number, now: Millis): number {
    const doc = this.size++;
    this.#built.clear();
    setBit(this.live, doc);
    if (this.opened === 0) this.opened = now;
    this.written = now;
    this.bytes += bytes;
    for (let at = 0; at < fields.length; at++) this.#builderOf(fields[at]!).add(doc, values[at]!);
    return this.base + doc;
  }

  /** Leaves places without documents: after a restart, deleted ones are missing on disk. */
  skipTo(size: number): void {
    this.size = size;
  }

  delete(doc: number): void {
    clearBit(this.live, doc);
  }

  column(field: Field): Column | undefined {
    const known = this.#built.get(field.name);
    if (known) return known;
    const column = derive(field, this.size, (name) => this.#build(name));
    if (column) this.#built.set(field.name, column);
    return column;
  }

  /** Not known while values are still being added. */
  bounds(): undefined {
    return undefined;
  }

  /**
   * Writes the columns, the live set and the record. The caller is within a transaction and
   * replaces this segment by the result. O(values).
   */
  seal(files: Files, cache: ColumnCache, index: number): SealedSegment {
    const bounds: SegmentRecord['bounds'] = {};
    const columns: string[] = [];
    for (const entry of this.#builders) {
      if (!entry) continue;
      const column = entry.builder.build(this.size);
      columns.push(entry.field.name);
      if (column.kind === 'number') bounds[entry.field.name] = [column.min, column.max];
      files.columns.putSync(columnKey(index, this.base, entry.field.name), encodeColumn(column));
    }
    const { base, size, bytes, opened, written } = this;
    const record: SegmentRecord = { base, size, bytes, opened, written, columns, bounds };
    files.segments.putSync(numberKey(index, base), Buffer.from(JSON.stringify(record)));
    files.columns.putSync(columnKey(index, base, ''), Buffer.from(this.live.buffer));
    return new SealedSegment(files, cache, index, record, this.live);
  }

  /** How many documents are not deleted. */
  get liveCount(): number {
    return countBits(this.live);
  }

  #build(name: string): Column | undefined {
    return this.#builders.find((entry) => entry?.field.name === name)?.builder.build(this.size);
  }

  #builderOf(field: Field): ColumnBuilder {
    let entry = this.#builders[field.slot];
    if (!entry) this.#builders[field.slot] = entry = { field, builder: builderFor(field) };
    return entry.builder;
  }
}
