import { randomUUID } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { LogboomError, messageOf } from '../errors.ts';
import { askHolder, listenAsHolder } from './lock-socket.ts';

/**
 * The content of the lock file `writer.lock`, as JSON: which process writes to the folder.
 *
 * Node offers no file lock that the system releases when a process dies. So a lock file left behind by `kill -9` has to be
 * recognised as stale:
 *
 * - A holder among the same processes (host and process namespace) is alive if a process has its id and its start time
 *   (where /proc has it); process ids are reused.
 * - A holder on the same machine that is not among them, as in another container, is alive if it listens on the socket
 *   beside the lock file: the kernel closes the socket with the process.
 * - Any other holder is alive if it touched the file within the last 15 seconds. Holders touch it every 5 seconds.
 */
interface Holder {
  pid: number;
  /** Start of the process in clock ticks since boot, from /proc; empty if there is no /proc. */
  started: string;
  host: string;
  /** Of the kernel's process namespace, and of its start; empty where /proc does not have them, or in older lock files. */
  namespace?: string;
  boot?: string;
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
    if (claim(path, self)) return hold(folder, path, self);
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
  ...machine(),
  token: randomUUID(),
});

/** Containers on one machine have the same `boot` and different namespaces; they may have the same host name. */
function machine(): { namespace: string; boot: string } {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return { namespace: readlinkSync('/proc/self/ns/pid'), boot };
  } catch {
    return { namespace: '', boot: '' };
  }
}

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

function hold(folder: string, path: string, self: Holder): Lock {
  heldHere.add(self.token);
  const socket = listenAsHolder(folder);
  const heartbeat = setInterval(() => touch(path), HEARTBEAT).unref();
  return {
    release() {
      clearInterval(heartbeat);
      socket.close();
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
  const elsewhere =
    holder.host !== hostname()
      ? ` on ${holder.host}`
      : (holder.namespace ?? machine().namespace) === machine().namespace
        ? ''
        : ' in another container';
  throw new LogboomError(
    locked[what],
    `The ${what} in ${folder} is held by process ${holder.pid}${elsewhere}. Stop that logboom, or name another data folder.`,
  );
}

function isAlive(holder: Holder, path: string): boolean {
  const { namespace, boot } = machine();
  const amongOurs = holder.host === hostname() && (holder.namespace ?? namespace) === namespace;
  if (!amongOurs) {
    const answer = boot !== '' && holder.boot === boot ? askHolder(dirname(path)) : 'unknown';
    return answer === 'alive' || (answer === 'unknown' && Date.now() - lastTouched(path) < HEARTBEAT_MISSED);
  }
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
