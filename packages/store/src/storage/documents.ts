import type { Millis } from '@logboom/common';
import type { DocumentSpan } from './document-ids.ts';
import {
  decodeDocument,
  encodeDocument,
  type Files,
  indexKey,
  keyOfDocument,
  numberKey,
  type StoredDocument,
} from './files.ts';

/** Bytes of documents after which a block is written. To read a document is to read its block. */
const blockBytes = 2 ** 15;
/** The most documents of a block. */
const blockDocuments = 256;
/** Bytes of a block before its documents: when it was written (f64), and the number of documents (u16). */
const headBytes = 10;
/** Bytes of a document before its id: the length of the id (u16) and of the source (u32). */
const lengthBytes = 6;

/** A document and its sequence. */
interface Placed extends StoredDocument {
  sequence: number;
}

/**
 * The documents of an index on disk. Documents that are written one by one have an entry each in the database `documents`. Those of a
 * request with many are written in blocks (database `blocks`): an entry for each document would take longer than all else.
 *
 * A block holds documents with consecutive sequences: the wall time of the write (f64) and their number (u16), then for each of them the
 * length of its id (u16) and of its source (u32), its id and its source. A document that was removed has no id and no source.
 * The version of all is 1. Numbers are little-endian.
 */
export class Documents {
  readonly #files: Files;
  readonly #index: number;
  /** The block that grows. */
  #bytes = Buffer.allocUnsafeSlow(2 * blockBytes);
  #end = headBytes;
  #count = 0;
  #first = 0;
  /** The block that was read last. */
  #block: { first: number; bytes: Buffer } | undefined;

  constructor(files: Files, index: number) {
    this.#files = files;
    this.#index = index;
  }

  /** The document with that sequence, or undefined. */
  read(sequence: number): StoredDocument | undefined {
    const single = this.#files.documents.getBinary(keyOfDocument(this.#index, sequence));
    if (single !== undefined) return decodeDocument(single);
    const block = this.#blockOf(sequence);
    return block && documentIn(block.bytes, sequence - block.first);
  }

  put(sequence: number, document: StoredDocument): void {
    this.#files.documents.putSync(keyOfDocument(this.#index, sequence), encodeDocument(document));
  }

  /** Adds a document to the block that grows. The caller calls `flush` in the end. */
  append(sequence: number, now: Millis, { body, idStart, idEnd, start, end }: DocumentSpan): void {
    const size = lengthBytes + idEnd - idStart + end - start;
    if (this.#count === blockDocuments || (this.#count > 0 && this.#end + size > blockBytes)) this.flush();
    if (this.#count === 0) {
      this.#first = sequence;
      if (headBytes + size > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(headBytes + size);
      this.#bytes.writeDoubleLE(now, 0);
    }
    const bytes = this.#bytes;
    let at = this.#end;
    bytes.writeUInt16LE(idEnd - idStart, at);
    bytes.writeUInt32LE(end - start, at + 2);
    at += lengthBytes;
    for (let from = idStart; from < idEnd; from++) bytes[at++] = body[from]!;
    this.#end = at + body.copy(bytes, at, start, end);
    this.#count += 1;
  }

  /** Writes the block that grows. */
  flush(): void {
    if (this.#count === 0) return;
    this.#bytes.writeUInt16LE(this.#count, 8);
    this.#files.blocks.putSync(keyOfDocument(this.#index, this.#first), this.#bytes.subarray(0, this.#end));
    if (this.#bytes.length > 2 * blockBytes) this.#bytes = Buffer.allocUnsafeSlow(2 * blockBytes);
    this.#end = headBytes;
    this.#count = 0;
  }

  /** Removes a document. Returns whether it was one of a block. */
  remove(sequence: number): boolean {
    const key = numberKey(this.#index, sequence);
    const { documents, blocks } = this.#files;
    const wasSingle = documents.getBinary(key) !== undefined;
    if (wasSingle) documents.removeSync(key);
    const block = wasSingle ? undefined : this.#blockOf(sequence);
    this.#block = undefined;
    if (block === undefined) return false;
    const rest = without(block.bytes, sequence - block.first);
    if (rest === undefined) blocks.removeSync(numberKey(this.#index, block.first));
    else blocks.putSync(numberKey(this.#index, block.first), rest);
    return true;
  }

  /** All documents from a sequence on, in order. */
  *from(sequence: number): Generator<Placed> {
    const range = { start: numberKey(this.#index, sequence), end: numberKey(this.#index + 1, 0) };
    const singles = this.#files.documents.getRange(range)[Symbol.iterator]();
    let single = singles.next();
    for (const { key, value } of this.#files.blocks.getRange(range))
      for (const document of documentsIn(key.readUInt32BE(4), value)) {
        while (!single.done && sequenceIn(single.value.key) < document.sequence) {
          yield placed(single.value);
          single = singles.next();
        }
        yield document;
      }
    for (; !single.done; single = singles.next()) yield placed(single.value);
  }

  #blockOf(sequence: number): { first: number; bytes: Buffer } | undefined {
    const known = this.#block;
    if (known && sequence >= known.first && sequence < known.first + countIn(known.bytes)) return known;
    const range = { start: numberKey(this.#index, sequence), end: indexKey(this.#index), reverse: true };
    for (const { key, value } of this.#files.blocks.getRange({ ...range, limit: 1 })) {
      const first = sequenceIn(key);
      if (sequence >= first + countIn(value)) return undefined;
      this.#block = { first, bytes: value };
      return this.#block;
    }
    return undefined;
  }
}

const sequenceIn = (key: Buffer): number => key.readUInt32BE(4);
const countIn = (block: Buffer): number => block.readUInt16LE(8);
const placed = ({ key, value }: { key: Buffer; value: Buffer }): Placed => ({
  sequence: sequenceIn(key),
  ...decodeDocument(value),
});

/** Bytes of the document that begins at a place of a block. */
const sizeAt = (block: Buffer, at: number): number =>
  lengthBytes + block.readUInt16LE(at) + block.readUInt32LE(at + 2);

function placeIn(block: Buffer, place: number): number {
  let at = headBytes;
  for (let before = 0; before < place; before++) at += sizeAt(block, at);
  return at;
}

/** Views of the block; undefined for one that was removed. */
function documentIn(block: Buffer, place: number): StoredDocument | undefined {
  return documentAt(block, placeIn(block, place));
}

function documentAt(block: Buffer, at: number): StoredDocument | undefined {
  const id = at + lengthBytes;
  const source = id + block.readUInt16LE(at);
  if (source === id) return undefined;
  return {
    version: 1,
    written: block.readDoubleLE(0),
    id: block.toString('utf8', id, source),
    source: block.subarray(source, at + sizeAt(block, at)),
  };
}

/** The documents of a block that are still there. */
export function* documentsIn(first: number, block: Buffer): Generator<Placed> {
  const end = first + countIn(block);
  let at = headBytes;
  for (let sequence = first; sequence < end; sequence++) {
    const document = documentAt(block, at);
    if (document) yield { sequence, ...document };
    at += sizeAt(block, at);
  }
}

/**
 * The block with a document removed; undefined where it was the last one. It ends with a document that is there: the sequences behind that may
 * be given again after a restart, and then are those of another block.
 */
function without(block: Buffer, place: number): Buffer | undefined {
  const removed = placeIn(block, place);
  const rest = Buffer.concat([
    block.subarray(0, removed),
    Buffer.alloc(lengthBytes),
    block.subarray(removed + sizeAt(block, removed)),
  ]);
  let [at, end, count] = [headBytes, headBytes, 0];
  for (let next = 0; next < countIn(rest); next++) {
    const size = sizeAt(rest, at);
    at += size;
    if (size > lengthBytes) [end, count] = [at, next + 1];
  }
  rest.writeUInt16LE(count, 8);
  return count === 0 ? undefined : rest.subarray(0, end);
}
