import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { LogboomError, messageOf } from '../errors.ts';
import { lockFolder } from '../journal/lock.ts';
import { version } from '../util/files.ts';
import { findLmdbDamage } from '../util/lmdb.ts';

/**
 * The format numbers that this logboom writes, by folder of the data folder. The journal has its own format number. A number
 * is raised when an older logboom would misread the data.
 *
 * On disk: `format.json` in each folder, `{"format": 1, "logboom": "0.1.0"}` and a line end: the format number and the
 * version that wrote the folder first.
 */
export const formats = { analysis: 1, outbox: 1, 'own-alerts': 1, store: 2, streams: 1 } as const;
type StoreName = keyof typeof formats;

/** Name of the file in each folder. */
const FILE = 'format.json';

interface Format {
  format: number;
  /** The version of logboom that wrote it. */
  logboom: string;
}

/**
 * Throws if a newer logboom wrote a folder, and writes `format.json` into new folders and those of an earlier format, which this
 * logboom reads and goes on with in its own. It checks all folders before it
 * writes to any.
 */
function checkFormats(data: string): void {
  const names = Object.keys(formats) as StoreName[];
  const unwritten = names.filter((name) => isUnwritten(data, name));
  for (const name of unwritten) write(join(data, name), { format: formats[name], logboom: version });
}

/** Whether the folder has no `format.json` yet, or one of an earlier format. Throws if it has a format that this logboom does not know. */
function isUnwritten(data: string, name: StoreName): boolean {
  const folder = join(data, name);
  const path = join(folder, FILE);
  if (!existsSync(path)) return true;
  const { format, logboom } = read(path);
  if (format <= formats[name]) return format < formats[name];
  throw new LogboomError(
    'DATA_VERSION',
    `The ${name} data in ${folder} has format ${format}, and this logboom ${version} knows formats up to ` +
      `${formats[name]}. Run logboom ${logboom} or newer, which wrote it, or set another data folder.`,
  );
}

function read(path: string): Format {
  try {
    const found = JSON.parse(readFileSync(path, 'utf8')) as Format;
    if (Number.isInteger(found.format)) return found;
  } catch {
    // Reported below, like any other invalid content.
  }
  throw new LogboomError(
    'DATA_DAMAGED',
    `${path} does not have a valid format number. If this logboom wrote the data beside it, remove the file ` +
      'and start again; otherwise set another data folder.',
  );
}

/** Writes the file so that it is complete or missing, even after a power failure. */
function write(folder: string, format: Format): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `${FILE}.draft`);
  const file = openSync(draft, 'w', 0o600);
  try {
    writeFileSync(file, `${JSON.stringify(format)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, join(folder, FILE));
}

/** Bytes. LMDB maps a small file for its locks; on a full disk the system would kill the process. */
const leastFreeSpace = 256 * 1024;

/** The LMDB files of the data folder, and what is lost without each of them. */
const files = [
  ['journal', 'journal.mdb', 'acknowledged events that are not indexed yet are lost'],
  ['analysis', 'results.mdb', 'windows and alerts start anew, and unpublished ones are lost'],
  ['outbox', 'outbox.mdb', 'notifications that are not delivered yet are lost'],
  ['own-alerts', 'results.mdb', 'alerts about logboom itself start anew'],
  ['streams', 'streams.mdb', 'outputs that streams have not sent yet are lost'],
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
