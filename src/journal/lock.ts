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
 * One writer to a folder. Node offers no lock that the system takes back when a process dies, so the lock is a
 * file that says who holds it, and a file left behind by `kill -9` is told from a living holder's:
 *
 * - on the same host by process id and the process's start time (where /proc tells it), for ids are given anew;
 * - from another host, which here means another container on the same volume, by the holder's heartbeat, the
 *   file's modification time, as process ids mean nothing across containers.
 */
interface Holder {
  pid: number;
  /** Start of the process in clock ticks since boot, from /proc; empty where there is none. */
  started: string;
  host: string;
  token: string;
}

export interface Lock {
  release(): void;
}

const FILE = 'writer.lock';
/** What is locked, as the refusal names it, and the refusal's code. */
const locked = { journal: 'JOURNAL_LOCKED', data: 'DATA_LOCKED' } as const;
type Locked = keyof typeof locked;
const HEARTBEAT = 5_000;
const HEARTBEAT_MISSED = 3 * HEARTBEAT;
const heldHere = new Set<string>();

export function lockFolder(folder: string, what: Locked = 'journal'): Lock {
  const path = join(folder, FILE);
  const self = holderOf();
  for (let attempt = 0; attempt < 3; attempt++) {
    if (claim(path, self)) return hold(path, self);
    refuseIfHeld(folder, path, what);
    removeStale(path);
  }
  throw new LogboomError(locked[what], `Other processes are fighting for the ${what} in ${folder}.`);
}

/** Makes the journal's folder where there is none, and locks it. */
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

/** A link either is made whole or exists already: no reader ever sees half a lock file. */
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
  const heartbeat = setInterval(() => beat(path), HEARTBEAT).unref();
  return {
    release() {
      clearInterval(heartbeat);
      if (heldHere.delete(self.token) && read(path)?.token === self.token) rmSync(path, { force: true });
    },
  };
}

function beat(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // The folder was moved away; the journal's own writes will tell.
  }
}

function read(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function refuseIfHeld(folder: string, path: string, what: Locked): void {
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
  if (holder.host !== hostname()) return Date.now() - lastBeat(path) < HEARTBEAT_MISSED;
  if (holder.pid === process.pid) return heldHere.has(holder.token);
  return startOf(holder.pid) === holder.started && answers(holder.pid);
}

const lastBeat = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of /proc/<pid>/stat. The second field, the command's name, may hold blanks and ends with `)`. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/**
 * The stale file is moved aside before it is removed: of several processes that find it one moves it. Who moved a
 * living holder's file, because that was quicker, puts it back.
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
