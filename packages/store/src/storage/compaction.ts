import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { open } from 'lmdb';
import { environment, storePath } from './files.ts';
import { pagesOf } from './usage.ts';

/** Bytes. A smaller file is left alone: there is little to gain. */
const minFileBytes = 64 * 2 ** 20;
/** Ratio of free pages from which a copy is made. */
const minFreeRatio = 0.5;

/** What a compaction changed. */
interface Compaction {
  /** Bytes of the file. */
  before: number;
  after: number;
}

/**
 * Returns disk space that retention freed. LMDB reuses the pages of removed documents but never
 * shortens its file. So at a start, before anything has opened the file, a file that is mostly
 * empty is copied without its free pages.
 *
 * The copy replaces the file by a rename, after the copy is synced to disk, so a crash leaves
 * either file whole. Where the disk has no room for the copy, nothing changes and the result is
 * undefined. Other errors are thrown. Takes as long as writing the live pages.
 */
export async function compact(folder: string, from = minFileBytes): Promise<Compaction | undefined> {
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

/** Whether a copy was made and synced. An incomplete copy is removed. */
async function copied(path: string, copy: string): Promise<boolean> {
  const root = open<Buffer, Buffer>({ path, ...environment });
  try {
    const { used, all } = pagesOf(root);
    if (1 - used / all < minFreeRatio) return false;
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

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

/** Flushes a file or a folder to disk; syncing the folder makes the rename durable. */
function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
