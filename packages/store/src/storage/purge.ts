import type { Database } from 'lmdb';
import type { Trash } from './catalog.ts';
import { documentsIn } from './documents.ts';
import { columnKey, decodeDocument, type Files, idKey, indexKey, numberKey } from './files.ts';
import { IdGroups } from './id-groups.ts';

/** Keys removed in one transaction. Writes wait for no more than these. */
const keysPerTransaction = 1000;
/** Blocks have many documents, and their ids are removed with them. */
const blocksPerTransaction = 32;

interface Range {
  start: Buffer;
  end: Buffer;
}

/**
 * One step of removing from disk what no search sees any more. Must run within a transaction. Returns whether there was anything to
 * remove.
 */
export function purgeSome(files: Files, { index, range }: Trash): boolean {
  const start = numberKey(index, range?.[0] ?? 0);
  const end = range ? numberKey(index, range[1]) : numberKey(index + 1, 0);
  if (purgeDocuments(files, index, { start, end }) || purgeBlocks(files, index, { start, end })) return true;
  const columns = { start, end: range ? columnKey(index, range[0] + 1, '') : end };
  let removed = purgeKeys(files.columns, columns);
  if (range === undefined)
    for (const database of [files.segments, files.ids, files.groups])
      removed += purgeKeys(database, { start: indexKey(index), end: indexKey(index + 1) });
  return removed > 0;
}

function purgeDocuments({ documents, ids }: Files, index: number, range: Range): boolean {
  const found = [...documents.getRange({ ...range, limit: keysPerTransaction })];
  for (const { key, value } of found) {
    const entry = idKey(index, decodeDocument(value).id);
    // The id may belong to a newer document by now.
    if (ids.getBinary(entry)?.readUInt32LE(0) === key.readUInt32BE(4)) ids.removeSync(entry);
    documents.removeSync(key);
  }
  return found.length > 0;
}

function purgeBlocks(files: Files, index: number, range: Range): boolean {
  const found = [...files.blocks.getRange({ ...range, limit: blocksPerTransaction })];
  const groups = new IdGroups(files, index);
  for (const { key, value } of found) {
    for (const { id, sequence } of documentsIn(key.readUInt32BE(4), value))
      groups.remove(Buffer.from(id), sequence);
    files.blocks.removeSync(key);
  }
  groups.flush();
  return found.length > 0;
}

function purgeKeys(database: Database<Buffer, Buffer>, range: Range): number {
  const keys = [...database.getKeys({ ...range, limit: keysPerTransaction })];
  for (const key of keys) database.removeSync(key);
  return keys.length;
}
