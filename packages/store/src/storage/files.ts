import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Millis } from '@logboom/common';
import { type Database, open, type RootDatabase } from 'lmdb';

/**
 * The store's LMDB environment, one file `store.mdb` with seven databases. Keys and values are
 * bytes.
 *
 * Keys begin with the index's number, so that an index is one range of each database; numbers in
 * keys are big-endian, so that ranges are in order. Numbers in values are little-endian.
 *
 * | database | key | value |
 * | --- | --- | --- |
 * | meta | `KIND:NAME` | JSON, see `Catalog` |
 * | documents | index (u32), sequence (u32) | version (u32), id length (u16), wall time of the write (f64), id, the document's JSON as received |
 * | ids | index (u32), id (UTF-8) | sequence (u32), version (u32) |
 * | blocks | index (u32), first sequence (u32) | documents of one request in a row, see `Documents` |
 * | groups | index (u32), id without its last two bytes | the ids of documents in blocks, see `IdGroups` |
 * | segments | index (u32), first sequence (u32) | JSON of a `SegmentRecord`; under sequence 0xffffffff the first sequence of the open segment (u32) |
 * | columns | index (u32), first sequence (u32), field (UTF-8) | a column, see `column-codec.ts`; without a field, the segment's live set (2,048 bytes) |
 *
 * A sequence numbers the writes of one index from 0, like Elasticsearch's `_seq_no`. Overwriting a
 * document gives it a new sequence.
 */
export interface Files {
  root: RootDatabase<Buffer, Buffer>;
  meta: Database<Buffer, Buffer>;
  documents: Database<Buffer, Buffer>;
  ids: Database<Buffer, Buffer>;
  blocks: Database<Buffer, Buffer>;
  groups: Database<Buffer, Buffer>;
  segments: Database<Buffer, Buffer>;
  columns: Database<Buffer, Buffer>;
}

/** Keys and values pass through lmdb-js unchanged. */
const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;

/**
 * How the environment is opened. `overlappingSync` would let a transaction return before the disk
 * has it; without it, a write is durable when it returns and the answer may leave. `noSubdir` names
 * the file itself.
 */
export const environment = { noSubdir: true, overlappingSync: false, maxDbs: 8, ...binary } as const;

/** The data file within the store's folder. LMDB keeps `store.mdb-lock` beside it. */
export const storePath = (folder: string): string => join(folder, 'store.mdb');

/**
 * Opens or creates the files. The folder and the files are readable and writable by their owner
 * only, since logs hold personal data. One process at a time may write; lmdb-js does not prevent a
 * second one.
 */
export function openFiles(folder: string): Files {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const path = storePath(folder);
  const root = open<Buffer, Buffer>({ path, ...environment });
  for (const file of [path, `${path}-lock`]) if (existsSync(file)) chmodSync(file, 0o600);
  const [meta, documents, ids, segments, columns, blocks, groups] = databasesOf(root);
  return { root, meta, documents, ids, segments, columns, blocks, groups };
}

type Binary = Database<Buffer, Buffer>;

/** The databases of an environment: meta, documents, ids, segments, columns, blocks, groups. */
export function databasesOf(
  root: RootDatabase<Buffer, Buffer>,
): [Binary, Binary, Binary, Binary, Binary, Binary, Binary] {
  const database = (name: string): Binary => root.openDB<Buffer, Buffer>({ name, ...binary });
  return [
    database('meta'),
    database('documents'),
    database('ids'),
    database('segments'),
    database('columns'),
    database('blocks'),
    database('groups'),
  ];
}

/** What the keys of an index begin with. */
export function indexKey(index: number): Buffer {
  const key = Buffer.allocUnsafe(4);
  key.writeUInt32BE(index, 0);
  return key;
}

/** Key of a sequence of an index. */
export function numberKey(index: number, number: number): Buffer {
  const key = Buffer.allocUnsafe(8);
  key.writeUInt32BE(index, 0);
  key.writeUInt32BE(number, 4);
  return key;
}

const documentKey = Buffer.alloc(8);

/** Key of a document that is read or written. It is valid until the next call: LMDB copies keys. */
export function keyOfDocument(index: number, sequence: number): Buffer {
  documentKey.writeUInt32BE(index, 0);
  documentKey.writeUInt32BE(sequence, 4);
  return documentKey;
}

const idEntry = Buffer.alloc(8);

/** The value of an entry in `ids`. It is valid until the next call; LMDB copies it within a transaction. */
export function encodeId(sequence: number, version: number): Buffer {
  idEntry.writeUInt32LE(sequence, 0);
  idEntry.writeUInt32LE(version, 4);
  return idEntry;
}

let lastId = { index: -1, id: '', key: Buffer.alloc(0) };

/** Key of a document's id. A write looks its id up first, so the last key is kept. */
export function idKey(index: number, id: string): Buffer {
  if (lastId.index === index && lastId.id === id) return lastId.key;
  const key = Buffer.allocUnsafe(4 + Buffer.byteLength(id));
  key.writeUInt32BE(index, 0);
  key.write(id, 4);
  lastId = { index, id, key };
  return key;
}

/** Bytes. A longer field name would not fit in a key and is replaced by its digest. */
const maxFieldLength = 600;

/**
 * `#` starts no field name that Elasticsearch's clients send, and the digest is 64 hexadecimal
 * digits.
 */
const digestOf = (field: string) => `#${createHash('sha256').update(field).digest('hex')}`;

/** Key of a field's column in the segment that starts at `base`; the empty field is the live set. */
export function columnKey(index: number, base: number, field: string): Buffer {
  return Buffer.concat([
    numberKey(index, base),
    Buffer.from(field.length > maxFieldLength ? digestOf(field) : field),
  ]);
}

/** Bytes. Elasticsearch refuses longer ids; LMDB's limit for a whole key is 1,978 bytes here. */
export const maxIdBytes = 512;

/** A document as the database `documents` keeps it. */
export interface StoredDocument {
  id: string;
  version: number;
  /** Wall time of its write. */
  written: Millis;
  /**
   * The JSON as received, byte for byte. In a result of `decodeDocument` it is a view of the given
   * bytes.
   */
  source: Buffer;
}

/** Bytes before the id. */
const header = 14;

/** Bytes. Documents up to this size are encoded in one buffer, which is used again. */
const usualSize = 2 ** 16;
const encoded = Buffer.allocUnsafeSlow(usualSize);

/** The value of an entry in `documents`. It is valid until the next call; LMDB copies it within a transaction. */
export function encodeDocument({ id, version, written, source }: StoredDocument): Buffer {
  const idLength = Buffer.byteLength(id);
  const size = header + idLength + source.length;
  const bytes = size <= usualSize ? encoded.subarray(0, size) : Buffer.allocUnsafe(size);
  bytes.writeUInt32LE(version, 0);
  bytes.writeUInt16LE(idLength, 4);
  bytes.writeDoubleLE(written, 6);
  bytes.write(id, header);
  source.copy(bytes, header + idLength);
  return bytes;
}

/** Reads what `encodeDocument` wrote. The source is a view of `bytes`, not a copy. */
export function decodeDocument(bytes: Buffer): StoredDocument {
  const end = header + bytes.readUInt16LE(4);
  const [version, written] = [bytes.readUInt32LE(0), bytes.readDoubleLE(6)];
  return { version, written, id: bytes.toString('utf8', header, end), source: bytes.subarray(end) };
}
