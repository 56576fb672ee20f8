import { closeSync, fstatSync, mkdirSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, type Key, open, type RootDatabase, type RootDatabaseOptions } from 'lmdb';

/**
 * Options for every environment. `overlappingSync` would resolve a write before it is on disk. `eventTurnBatching` would
 * create a promise for each turn that no one can catch: on a full disk its rejection would end the process. Writes are
 * batched explicitly instead. `noSubdir`: the file is named, because lmdb takes a folder with a dot in its path for a file.
 */
export const lmdbOptions = { noSubdir: true, overlappingSync: false, eventTurnBatching: false };

/** Opens an environment in its own folder, and creates both, accessible for their owner only. */
export function openLmdb(folder: string, file: string, options: Partial<RootDatabaseOptions>): RootDatabase {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return open(join(folder, file), {
    ...lmdbOptions,
    permissionsMode: 0o600,
    ...options,
  } as RootDatabaseOptions);
}

/** The number of entries of a table, as its tree notes it. It costs microseconds; `getCount` reads each entry. */
export const entriesOf = <Value, Of extends Key>(table: Database<Value, Of>): number =>
  (table.getStats() as { entryCount: number }).entryCount;

/** Resolves when a write is on disk; rejects with the cause if it failed. */
export async function untilWritten(write: PromiseLike<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    await failedCommit(error);
  }
}

/**
 * The error of a failed transaction does not contain the cause; lmdb gives the cause in a second promise. That promise must
 * always be awaited: an unhandled rejection would end the process.
 */
async function failedCommit(thrown: unknown): Promise<never> {
  await (thrown as { commitError?: Promise<unknown> }).commitError;
  throw thrown;
}

/**
 * The layout of an LMDB file (data version 2, as lmdb-js builds it), as far as a check for completeness needs it. Numbers
 * are little-endian. A page begins with its own number (u64), the transaction that wrote it (u64), padding (u16), flags
 * (u16) and the start and end of its free space (u16, u16), counted from behind these bytes. Source: `mdb.c` of
 * kriszyp/lmdb-js.
 */
const HEADER = 24;
const SMALLEST_PAGE = 256;
const LARGEST_PAGE = 65_536;
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const flag = { branch: 0x01, leaf: 0x02, overflow: 0x04, meta: 0x08 } as const;
const node = { bigData: 0x01, subData: 0x02, duplicates: 0x04 } as const;
/** The root of an empty tree. */
const NO_PAGE = 2n ** 64n - 1n;

interface Meta {
  pageSize: number;
  /** Roots of the free list and of the main database. */
  roots: number[];
  lastPage: number;
  transaction: number;
}

/** A reference to a page, and the number of consecutive pages that belong to it. */
interface Reference {
  page: number;
  kind: 'tree' | 'overflow';
  pages: number;
}

/** Returns undefined if the bytes are not a meta page. `bytes` begins with the page. */
export function readMeta(bytes: Buffer): Meta | undefined {
  if (bytes.length < HEADER + 128) return undefined;
  const known = bytes.readUInt32LE(HEADER) === MAGIC && bytes.readUInt32LE(HEADER + 4) === DATA_VERSION;
  if (!known || (bytes.readUInt16LE(18) & flag.meta) === 0) return undefined;
  const pageSize = bytes.readUInt32LE(HEADER + 24);
  const isPower = (pageSize & (pageSize - 1)) === 0;
  if (!isPower || pageSize < SMALLEST_PAGE || pageSize > LARGEST_PAGE) return undefined;
  return {
    pageSize,
    roots: [HEADER + 24, HEADER + 72].flatMap((database) => rootOf(bytes, database)),
    lastPage: Number(bytes.readBigUInt64LE(HEADER + 120)),
    transaction: Number(bytes.readBigUInt64LE(HEADER + 128)),
  };
}

/** A database is described by 48 bytes, of which the last eight are its root. */
function rootOf(bytes: Buffer, at: number): number[] {
  const root = bytes.readBigUInt64LE(at + 40);
  return root === NO_PAGE ? [] : [Number(root)];
}

const transactionOf = (page: Buffer): number => Number(page.readBigUInt64LE(8));

/** Whether a page has its own number and the kind of the reference. An overflow page may be longer than its value. */
function isPage(bytes: Buffer, { page, kind, pages }: Reference): boolean {
  if (bytes.length < HEADER || bytes.readBigUInt64LE(0) !== BigInt(page)) return false;
  const flags = bytes.readUInt16LE(18) & 0x0f;
  if (kind === 'overflow') return flags === flag.overflow && bytes.readUInt32LE(20) >= pages;
  return flags === flag.branch || flags === flag.leaf;
}

/** The pages to which a page of a tree refers; undefined if the bytes cannot be such a page. */
export function referencesOf(bytes: Buffer, pageSize: number): Reference[] | undefined {
  const [lower, upper] = [bytes.readUInt16LE(20), bytes.readUInt16LE(22)];
  if (lower % 2 !== 0 || lower > upper || upper > pageSize - HEADER) return undefined;
  const isLeaf = (bytes.readUInt16LE(18) & flag.leaf) !== 0;
  const references: Reference[] = [];
  for (let pointer = HEADER; pointer < HEADER + lower; pointer += 2) {
    const at = HEADER + bytes.readUInt16LE(pointer);
    if (at < HEADER + upper || at + 8 > pageSize) return undefined;
    const end = at + 8 + bytes.readUInt16LE(at + 6);
    if (end > pageSize) return undefined;
    if (!isLeaf) references.push({ page: childOf(bytes, at), kind: 'tree', pages: 1 });
    else if (!readLeafNode(bytes, at, end, pageSize, references)) return undefined;
  }
  return references;
}

/** In a branch the length and the flags of a node together are the number of a page. */
const childOf = (bytes: Buffer, at: number) => bytes.readUInt32LE(at) + bytes.readUInt16LE(at + 4) * 2 ** 32;

/** `end` is where the node's key ends. Sorted duplicates are not used here and not looked into. */
function readLeafNode(bytes: Buffer, at: number, end: number, pageSize: number, into: Reference[]): boolean {
  const length = bytes.readUInt32LE(at);
  const flags = bytes.readUInt16LE(at + 4);
  if ((flags & node.bigData) !== 0) {
    if (end + 8 > pageSize) return false;
    const pages = Math.floor((HEADER - 1 + length) / pageSize) + 1;
    into.push({ page: Number(bytes.readBigUInt64LE(end)), kind: 'overflow', pages });
    return true;
  }
  if (end + length > pageSize) return false;
  const isDatabase = (flags & node.subData) !== 0 && (flags & node.duplicates) === 0 && length === 48;
  if (isDatabase) for (const page of rootOf(bytes, end)) into.push({ page, kind: 'tree', pages: 1 });
  return true;
}

/** A power cut can only tear pages of the last transactions; older pages were on disk long before. */
const RECENT_TRANSACTIONS = 64;
/** Enough for any header page, whatever the size of a page. */
const META_BYTES = 512;

/**
 * Checks whether an LMDB file is complete, before LMDB maps it: LMDB trusts its pages, and a page beyond the end of the file,
 * or with other content, ends the whole process with a signal. Returns the damage in words, or undefined. It reads the
 * header pages and the pages of the last transactions. A file that is shorter than its header says is read completely, for
 * that may be correct. No process may be writing the file.
 */
export function findLmdbDamage(path: string): string | undefined {
  const file = openOrMissing(path);
  if (file === undefined) return undefined;
  try {
    const size = fstatSync(file).size;
    return size === 0 ? undefined : new Inspection(file, size).fault();
  } finally {
    closeSync(file);
  }
}

function openOrMissing(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

class Inspection {
  readonly #file: number;
  readonly #size: number;

  constructor(file: number, size: number) {
    this.#file = file;
    this.#size = size;
  }

  fault(): string | undefined {
    const first = readMeta(this.#bytes(0, META_BYTES));
    if (!first) return 'its first page is no header of an LMDB file';
    const second = readMeta(this.#bytes(first.pageSize, META_BYTES));
    if (!second) return 'its second header page is damaged';
    return this.#tree(first.transaction > second.transaction ? first : second);
  }

  #tree(meta: Meta): string | undefined {
    const isShort = this.#size < (meta.lastPage + 1) * meta.pageSize;
    const since = isShort ? 0 : meta.transaction - RECENT_TRANSACTIONS;
    const open: Reference[] = meta.roots.map((page) => ({ page, kind: 'tree', pages: 1 }));
    const seen = new Set<number>();
    for (let next = open.pop(); next; next = open.pop()) {
      const found = seen.has(next.page) ? `page ${next.page} is used twice` : this.#page(next, meta, since);
      seen.add(next.page);
      if (typeof found === 'string') return found;
      open.push(...found);
    }
    return undefined;
  }

  /** The pages to which a page refers, or what is wrong with it. */
  #page(reference: Reference, { pageSize, lastPage }: Meta, since: number): Reference[] | string {
    const { page, pages, kind } = reference;
    if (page < 2 || page + pages - 1 > lastPage) return `page ${page}, which is referred to, cannot exist`;
    const end = (page + pages) * pageSize;
    if (end > this.#size) return `it is cut short: it has ${this.#size} bytes and needs at least ${end}`;
    const bytes = this.#bytes(page * pageSize, kind === 'overflow' ? META_BYTES : pageSize);
    if (!isPage(bytes, reference)) return `page ${page} is damaged`;
    if (kind === 'overflow' || transactionOf(bytes) < since) return [];
    return referencesOf(bytes, pageSize) ?? `page ${page} is damaged`;
  }

  #bytes(from: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(this.#file, bytes, 0, length, from));
  }
}
