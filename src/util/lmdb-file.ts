import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { isPage, type Meta, type Reference, readMeta, referencesOf, transactionOf } from './lmdb-pages.ts';

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
