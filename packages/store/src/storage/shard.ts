import type { Millis } from '@logboom/common';
import type { JsonObject } from '../json.ts';
import type { MappingSettings } from '../mapping/field.ts';
import { Mapping } from '../mapping/mapping.ts';
import { type Bits, countBits, hasBit } from './bits.ts';
import type { ColumnCache } from './column-cache.ts';
import { DocumentIds, type DocumentSpan } from './document-ids.ts';
import { asRead, DocumentReader } from './document-reader.ts';
import { Documents } from './documents.ts';
import { columnKey, type Files, numberKey, type StoredDocument } from './files.ts';
import { OpenSegment } from './open-segment.ts';
import { SealedSegment, type Segment, type SegmentRecord, segmentAt } from './segment.ts';

/**
 * The key in `segments` under which the first sequence of the open segment is kept. No segment
 * starts there.
 */
const openBase = 0xffff_ffff;

/** A live document and its sequence. */
export interface Found extends StoredDocument {
  sequence: number;
}

/**
 * A document to be written. `document` is `source` parsed, or `asRead` where the shard has just read it (`reads`); `old` is the live
 * document that it replaces; `version` is the new version.
 */
interface NewDocument {
  id: string;
  old: Found | undefined;
  source: Buffer;
  document: JsonObject | typeof asRead;
  version: number;
}

/**
 * The documents of one index. Elasticsearch would call it the only shard of the index.
 *
 * Reading methods may be called at any time on the store's thread, but not between `append` and `flush`. Writing methods (`put`,
 * `append`, `flush`, `delete`, `remap`, `seal`, `drop`) must run within a transaction; when that is aborted, memory is
 * ahead of the disk, and the shard is thrown away and read again.
 *
 * Opening reads the segment records and builds the open segment from its documents: O(segments +
 * `segmentSize` documents).
 */
export class Shard {
  readonly number: number;
  mapping: Mapping;
  /** Sealed segments, oldest first. */
  sealed: SealedSegment[] = [];
  open: OpenSegment;
  readonly #files: Files;
  readonly #cache: ColumnCache;
  readonly #documents: Documents;
  readonly #ids: DocumentIds;
  #reader: DocumentReader;

  constructor(
    files: Files,
    cache: ColumnCache,
    number: number,
    definition: JsonObject,
    settings: Partial<MappingSettings>,
  ) {
    this.number = number;
    this.mapping = new Mapping(definition, settings);
    this.#reader = new DocumentReader(this.mapping);
    this.#files = files;
    this.#documents = new Documents(files, number);
    this.#ids = new DocumentIds(files, number, (sequence) => this.#isLive(sequence));
    this.#cache = cache;
    this.open = this.#load();
  }

  /** All segments with documents, oldest first. */
  get segments(): Segment[] {
    return this.open.size > 0 ? [...this.sealed, this.open] : this.sealed;
  }

  /** Live documents. O(segments). */
  get count(): number {
    return this.segments.reduce((sum, segment) => sum + countBits(segment.live), 0);
  }

  /** Deleted documents whose places are still there. */
  get deleted(): number {
    return this.segments.reduce((sum, segment) => sum + segment.size, 0) - this.count;
  }

  /** Bytes of sources, those of deleted documents in live segments included. */
  get bytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /** The sequence that the next write gets. */
  get nextSequence(): number {
    return this.open.base + this.open.size;
  }

  /** The live document with that id, or undefined. Two point reads. */
  find(id: string): Found | undefined {
    const sequence = this.#ids.find(id);
    return sequence === undefined ? undefined : { sequence, ...this.read(sequence) };
  }

  /** The document with that sequence, which must be on disk. */
  read(sequence: number): StoredDocument {
    return this.#documents.read(sequence)!;
  }

  /** The document, or undefined if it was deleted since it was found, alone or with its index. */
  readLive(sequence: number): StoredDocument | undefined {
    // The index may have been deleted while a scroll or a search still refers to the document.
    return this.#isLive(sequence) ? this.#documents.read(sequence) : undefined;
  }

  /** Reads a document that is to be put next, without parsing it; see `DocumentReader`. */
  reads(source: Buffer, isStream: boolean): boolean {
    return this.#reader.reads(source, isStream);
  }

  /**
   * Writes a usual new document, together with those that follow. Returns its sequence; -1 where it is not usual or where there is a
   * document with its id: then nothing has changed. It is on disk, and can be read, after `flush`.
   */
  append(span: DocumentSpan, isStream: boolean, now: Millis): number {
    const { body, start, end } = span;
    if (!this.#ids.isFree(span)) return -1;
    if (!this.#reader.reads(body, isStream, start, end)) return -1;
    const sequence = this.nextSequence;
    this.#documents.append(sequence, now, span);
    this.#ids.add(span, sequence);
    this.#reader.addTo(this.open, asRead, body, now, end - start);
    if (this.open.isFull) this.seal();
    return sequence;
  }

  /** Writes what `append` has collected. */
  flush(): void {
    this.#documents.flush();
    this.#ids.flush();
  }

  /**
   * Writes a document in place of `old`. `grown` says that dynamic mapping added fields, so that
   * the caller must save the mapping.
   * @throws StoreError where the document does not fit the mapping; then nothing has changed.
   */
  put({ id, old, source, document, version }: NewDocument, now: Millis) {
    this.#reader.read(document, id, source);
    const sequence = this.nextSequence;
    this.#documents.put(sequence, { id, version, written: now, source });
    this.#ids.put(id, sequence, version);
    if (old) this.#removeFromSegment(old);
    this.#reader.addTo(this.open, document, source, now);
    if (this.open.isFull) this.seal();
    return { sequence, grown: this.#reader.takeGrown() };
  }

  /** Deletes a live document and its id. */
  delete(found: Found): void {
    this.#ids.remove(found.id);
    this.#removeFromSegment(found);
  }

  /**
   * Replaces the mapping. Documents of the open segment are read again so that new fields get their
   * values; sealed segments keep their columns, so a field that was not indexed before has no
   * values there.
   */
  remap(definition: JsonObject, settings: Partial<MappingSettings>): void {
    this.mapping = new Mapping(definition, settings);
    this.#reader = new DocumentReader(this.mapping);
    this.open = this.#reopen(this.open.base);
  }

  /** Seals the open segment, if it has documents, and starts a new one. */
  seal(): void {
    if (this.open.size === 0) return;
    // No block has documents of two segments.
    this.#documents.flush();
    const next = this.nextSequence;
    this.sealed.push(this.open.seal(this.#files, this.#cache, this.number));
    this.open = new OpenSegment(next);
    const base = Buffer.allocUnsafe(4);
    base.writeUInt32LE(next, 0);
    this.#files.segments.putSync(numberKey(this.number, openBase), base);
  }

  /**
   * Takes a sealed segment out of sight. Its documents and columns stay on disk until the caller's
   * `Trash` record is purged.
   */
  drop(segment: SealedSegment): void {
    segment.isDropped = true;
    this.sealed = this.sealed.filter((one) => one !== segment);
    this.#files.segments.removeSync(numberKey(this.number, segment.base));
    this.#cache.forget(`${this.number}/${segment.base}/`);
  }

  /** Removes a document from its segment's live set and from disk. */
  #removeFromSegment({ sequence, id }: Found): void {
    const segment = this.segmentOf(sequence);
    segment?.delete(sequence - segment.base);
    if (this.#documents.remove(sequence)) this.#ids.removeGrouped(id, sequence);
  }

  /** The segment that holds the sequence, deleted or not. */
  segmentOf(sequence: number): OpenSegment | SealedSegment | undefined {
    if (sequence >= this.open.base) return sequence < this.nextSequence ? this.open : undefined;
    return segmentAt(this.sealed, sequence);
  }

  #isLive(sequence: number): boolean {
    const segment = this.segmentOf(sequence);
    return segment !== undefined && hasBit(segment.live, sequence - segment.base);
  }

  /** Reads the segment records, then builds the open segment. */
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

  /** Builds the open segment from the documents on disk, with the present mapping. */
  #reopen(base: number): OpenSegment {
    const segment = new OpenSegment(base);
    for (const { sequence, id, source, written } of this.#documents.from(base)) {
      segment.skipTo(sequence - base);
      this.#reader.addAgain(segment, id, source, written);
    }
    return segment;
  }
}
