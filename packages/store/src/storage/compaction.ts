import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { databasesOf, environment, storePath } from './files.ts';

/** A file smaller than that is left as it is: there is little to win. */
const worthwhile = 64 * 2 ** 20;
/** Share of the file that must be empty. */
const mostlyEmpty = 0.5;

interface Compaction {
  /** Bytes of the file. */
  before: number;
  after: number;
}

/**
 * Gives back to the disk what retention emptied. LMDB keeps the pages of removed documents for later ones and never
 * shortens its file; so at a start, before anybody has it open, a file that is mostly empty is copied without them.
 * The copy takes the file's place when it is on disk as a whole. A disk without room for it leaves all as it was.
 */
export async function compact(folder: string, from = worthwhile): Promise<Compaction | undefined> {
  const path = storePath(folder);
  const copy = `${path}.compact`;
  rmSync(copy, { force: true });
  const before = sizeOf(path);
  if (before === 0 || before < from || !(await copied(path, copy))) return undefined;
  renameSync(copy, path);
  rmSync(`${path}-lock`, { force: true });
  sync(dirname(path));
  return { before, after: sizeOf(path) };
}

async function copied(path: string, copy: string): Promise<boolean> {
  const root = open<Buffer, Buffer>({ path, ...environment });
  try {
    if (emptyShare(root) < mostlyEmpty) return false;
    await root.backup(copy, true);
    sync(copy);
    return true;
  } catch (error) {
    rmSync(copy, { force: true });
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC' || /no space/i.test(String(error))) return false;
    throw error;
  } finally {
    await root.close();
  }
}

interface Stats {
  lastPageNumber: number;
  treeBranchPageCount: number;
  treeLeafPageCount: number;
  overflowPages: number;
}

function emptyShare(root: RootDatabase<Buffer, Buffer>): number {
  const used = [root, ...databasesOf(root)].reduce((pages, database) => {
    const { treeBranchPageCount, treeLeafPageCount, overflowPages } = database.getStats() as Stats;
    return pages + treeBranchPageCount + treeLeafPageCount + overflowPages;
  }, 0);
  return 1 - used / (root.getStats() as Stats).lastPageNumber;
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
