import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, open, type RootDatabase, type RootDatabaseOptions } from 'lmdb';
import type { JournalConfig } from '../config/schema/time.ts';
import { LogboomError, messageOf } from '../errors.ts';
import type { InputState, Millis, Position } from '../model.ts';
import type { Instruments } from '../telemetry/metrics.ts';
import { lmdbOptions } from '../util/lmdb.ts';
import { decodeHeader, type Header } from './record.ts';

/** Increased whenever an older logboom could misread a journal that this one writes. */
export const JOURNAL_FORMAT = 1;

/** The end of the journal. */
export interface Tail {
  /** Position of the last record ever appended; 0 in a new journal. */
  position: Position;
  /** Bytes of all records up to it since the journal was created, trimmed ones included. */
  total: number;
  /** Number of all events up to it since the journal was created, or since it was opened by a version that counts them. */
  events: number;
}

interface About {
  format: number;
  id: string;
}

/**
 * A journal is one LMDB environment, the file `journal.mdb`, with four databases:
 *
 * | database   | key                                | value                                                           |
 * | ---------- | ---------------------------------- | --------------------------------------------------------------- |
 * | `headers`  | position (a number, lmdb's encoding) | header of the record, binary: see `record.ts`                 |
 * | `payloads` | position                           | payload as received, binary; no entry for a tick                |
 * | `meta`     | `about`                            | JSON `{format, id}`: format of the journal, its random id       |
 * |            | `tail`                             | JSON `Tail`                                                     |
 * |            | `cursor/<reader>`                  | JSON number: position that the reader has committed             |
 * | `states`   | `<input>/…`                        | JSON: what an input keeps beside its batches (`InputState`)     |
 *
 * Positions are 1, 2, 3 … without gaps. `headers` holds those from the first untrimmed record to `tail.position`. All
 * databases change in one transaction, so a crash never separates a record from the tail, the cursors or the states.
 * Only the writer opens `states`: a folder of an earlier version does not have it until then.
 */
export interface Layout {
  id: string;
  root: RootDatabase;
  headers: Database<Buffer, Position>;
  payloads: Database<Buffer, Position>;
  meta: Database<unknown, string>;
  states: Database<unknown, string> | undefined;
}

const FILE = 'journal.mdb';
/** 0xBEEFC0DE, little-endian, after the header of the first page. */
const LMDB_MAGIC = Buffer.from('dec0efbe', 'hex');
const CURSOR = 'cursor/';

const options = { ...lmdbOptions, maxDbs: 4 };

/**
 * Address space for the memory map, not disk space: what the settings allow, with a margin. lmdb enlarges the map when
 * that is not enough.
 */
export const mapSizeOf = ({ config: { maxSize, keepSize }, lagging = {} }: JournalOptions): number =>
  2 * Math.max(maxSize + keepSize, ...Object.values(lagging)) + 2 ** 28;

/** Opens the journal for its one writer, and creates it if there is none. Throws as `openForReading` does. */
export function openForWriting(folder: string, mapSize: number): Layout {
  return openLayout(folder, { ...options, mapSize, permissionsMode: 0o600 } as RootDatabaseOptions);
}

/** Throws `JOURNAL_BROKEN` or `JOURNAL_VERSION`, naming the folder. */
export function openForReading(folder: string): Layout {
  if (!existsSync(join(folder, FILE)))
    throw new LogboomError('JOURNAL_BROKEN', `There is no journal in ${folder}.`);
  return openLayout(folder, { ...options, readOnly: true });
}

function openLayout(folder: string, settings: RootDatabaseOptions): Layout {
  let root: RootDatabase | undefined;
  try {
    checkMagic(join(folder, FILE));
    root = open(join(folder, FILE), settings);
    const headers = root.openDB<Buffer, Position>('headers', { encoding: 'binary' });
    const payloads = root.openDB<Buffer, Position>('payloads', { encoding: 'binary' });
    const meta = root.openDB<unknown, string>('meta', { encoding: 'json' });
    const states = settings.readOnly
      ? undefined
      : root.openDB<unknown, string>('states', { encoding: 'json' });
    const { id } = aboutOf(folder, meta, settings.readOnly === true);
    return { id, root, headers, payloads, meta, states };
  } catch (error) {
    void root?.close();
    if (error instanceof LogboomError) throw error;
    throw new LogboomError('JOURNAL_BROKEN', `Cannot open the journal in ${folder}: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

/** lmdb ends the whole process when it opens a file that is not an LMDB file, so the magic number is checked first. */
function checkMagic(path: string): void {
  if (!existsSync(path)) return;
  const start = Buffer.alloc(64);
  const file = openSync(path, 'r');
  const bytes = readSync(file, start, 0, start.length, 0);
  closeSync(file);
  if (bytes > 0 && !start.includes(LMDB_MAGIC)) throw new Error('journal.mdb is not an LMDB file');
}

function aboutOf(folder: string, meta: Database<unknown, string> | undefined, readOnly: boolean): About {
  let about = meta?.get('about') as About | undefined;
  if (about === undefined && readOnly)
    throw new LogboomError('JOURNAL_BROKEN', `The journal in ${folder} is being created; try again.`);
  if (about === undefined) {
    about = { format: JOURNAL_FORMAT, id: randomBytes(6).toString('hex') };
    meta?.putSync('about', about);
  }
  if (about.format > JOURNAL_FORMAT)
    throw new LogboomError(
      'JOURNAL_VERSION',
      `The journal in ${folder} has format ${about.format}, and this logboom knows formats up to ` +
        `${JOURNAL_FORMAT}. Run the newer logboom that wrote it, or name another data folder.`,
    );
  return about;
}

/** A journal of an earlier version does not count its events. */
export const tailOf = (layout: Layout): Tail => ({
  ...{ position: 0, total: 0, events: 0 },
  ...(layout.meta.get('tail') as Partial<Tail> | undefined),
});

export function headerAt(layout: Layout, position: Position): Header | undefined {
  const bytes = layout.headers.getBinary(position);
  return bytes && decodeHeader(bytes);
}

/** Position of the first record held; `tail.position + 1` if there is none. */
export function oldestOf(layout: Layout): Position {
  for (const first of layout.headers.getKeys({ limit: 1 })) return first;
  return tailOf(layout).position + 1;
}

export const cursorKey = (reader: string): string => CURSOR + reader;

export const cursorOf = (layout: Layout, reader: string): Position =>
  (layout.meta.get(cursorKey(reader)) as Position | undefined) ?? 0;

export function cursorsOf(layout: Layout): Record<string, Position> {
  // '0' is the character after '/', so the range holds the cursors and nothing else.
  const range = layout.meta.getRange({ start: CURSOR, end: 'cursor0' });
  return Object.fromEntries(
    [...range].map(({ key, value }) => [key.slice(CURSOR.length), value as Position]),
  );
}

/** The states whose keys begin with a prefix. */
export function statesOf({ states }: Layout, prefix: string): InputState[] {
  const found: InputState[] = [];
  for (const { key, value } of states?.getRange({ start: prefix }) ?? []) {
    if (!key.startsWith(prefix)) break;
    found.push({ key, value });
  }
  return found;
}

/** The readers of a journal, and what the journal keeps for them. */
export interface JournalReaders {
  /** Required readers. The slowest of them decides about back-pressure and trimming. */
  readers: string[];
  /**
   * Readers that cause no back-pressure, each with the number of bytes that the journal keeps for it beyond `keepAge` and
   * `keepSize` while it lags. Older records are trimmed, read or not.
   */
  lagging?: Record<string, number>;
}

export interface JournalOptions extends JournalReaders {
  config: JournalConfig;
  instruments: Instruments;
  /** Wall clock. The age of records is judged by it. */
  now?: () => Millis;
}

/** How full a journal is, as health pages and dashboards show it. */
export interface JournalFill {
  /** Bytes of records that the slowest required reader has yet to commit, and of admitted appends. */
  bytes: number;
  /** From this many bytes on, appends wait. */
  limit: number;
  /** Number of appends that wait for room. */
  waiting: number;
  /** Position of the first record that the journal holds; `newest + 1` if it holds none. */
  oldest: Position;
  newest: Position;
  /** Number of events since the journal was created. It survives restarts and trimming. */
  events: number;
  /** The committed position of each reader; 0 if it never committed. */
  readers: Record<string, Position>;
}
