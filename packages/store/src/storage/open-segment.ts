import type { Millis } from '@logboom/common';
import type { Field } from '../mapping/field.ts';
import type { KnownValue } from '../spans/known-values.ts';
import type { SpanWalker } from '../spans/span-walker.ts';
import { clearBit, countBits, noBits, segmentSize, setBit } from './bits.ts';
import type { Column } from './column.ts';
import { type ColumnBuilder, NumberBuilder, TermBuilder } from './column-builder.ts';
import type { ColumnCache } from './column-cache.ts';
import { encodeColumn } from './column-codec.ts';
import { columnKey, type Files, numberKey } from './files.ts';
import { derive, SealedSegment, type Segment, type SegmentRecord } from './segment.ts';
import { TextBuilder } from './text-builder.ts';

/** The builder for a field's family. Dates and booleans are numbers, addresses are terms. */
function builderFor(field: Field): ColumnBuilder {
  if (field.family === 'text') return new TextBuilder();
  return ['number', 'date', 'boolean'].includes(field.family) ? new NumberBuilder() : new TermBuilder();
}

function addKnown(builder: ColumnBuilder, doc: number, known: KnownValue): void {
  if (builder.addKnown !== undefined) builder.addKnown(doc, known);
  else if (known.value !== undefined) builder.add(doc, known.value);
  else builder.addSpan!(doc, known.bytes, known.start, known.end, known.hash);
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
    const doc = this.#begin(bytes, now);
    for (let at = 0; at < fields.length; at++) this.#builderOf(fields[at]!).add(doc, values[at]!);
    return this.base + doc;
  }

  /** The same for what was read from the bytes of the document. */
  addSpans({ found }: SpanWalker, source: Buffer, now: Millis, size = source.length): number {
    const { count, fields, values, known, sources, spans } = found;
    const doc = this.#begin(size, now);
    for (let at = 0; at < count; at++) {
      const builder = this.#builderOf(fields[at]!);
      const earlier = known[at];
      const value = values[at];
      if (earlier !== undefined) addKnown(builder, doc, earlier);
      else if (value !== undefined) builder.add(doc, value);
      else builder.addSpan!(doc, sources[at]!, spans[3 * at]!, spans[3 * at + 1]!, spans[3 * at + 2]!);
    }
    return this.base + doc;
  }

  /** The number of the next document. */
  #begin(bytes: number, now: Millis): number {
    const doc = this.size++;
    // A map makes a new table when it is cleared, even where it is empty.
    if (this.#built.size > 0) this.#built.clear();
    setBit(this.live, doc);
    if (this.opened === 0) this.opened = now;
    this.written = now;
    this.bytes += bytes;
    return doc;
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
      entry.builder.drop();
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
