import { mkdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { LogboomError, messageOf } from '../errors.ts';
import { lockFolder } from '../journal/lock.ts';
import { findLmdbDamage } from '../util/lmdb.ts';
import { checkFormats } from './data-formats.ts';

/** Bytes. LMDB maps a small file for its locks; on a full disk the system would kill the process. */
const leastFreeSpace = 256 * 1024;

/** The LMDB files of the data folder, and what is lost without each of them. */
const files = [
  ['journal', 'journal.mdb', 'acknowledged events that are not indexed yet are lost'],
  ['analysis', 'results.mdb', 'windows and alerts start anew, and unpublished ones are lost'],
  ['outbox', 'outbox.mdb', 'notifications that are not delivered yet are lost'],
  ['own-alerts', 'results.mdb', 'alerts about logboom itself start anew'],
  ['store', 'store.mdb', 'the documents in the embedded store are lost'],
] as const;

export interface DataFolder {
  /** Releases the lock. May be called twice. */
  release(): void;
}

/**
 * Locks the data folder for this process, before anything in it is opened, and creates it if it does not exist. Throws with
 * the place and the remedy: `DATA_LOCKED` if another process holds the lock, `DATA_UNWRITABLE` if the disk is full or
 * read-only, `DATA_VERSION` if a newer logboom wrote the data, `DATA_DAMAGED` if a file is damaged.
 */
export function openDataFolder(folder: string): DataFolder {
  const lock = written(folder, () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    requireFreeSpace(folder);
    return lockFolder(folder, 'data');
  });
  try {
    written(folder, () => checkFormats(folder));
    for (const [name, file, loss] of files) refuseDamaged(join(folder, name), file, loss);
    return lock;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Runs writes to the folder. A failure becomes a `DATA_UNWRITABLE`. */
function written<T>(folder: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof LogboomError) throw error;
    throw new LogboomError(
      'DATA_UNWRITABLE',
      `Cannot write to the data folder ${folder}: ${messageOf(error)}. ` +
        'Give the user of logboom write permission, free disk space, or set another folder with "data".',
      { cause: error },
    );
  }
}

function requireFreeSpace(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < leastFreeSpace) throw new Error('the disk is full');
}

function refuseDamaged(folder: string, file: string, loss: string): void {
  const path = join(folder, file);
  const fault = faultOf(path);
  if (fault === undefined) return;
  throw new LogboomError(
    'DATA_DAMAGED',
    `${path} is damaged: ${fault}. Check the disk, and restore the file from a backup. Or move ${folder} away and ` +
      `start again: ${loss}.`,
  );
}

function faultOf(path: string): string | undefined {
  try {
    return findLmdbDamage(path);
  } catch (error) {
    return `it cannot be read (${messageOf(error)})`;
  }
}
