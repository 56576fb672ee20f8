import { randomUUID } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { LogboomError, messageOf } from '../errors.ts';

/**
 * The content of the lock file `writer.lock`, as JSON: which process writes to the folder.
 *
 * Node offers no lock that the system releases when a process dies. So a lock file left behind by `kill -9` has to be
 * recognised as stale:
 *
 * - A holder on the same host is alive if a process has its id and its start time (where /proc tells it); process ids are
 *   reused.
 * - A holder on another host (another container on the same volume) is alive if it touched the file within the last
 *   15 seconds. Holders touch it every 5 seconds; process ids mean nothing across containers.
 */
interface Holder {
  pid: number;
  /** Start of the process in clock ticks since boot, from /proc; empty if there is no /proc. */
  started: string;
  host: string;
  /** Random, so that a process recognises its own lock. */
  token: string;
}

/** A held lock. The holder has to release it; releasing twice is harmless. */
export interface Lock {
  release(): void;
}

const FILE = 'writer.lock';
/** What a lock protects, as the error message names it, and the error's code. */
const locked = { journal: 'JOURNAL_LOCKED', data: 'DATA_LOCKED' } as const;
type Locked = keyof typeof locked;
/** In milliseconds. */
const HEARTBEAT = 5_000;
const HEARTBEAT_MISSED = 3 * HEARTBEAT;
/** Tokens of the locks that this process holds. */
const heldHere = new Set<string>();

/** Locks a folder that exists. Throws `JOURNAL_LOCKED` or `DATA_LOCKED`, naming the process that holds it. */
export function lockFolder(folder: string, what: Locked = 'journal'): Lock {
  const path = join(folder, FILE);
  const self = holderOf();
  for (let attempt = 0; attempt < 3; attempt++) {
    if (claim(path, self)) return hold(path, self);
    throwIfHeld(folder, path, what);
    removeStale(path);
  }
  throw new LogboomError(
    locked[what],
    `Other processes are locking the ${what} in ${folder} at the same time. Start one logboom only.`,
  );
}

/** Creates the journal's folder if it does not exist, and locks it. Throws `JOURNAL_BROKEN` if it cannot be written. */
export function lockJournal(folder: string): Lock {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return lockFolder(folder);
  } catch (error) {
    if (error instanceof LogboomError) throw error;
    throw new LogboomError('JOURNAL_BROKEN', `Cannot write to the folder ${folder}: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

const holderOf = (): Holder => ({
  pid: process.pid,
  started: startOf(process.pid),
  host: hostname(),
  token: randomUUID(),
});

/** Creates the file under another name and links it: linking is atomic, so no process sees half a lock file. */
function claim(path: string, self: Holder): boolean {
  const draft = `${path}.${self.token}`;
  writeFileSync(draft, JSON.stringify(self), { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function hold(path: string, self: Holder): Lock {
  heldHere.add(self.token);
  const heartbeat = setInterval(() => touch(path), HEARTBEAT).unref();
  return {
    release() {
      clearInterval(heartbeat);
      if (heldHere.delete(self.token) && read(path)?.token === self.token) rmSync(path, { force: true });
    },
  };
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // The folder was moved away. The next write to the journal reports it.
  }
}

function read(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function throwIfHeld(folder: string, path: string, what: Locked): void {
  const holder = read(path);
  if (!holder || !isAlive(holder, path)) return;
  const where =
    holder.host === hostname() ? `process ${holder.pid}` : `process ${holder.pid} on ${holder.host}`;
  throw new LogboomError(
    locked[what],
    `The ${what} in ${folder} is held by ${where}. Stop that logboom, or name another data folder.`,
  );
}

function isAlive(holder: Holder, path: string): boolean {
  if (holder.host !== hostname()) return Date.now() - lastTouched(path) < HEARTBEAT_MISSED;
  if (holder.pid === process.pid) return heldHere.has(holder.token);
  return startOf(holder.pid) === holder.started && exists(holder.pid);
}

const lastTouched = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of /proc/<pid>/stat. The second field, the name of the command, may contain spaces and ends with `)`. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/**
 * Removes a stale lock file. The file is renamed first: of several processes that find it, only one succeeds. If the
 * renamed file turns out to be the lock that another process has just taken, it is put back.
 */
function removeStale(path: string): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
    const moved = read(aside);
    if (moved && isAlive(moved, aside)) linkSync(aside, path);
    rmSync(aside, { force: true });
  } catch (error) {
    rmSync(aside, { force: true });
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
