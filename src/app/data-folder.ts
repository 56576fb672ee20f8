import { mkdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { LogboomError, messageOf } from '../errors.ts';
import { lockFolder } from '../journal/lock.ts';
import { findLmdbDamage } from '../util/lmdb-file.ts';
import { settleFormats } from './data-formats.ts';

/** LMDB maps a small file for its locks; where the disk has no room for that, the system ends the process. */
const LEAST_ROOM = 256 * 1024;

/** The files that LMDB maps, and what is lost where one is given up. */
const files = [
  ['journal', 'journal.mdb', 'events that were acknowledged and are not indexed yet are lost with it'],
  ['analysis', 'results.mdb', 'windows and alerts begin anew, and what was not published of them is lost'],
  ['outbox', 'outbox.mdb', 'notifications that are not delivered yet are lost with it'],
  ['own-alerts', 'results.mdb', 'alerts about logboom itself begin anew'],
  ['store', 'store.mdb', 'the documents in the embedded store are lost with it'],
] as const;

export interface DataFolder {
  /** Lets another process have it. Harmless when called twice. */
  release(): void;
}

/**
 * Takes the data folder for this process, before anything in it is opened, and makes it where there is none.
 * Throws, naming place and remedy, `DATA_LOCKED` where another process has it, `DATA_UNWRITABLE` where the disk is
 * full or read-only, `DATA_VERSION` where a newer logboom wrote it, `DATA_DAMAGED` where a file in it is not whole.
 */
export function openDataFolder(folder: string): DataFolder {
  const lock = written(folder, () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    needRoom(folder);
    return lockFolder(folder, 'data');
  });
  try {
    written(folder, () => settleFormats(folder));
    for (const [name, file, loss] of files) refuseDamaged(join(folder, name), file, loss);
    return lock;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** What is wrong with a disk is told in the same words, whichever write finds it. */
function written<T>(folder: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof LogboomError) throw error;
    throw new LogboomError(
      'DATA_UNWRITABLE',
      `Cannot write to the data folder ${folder}: ${messageOf(error)}. ` +
        'Let the user that logboom runs as write there, make room on the disk, or name another folder with "data".',
      { cause: error },
    );
  }
}

function needRoom(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < LEAST_ROOM) throw new Error('the disk is full');
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
