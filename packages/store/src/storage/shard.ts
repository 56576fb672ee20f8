import type { Millis } from '@logboom/common';
import type { JsonObject } from '../json.ts';
import { DocumentWalker } from '../mapping/document-walker.ts';
import { Mapping, type MappingSettings } from '../mapping/mapping.ts';
import { type Bits, countBits, hasBit } from './bits.ts';
import type { ColumnCache } from './column-cache.ts';
import {
  columnKey,
  decodeDocument,
  encodeDocument,
  type Files,
  idKey,
  numberKey,
  type StoredDocument,
} from './files.ts';
import { OpenSegment, SealedSegment, type Segment, type SegmentRecord } from './segment.ts';

/** Under this number in `segments` stands the sequence at which the open segment begins. */
const openBase = 0xffff_ffff;

export interface Found extends StoredDocument {
  sequence: number;
}

const parse = (source: Buffer) => JSON.parse(source.toString()) as JsonObject;

/**
 * The documents of one index: Elasticsearch would call it the one shard of an index with one shard. All of its
 * writing methods are called within a transaction; when that fails the shard is thrown away and read again.
 */
interface NewDocument {
  id: string;
  old: Found | undefined;
  source: Buffer;
  document: JsonObject;
  version: number;
}

export class Shard {
  readonly number: number;
  mapping: Mapping;
  /** Sealed ones, oldest first. */
  sealed: SealedSegment[] = [];
  open: OpenSegment;
  readonly #files: Files;
  readonly #cache: ColumnCache;
  #walker: DocumentWalker;

  constructor(
    files: Files,
    cache: ColumnCache,
    number: number,
    definition: JsonObject,
    settings: Partial<MappingSettings>,
  ) {
    this.number = number;
    this.mapping = new Mapping(definition, settings);
    this.#walker = new DocumentWalker(this.mapping);
    this.#files = files;
    this.#cache = cache;
    this.open = this.#load();
  }

  get segments(): Segment[] {
    return this.open.size > 0 ? [...this.sealed, this.open] : this.sealed;
  }

  get count(): number {
    return this.segments.reduce((sum, segment) => sum + countBits(segment.live), 0);
  }

  get deleted(): number {
    return this.segments.reduce((sum, segment) => sum + segment.size, 0) - this.count;
  }

  get bytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  get nextSequence(): number {
    return this.open.base + this.open.size;
  }

  /** The live document of that id. */
  find(id: string): Found | undefined {
    const entry = this.#files.ids.getBinary(idKey(this.number, id));
    const sequence = entry?.readUInt32LE(0);
    if (sequence === undefined || !this.#isLive(sequence)) return undefined;
    return { sequence, ...this.read(sequence) };
  }

  read(sequence: number): StoredDocument {
    return decodeDocument(this.#files.documents.getBinary(numberKey(this.number, sequence))!);
  }

  /** The document as it is now, or undefined when it was deleted since somebody found it. */
  readLive(sequence: number): StoredDocument | undefined {
    if (!this.#isLive(sequence)) return undefined;
    // Of an index that was deleted, too, somebody may still hold the hits.
    const bytes = this.#files.documents.getBinary(numberKey(this.number, sequence));
    return bytes && decodeDocument(bytes);
  }

  /**
   * Puts a document in the place of `old`. Throws when it does not fit the mapping, and then nothing has changed.
   * `isNew` says whether fields were added to the mapping.
   */
  put({ id, old, source, document, version }: NewDocument, now: Millis) {
    this.#walker.walk(document, id, () => source.toString());
    const sequence = this.nextSequence;
    const entry = Buffer.allocUnsafe(8);
    entry.writeUInt32LE(sequence, 0);
    entry.writeUInt32LE(version, 4);
    this.#files.documents.putSync(
      numberKey(this.number, sequence),
      encodeDocument({ id, version, written: now, source }),
    );
    this.#files.ids.putSync(idKey(this.number, id), entry);
    if (old) this.#bury(old.sequence);
    this.open.add(this.#walker.fields, this.#walker.values, source.length, now);
    if (this.open.isFull) this.seal();
    const { grown } = this.#walker;
    this.#walker.grown = false;
    return { sequence, grown };
  }

  delete(found: Found): void {
    this.#files.ids.removeSync(idKey(this.number, found.id));
    this.#bury(found.sequence);
  }

  /** Replaces the mapping; documents of the open segment are read again so that new fields find their values. */
  remap(definition: JsonObject, settings: Partial<MappingSettings>): void {
    this.mapping = new Mapping(definition, settings);
    this.#walker = new DocumentWalker(this.mapping);
    this.open = this.#reopen(this.open.base);
  }

  seal(): void {
    if (this.open.size === 0) return;
    const next = this.nextSequence;
    this.sealed.push(this.open.seal(this.#files, this.#cache, this.number));
    this.open = new OpenSegment(next);
    const base = Buffer.allocUnsafe(4);
    base.writeUInt32LE(next, 0);
    this.#files.segments.putSync(numberKey(this.number, openBase), base);
  }

  /** Takes a sealed segment out of sight; its documents and columns are for the purge to remove. */
  drop(segment: SealedSegment): void {
    this.sealed = this.sealed.filter((one) => one !== segment);
    this.#files.segments.removeSync(numberKey(this.number, segment.base));
    this.#cache.forget(`${this.number}/${segment.base}/`);
  }

  #bury(sequence: number): void {
    const segment = this.segmentOf(sequence);
    segment?.delete(sequence - segment.base);
    this.#files.documents.removeSync(numberKey(this.number, sequence));
  }

  segmentOf(sequence: number): OpenSegment | SealedSegment | undefined {
    if (sequence >= this.open.base) return sequence < this.nextSequence ? this.open : undefined;
    let low = 0;
    let high = this.sealed.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.sealed[middle]!.base <= sequence) low = middle + 1;
      else high = middle;
    }
    const segment = this.sealed[low - 1];
    return segment && sequence < segment.base + segment.size ? segment : undefined;
  }

  #isLive(sequence: number): boolean {
    const segment = this.segmentOf(sequence);
    return segment !== undefined && hasBit(segment.live, sequence - segment.base);
  }

  #load(): OpenSegment {
    const range = { start: numberKey(this.number, 0), end: numberKey(this.number, openBase) };
    for (const { value } of this.#files.segments.getRange(range)) {
      const record = JSON.parse(value.toString()) as SegmentRecord;
      this.sealed.push(
        new SealedSegment(this.#files, this.#cache, this.number, record, this.#liveOf(record.base)),
      );
    }
    const base = this.#files.segments.getBinary(numberKey(this.number, openBase))?.readUInt32LE(0) ?? 0;
    return this.#reopen(base);
  }

  #liveOf(base: number): Bits {
    const bytes = this.#files.columns.getBinary(columnKey(this.number, base, ''))!;
    return new Uint32Array(new Uint8Array(bytes).buffer);
  }

  /** Columns of the open segment are only in memory: they are made again from its documents. */
  #reopen(base: number): OpenSegment {
    const segment = new OpenSegment(base);
    const range = { start: numberKey(this.number, base), end: numberKey(this.number + 1, 0) };
    for (const { key, value } of this.#files.documents.getRange(range)) {
      segment.skipTo(key.readUInt32BE(4) - base);
      const { id, source, written } = decodeDocument(value);
      this.#walker.walk(parse(source), id, () => source.toString());
      segment.add(this.#walker.fields, this.#walker.values, source.length, written);
    }
    return segment;
  }
}
