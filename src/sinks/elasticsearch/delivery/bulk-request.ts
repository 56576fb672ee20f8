import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { withLastOfDuplicates } from '../../../events/index.ts';
import type { BulkItem } from '../../../model.ts';

const lineFeed = 0x0a;
const compress = promisify(gzip);

export interface BulkLimits {
  maxBulkBytes: number;
  maxBulkItems: number;
}

/** What an item is sent as: its action line, and both lines' length with their ends. */
export interface BulkEntry {
  item: BulkItem;
  action: string;
  bytes: number;
}

/**
 * A line feed inside a document would end its line, and what follows would be read as the next action: a sender
 * could delete indices. Such a document is never sent. Returns why, or undefined where the item may be sent.
 */
export function problemOf(item: BulkItem): string | undefined {
  if (item.document.length === 0) return 'the document is empty';
  const broken =
    typeof item.document === 'string' ? item.document.includes('\n') : item.document.includes(lineFeed);
  return broken
    ? 'the document holds a line feed, which would break out of its line in a bulk request'
    : undefined;
}

/** The action line (without its end). Names are quoted by JSON.stringify, so they cannot break out either. */
export function actionLine(item: BulkItem): string {
  const { id, version: _, ...written } = item;
  if (item.revisionField === undefined) return `${actionStart(item)}${JSON.stringify(id)}${actionEnd(item)}`;
  const { earlier } = item;
  const start = earlier
    ? { action: 'index' as const, index: earlier.index }
    : { ...item, action: 'create' as const };
  const replaced = earlier ? `,"if_seq_no":${earlier.sequence},"if_primary_term":${earlier.primaryTerm}` : '';
  return `${actionStart(start)}${JSON.stringify(id)}${replaced}${actionEnd(written)}`;
}

/** The action line up to the id. */
export function actionStart({ action, index }: Pick<BulkItem, 'action' | 'index'>): string {
  return `{"${action}":{"_index":${JSON.stringify(index)},"_id":`;
}

/** The action line behind the id. */
export function actionEnd(item: Pick<BulkItem, 'version' | 'routing' | 'pipeline'>): string {
  const versioned = item.version === undefined ? '' : `,"version":${item.version},"version_type":"external"`;
  const routing = item.routing === undefined ? '' : `,"routing":${JSON.stringify(item.routing)}`;
  const pipeline = item.pipeline === undefined ? '' : `,"pipeline":${JSON.stringify(item.pipeline)}`;
  return `${versioned}${routing}${pipeline}}}`;
}

export function entryOf(item: BulkItem): BulkEntry {
  const action = actionLine(item);
  const bytes = Buffer.byteLength(action) + Buffer.byteLength(item.document) + 2;
  return { item, action, bytes };
}

/** A document in which an object has a key twice, with the last value alone. Undefined where it has none. */
export function withoutDuplicates<Entry extends BulkEntry>(entry: Entry): Entry | undefined {
  const document = withLastOfDuplicates(entry.item.document.toString());
  return document === undefined ? undefined : { ...entry, ...entryOf({ ...entry.item, document }) };
}

/**
 * Cuts a run into bulk requests within the limits, in order. A document larger than the limit travels alone: the
 * server decides about it.
 */
export function split<Entry extends BulkEntry>(entries: Entry[], limits: BulkLimits): Entry[][] {
  const bulks: Entry[][] = [];
  let bulk: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const full = bulk.length >= limits.maxBulkItems || bytes + entry.bytes > limits.maxBulkBytes;
    if (bulk.length > 0 && full) {
      bulks.push(bulk);
      bulk = [];
      bytes = 0;
    }
    bulk.push(entry);
    bytes += entry.bytes;
  }
  if (bulk.length > 0) bulks.push(bulk);
  return bulks;
}

export function sizeOf(entries: BulkEntry[]): number {
  return entries.reduce((sum, entry) => sum + entry.bytes, 0);
}

/** The request body: NDJSON, each document's bytes as they are, every line ended. */
export function bodyOf(entries: BulkEntry[]): Buffer {
  const body = Buffer.allocUnsafe(sizeOf(entries));
  let at = 0;
  for (const { action, item } of entries) {
    at += body.write(action, at);
    body[at++] = lineFeed;
    at += typeof item.document === 'string' ? body.write(item.document, at) : item.document.copy(body, at);
    body[at++] = lineFeed;
  }
  return body;
}

/** Level 1 costs a fraction of the default level's time, and logs are about as small after it. */
export function compressed(body: Buffer): Promise<Buffer> {
  return compress(body, { level: constants.Z_BEST_SPEED });
}
