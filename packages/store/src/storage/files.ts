import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Millis } from '@logboom/common';
import { type Database, open, type RootDatabase } from 'lmdb';

/**
 * The store's LMDB environment. Keys and values are bytes throughout; keys begin with the index's number, so that
 * an index is one range in each database, and numbers are big-endian, so that ranges come in order.
 *
 * | database | key | value |
 * |---|---|---|
 * | meta | `index:NAME`, `template:NAME`, … | JSON |
 * | documents | index, sequence | version (u32), id length (u16), wall time of the write (f64), id, the document's JSON as it came |
 * | ids | index, id | sequence (u32), version (u32) |
 * | segments | index, first sequence | JSON: what a sealed segment holds |
 * | columns | index, first sequence, field | a column; without field, the set of documents not deleted |
 */
export interface Files {
  root: RootDatabase<Buffer, Buffer>;
  meta: Database<Buffer, Buffer>;
  documents: Database<Buffer, Buffer>;
  ids: Database<Buffer, Buffer>;
  segments: Database<Buffer, Buffer>;
  columns: Database<Buffer, Buffer>;
}

const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;

/** How the environment is opened. Without overlapping sync a transaction that returned is on disk, and an answer may leave. */
export const environment = { noSubdir: true, overlappingSync: false, maxDbs: 8, ...binary } as const;

export const storePath = (folder: string): string => join(folder, 'store.mdb');

/** Only their owner may read what people's servers log. */
export function openFiles(folder: string): Files {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const path = storePath(folder);
  const root = open<Buffer, Buffer>({ path, ...environment });
  for (const file of [path, `${path}-lock`]) if (existsSync(file)) chmodSync(file, 0o600);
  const [meta, documents, ids, segments, columns] = databasesOf(root);
  return { root, meta, documents, ids, segments, columns };
}

type Binary = Database<Buffer, Buffer>;

export function databasesOf(root: RootDatabase<Buffer, Buffer>): [Binary, Binary, Binary, Binary, Binary] {
  const database = (name: string): Binary => root.openDB<Buffer, Buffer>({ name, ...binary });
  return [
    database('meta'),
    database('documents'),
    database('ids'),
    database('segments'),
    database('columns'),
  ];
}

export function numberKey(index: number, number: number): Buffer {
  const key = Buffer.allocUnsafe(8);
  key.writeUInt32BE(index, 0);
  key.writeUInt32BE(number, 4);
  return key;
}

export function idKey(index: number, id: string): Buffer {
  const key = Buffer.allocUnsafe(4 + Buffer.byteLength(id));
  key.writeUInt32BE(index, 0);
  key.write(id, 4);
  return key;
}

/** Characters of a field's name that stand in a key as they are: those of a longer one would not fit. */
const longestField = 600;

const digestOf = (field: string) => `#${createHash('sha256').update(field).digest('hex')}`;

export function columnKey(index: number, base: number, field: string): Buffer {
  return Buffer.concat([
    numberKey(index, base),
    Buffer.from(field.length > longestField ? digestOf(field) : field),
  ]);
}

/** LMDB's limit for a key here is 1,978 bytes; Elasticsearch refuses ids above 512. */
export const longestId = 512;

export interface StoredDocument {
  id: string;
  version: number;
  /** Wall time of its write. */
  written: Millis;
  source: Buffer;
}

const header = 14;

export function encodeDocument({ id, version, written, source }: StoredDocument): Buffer {
  const idLength = Buffer.byteLength(id);
  const bytes = Buffer.allocUnsafe(header + idLength + source.length);
  bytes.writeUInt32LE(version, 0);
  bytes.writeUInt16LE(idLength, 4);
  bytes.writeDoubleLE(written, 6);
  bytes.write(id, header);
  source.copy(bytes, header + idLength);
  return bytes;
}

export function decodeDocument(bytes: Buffer): StoredDocument {
  const end = header + bytes.readUInt16LE(4);
  const [version, written] = [bytes.readUInt32LE(0), bytes.readDoubleLE(6)];
  return { version, written, id: bytes.toString('utf8', header, end), source: bytes.subarray(end) };
}
