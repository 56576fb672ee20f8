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
 * A run of up to 16,384 documents of one index by sequence, with a column for each field. The last segment of an
 * index is open: its columns are in memory and grow. A full one is sealed: its columns are written, and from then on
 * only its set of live documents changes. Searches go segment by segment, skip those that cannot match by the least and
 * the highest value of a field, and work on sets of documents within one.
 */
export interface Segment {
  /** Sequence of its first document. */
  readonly base: number;
  /** Places for documents, also those of deleted ones. */
  readonly size: number;
  readonly live: Bits;
  /** Bytes of its documents. */
  readonly bytes: number;
  /** Wall time of the first and the last write. */
  readonly opened: Millis;
  readonly written: Millis;
  column(field: Field): Column | undefined;
  /** Least and highest value of a numeric field without reading its column; undefined where unknown. */
  bounds(field: Field): readonly [number, number] | undefined;
}

/** What stays of a sealed segment in the `segments` database. */
export interface SegmentRecord {
  base: number;
  size: number;
  bytes: number;
  opened: Millis;
  written: Millis;
  columns: string[];
  bounds: Record<string, [number, number]>;
}

/** The values of a flattened field without their keys: what a query on the field itself sees. */
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

/** A flattened field has one column; its keys' columns are derived from that. */
function derive(field: Field, size: number, load: (name: string) => Column | undefined): Column | undefined {
  if (field.family !== 'flattened') return load(field.name);
  const isRoot = field.source === field.name;
  const column = load(field.source);
  if (!column || isRoot) return column && flattenedValues(column, size);
  return column.kind === 'term'
    ? keyColumn(column, `${field.name.slice(field.source.length + 1)}${keySeparator}`)
    : column;
}

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

  delete(doc: number): void {
    clearBit(this.live, doc);
    this.#files.columns.putSync(columnKey(this.#index, this.base, ''), Buffer.from(this.live.buffer));
  }

  #load(name: string): Column {
    return decodeColumn(this.#files.columns.getBinary(columnKey(this.#index, this.base, name))!);
  }
}

function builderFor(field: Field): ColumnBuilder {
  if (field.family === 'text') return new TextBuilder();
  return ['number', 'date', 'boolean'].includes(field.family) ? new NumberBuilder() : new TermBuilder();
}

export class OpenSegment implements Segment {
  readonly base: number;
  readonly live = noBits();
  size = 0;
  bytes = 0;
  opened: Millis = 0;
  written: Millis = 0;
  readonly #builders: ({ field: Field; builder: ColumnBuilder } | undefined)[] = [];
  /** Columns built since the last write. */
  readonly #built = new Map<string, Column>();

  constructor(base: number) {
    this.base = base;
  }

  get isFull(): boolean {
    return this.size >= segmentSize;
  }

  /** Takes the next document. Returns its sequence. */
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

  /** Leaves places without documents, where a restart finds some deleted. */
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

  bounds(): undefined {
    return undefined;
  }

  /** Writes the columns; the caller is within a transaction and replaces this segment by the sealed one. */
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
