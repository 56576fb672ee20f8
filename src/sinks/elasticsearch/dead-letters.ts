import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DeadLetter, Millis } from '../../model.ts';
import { textOf } from './dead-letter-document.ts';
import { countLetters, endsWithinALine } from './dead-letters-reader.ts';

export interface DeadLetters {
  /** Resolves when the letters are on disk; rejects when they are not, and then the caller still owns them. */
  add(letters: DeadLetter[]): Promise<void>;
  /** Letters in the file and its predecessors. */
  readonly count: number;
  /** Letters added since the file was opened, and the latest of them. */
  readonly added: Added;
}

export interface Added {
  count: number;
  last?: { index: string; reason: string };
}

export interface DeadLettersOptions {
  /** Size at which the file is put aside and a new one begun. */
  maxBytes?: number;
  /** How many files that were put aside are kept; the oldest beyond that is removed. */
  keep?: number;
  now?: () => Millis;
  /** Told the number of letters that are lost with the oldest file. */
  onDiscard?: (letters: number) => void;
}

/**
 * The file of dead letters: NDJSON, readable by its owner only, since it holds what people logged. After a crash
 * its last line may be torn; the next letter then begins on a line of its own.
 */
export async function openDeadLetters(file: string, options: DeadLettersOptions = {}): Promise<DeadLetters> {
  const { maxBytes = 64 * 2 ** 20, keep = 4, now = Date.now, onDiscard } = options;
  let count = 0;
  const added: Added = { count: 0 };
  for (const path of filesOf(file, keep)) count += await countLetters(path);
  let tail: Promise<unknown> = endTornLine(file);
  await tail;

  async function append(letters: DeadLetter[]): Promise<void> {
    if ((await sizeOf(file)) >= maxBytes) count -= await putAside(file, keep, onDiscard);
    const lines = letters.map((letter) => lineOf(recordOf(letter, now()))).join('');
    await appendDurably(file, lines);
    count += letters.length;
    added.count += letters.length;
    const last = letters.at(-1);
    if (last) added.last = { index: last.index, reason: last.reason };
  }

  return {
    /** One writer at a time, in the order of the calls; a call that fails does not fail the next. */
    add(letters) {
      const done = tail.then(() => append(letters));
      tail = done.catch(() => undefined);
      return done;
    },
    get count() {
      return count;
    },
    added,
  };
}

/** One line of the file. `body` is text or, where `encoding` says so, base64. */
export interface DeadLetterRecord {
  time: string;
  reason: string;
  index: string;
  id: string;
  encoding: 'utf-8' | 'base64';
  body: string;
}

function recordOf(letter: DeadLetter, now: Millis): DeadLetterRecord {
  const { text, encoding } = textOf(letter.body);
  const { reason, index, id } = letter;
  return { time: new Date(now).toISOString(), reason, index, id, encoding, body: text };
}

/** JSON lets two characters stand in a string that many readers of lines take for the end of one. */
function lineOf(record: DeadLetterRecord): string {
  const json = JSON.stringify(record).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
  return `${json}\n`;
}

/** The file and its predecessors, newest first. */
export function filesOf(file: string, keep = 4): string[] {
  return [file, ...Array.from({ length: keep }, (_, i) => `${file}.${i + 1}`)];
}

/**
 * Appends and waits for the disk. Where only a part could be written (a full disk) the file is cut back, so that
 * another try does not leave half a line in front of it.
 */
async function appendDurably(file: string, lines: string): Promise<void> {
  const handle = await open(file, 'a', 0o600);
  const { size } = await handle.stat();
  try {
    await handle.writeFile(lines);
    await handle.datasync();
  } catch (failure) {
    await handle.truncate(size).catch(() => undefined);
    throw failure;
  } finally {
    await handle.close();
  }
  if (size === 0) await syncFolder(dirname(file));
}

/** A new file is only found again after a crash when its folder was written, too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle
    .sync()
    .catch(() => undefined)
    .finally(() => handle.close());
}

/** Shifts `file` to `file.1`, `file.1` to `file.2` … and removes the last. Returns the number of letters removed. */
async function putAside(file: string, keep: number, onDiscard?: (letters: number) => void): Promise<number> {
  const files = filesOf(file, keep);
  const oldest = files.at(-1)!;
  const discarded = await countLetters(oldest);
  await rm(oldest, { force: true });
  for (let i = files.length - 2; i >= 0; i--) await rename(files[i]!, files[i + 1]!).catch(ignoreMissing);
  if (discarded > 0) onDiscard?.(discarded);
  return discarded;
}

async function endTornLine(file: string): Promise<void> {
  if (await endsWithinALine(file)) await appendDurably(file, '\n');
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(ignoreMissing);
  return found?.size ?? 0;
}

function ignoreMissing(failure: NodeJS.ErrnoException): undefined {
  if (failure.code !== 'ENOENT') throw failure;
}
