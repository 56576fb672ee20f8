import { rm } from 'node:fs/promises';
import { LogboomError } from '../../../errors.ts';
import type { DeadLetter, Millis } from '../../../model.ts';
import {
  appendDurably,
  type Consume,
  draftOf,
  drainFile,
  endTornLine,
  filesOf,
  removeLines,
  removeOlderThan,
  rotate,
  sizeOf,
} from './files.ts';
import { countDeadLetters, lineOf, type StoredDeadLetter } from './records.ts';

export interface DeadLetters {
  /** Resolves when the dead letters are on disk. Rejects when they are not, and the caller still owns them. */
  add(letters: DeadLetter[]): Promise<void>;
  /**
   * Hands the selected dead letters to `consume`, in batches and the oldest first, and removes each batch that it
   * accepts. Returns the number of dead letters removed. Rejects with `BUSY` while another call runs.
   */
  drain(select: (letter: StoredDeadLetter) => boolean, consume: Consume): Promise<number>;
  /** Dead letters in the file and its predecessors. */
  readonly count: number;
  /** Dead letters added since the file was opened, and the latest of them. */
  readonly added: Added;
}

/** The part of it that a sink uses: it writes, and never reads back. */
export type DeadLetterQueue = Pick<DeadLetters, 'add' | 'count' | 'added'>;

export interface Added {
  count: number;
  last?: { index: string; reason: string };
}

export interface DeadLettersOptions {
  /** Size in bytes at which the file is rotated; default 64 MiB. */
  maxBytes?: number;
  /** How many rotated files are kept; the oldest beyond that is removed. */
  keep?: number;
  /** A file to which nothing was added for so long is removed. */
  keepAge?: Millis;
  now?: () => Millis;
  /** Called with the number of dead letters that are lost with a file that is removed. */
  onDiscard?: (letters: number) => void;
  /** Called after each change with how many dead letters are kept, and their bytes. */
  onChange?: (letters: number, bytes: number) => void;
}

/** How often the age of the files is checked. */
const agesEvery: Millis = 3_600_000;

/**
 * Opens the file of dead letters: NDJSON (see `records.ts`), readable by its owner only, since it holds log data. One process at
 * a time may open it. After a crash its last line may be torn; the next dead letter then begins on a line of its own.
 */
export async function openDeadLetters(file: string, options: DeadLettersOptions = {}): Promise<DeadLetters> {
  const { maxBytes = 64 * 2 ** 20, keep = 4, keepAge, now = Date.now, onDiscard, onChange } = options;
  const files = filesOf(file, keep);
  const added: Added = { count: 0 };
  let count = 0;
  let agesAt = Number.NEGATIVE_INFINITY;
  /** A drain knows lines by file and number, so no file is rotated while it runs. */
  let draining: Promise<unknown> | undefined;
  let tail: Promise<unknown> = open();
  await tail;

  async function open(): Promise<void> {
    await endTornLine(file);
    await Promise.all(files.map((path) => rm(draftOf(path), { force: true })));
    for (const path of files) count += await countDeadLetters(path);
    await removeOld();
    await changed();
  }

  async function append(letters: DeadLetter[]): Promise<void> {
    if (!draining) await removeOld();
    const lines = letters.map((letter) => lineOf(letter, now()));
    for (let from = 0; from < lines.length; ) from += await appendSome(lines.slice(from));
    added.count += letters.length;
    const last = letters.at(-1);
    if (last) added.last = { index: last.index, reason: last.reason };
    await changed();
  }

  /** Appends as many lines as the file has room for, and at least one. Returns their number. */
  async function appendSome(lines: string[]): Promise<number> {
    let size = await sizeOf(file);
    if (!draining && size > 0 && size + Buffer.byteLength(lines[0]!) > maxBytes) {
      discarded(await rotate(files));
      size = 0;
    }
    let fitting = 0;
    for (; fitting < lines.length; fitting++) {
      size += Buffer.byteLength(lines[fitting]!);
      if (size > maxBytes && fitting > 0 && !draining) break;
    }
    await appendDurably(file, lines.slice(0, fitting).join(''));
    count += fitting;
    return fitting;
  }

  async function removeOld(): Promise<void> {
    if (keepAge === undefined || now() - agesAt < agesEvery) return;
    agesAt = now();
    for (const path of files) discarded(await removeOlderThan(path, now() - keepAge));
  }

  function discarded(letters: number): void {
    count -= letters;
    if (letters > 0) onDiscard?.(letters);
  }

  async function changed(): Promise<void> {
    if (!onChange) return;
    const sizes = await Promise.all(files.map(sizeOf));
    onChange(
      count,
      sizes.reduce((sum, size) => sum + size, 0),
    );
  }

  /** One writer at a time, in the order of the calls; a call that fails does not fail the next. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = tail.then(work);
    tail = done.catch(() => undefined);
    return done;
  }

  async function remove(path: string, lines: ReadonlySet<number>): Promise<void> {
    await removeLines(path, lines);
    count -= lines.size;
    await changed();
  }

  /** Oldest first. What is added meanwhile goes behind the lines that are read, and stays. */
  async function drainAll(select: (letter: StoredDeadLetter) => boolean, consume: Consume): Promise<number> {
    let removed = 0;
    for (const path of [...files].reverse()) {
      const lines = await drainFile(path, select, consume);
      if (lines.size > 0) await inTurn(() => remove(path, lines));
      removed += lines.size;
    }
    return removed;
  }

  return {
    add: (letters) => inTurn(() => append(letters)),
    async drain(select, consume) {
      if (draining) throw new LogboomError('BUSY', 'dead letters are being sent again or dropped already');
      draining = tail;
      try {
        await tail;
        return await drainAll(select, consume);
      } finally {
        draining = undefined;
      }
    },
    get count() {
      return count;
    },
    added,
  };
}
