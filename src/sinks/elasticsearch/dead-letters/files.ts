import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Millis } from '../../../model.ts';
import { countDeadLetters, linesOf, parseLine, type StoredDeadLetter } from './records.ts';

/** The file and its predecessors, newest first. */
export function filesOf(file: string, keep = 4): string[] {
  return [file, ...Array.from({ length: keep }, (_, i) => `${file}.${i + 1}`)];
}

/**
 * Appends and waits for the disk. Where only a part could be written (a full disk) the file is cut back, so that
 * another try does not leave half a line in front of it.
 */
export async function appendDurably(file: string, lines: string): Promise<void> {
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

/** Rotates: shifts `file` to `file.1`, `file.1` to `file.2` … and removes the last. Returns the number of dead letters removed. */
export async function rotate(files: string[]): Promise<number> {
  const oldest = files.at(-1)!;
  const discarded = await countDeadLetters(oldest);
  await rm(oldest, { force: true });
  for (let i = files.length - 2; i >= 0; i--) await rename(files[i]!, files[i + 1]!).catch(ignoreMissing);
  return discarded;
}

export async function removeOlderThan(path: string, time: Millis): Promise<number> {
  const found = await stat(path).catch(ignoreMissing);
  if (!found || found.mtimeMs >= time) return 0;
  const letters = await countDeadLetters(path);
  await rm(path);
  return letters;
}

export async function endTornLine(file: string): Promise<void> {
  if (await endsInsideLine(file)) await appendDurably(file, '\n');
}

export async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(ignoreMissing);
  return found?.size ?? 0;
}

function ignoreMissing(failure: NodeJS.ErrnoException): undefined {
  if (failure.code !== 'ENOENT') throw failure;
}

/** Whether the file's last line has no end, as after a crash in the middle of a write. */
async function endsInsideLine(file: string): Promise<boolean> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (!handle) return false;
  try {
    const { size } = await handle.stat();
    if (size === 0) return false;
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] !== 0x0a;
  } finally {
    await handle.close();
  }
}

/**
 * Takes dead letters over: they are in the index then, or dropped for good. Rejects where the file has to keep them.
 */
export type Consume = (letters: StoredDeadLetter[]) => Promise<void>;

/** Dead letters, and bytes of their lines, that are handed over at once. */
const batch = { letters: 1_000, bytes: 8 * 2 ** 20 };

/** Hands over the selected dead letters of one file in batches, and returns the numbers of their lines, from 1. */
export async function drainFile(
  path: string,
  select: (letter: StoredDeadLetter) => boolean,
  consume: Consume,
): Promise<Set<number>> {
  const taken = new Set<number>();
  let letters: StoredDeadLetter[] = [];
  let numbers: number[] = [];
  let bytes = 0;
  async function flush(): Promise<void> {
    if (letters.length > 0) await consume(letters);
    for (const one of numbers) taken.add(one);
    letters = [];
    numbers = [];
    bytes = 0;
  }
  let number = 0;
  for await (const line of linesOf(path)) {
    number += 1;
    const letter = parseLine(line);
    if (!letter || !select(letter)) continue;
    letters.push(letter);
    numbers.push(number);
    bytes += line.length;
    if (letters.length >= batch.letters || bytes >= batch.bytes) await flush();
  }
  await flush();
  return taken;
}

/** Where `removeLines` writes its copy. One that a crash left behind is removed at the next start. */
export const draftOf = (path: string) => `${path}.new`;

/**
 * Writes a copy without those lines, and renames it over the file when the copy is on disk, so that a crash leaves one of the
 * two whole. A file without lines is removed.
 */
export async function removeLines(path: string, lines: ReadonlySet<number>): Promise<void> {
  const draft = draftOf(path);
  await rm(draft, { force: true });
  const handle = await open(draft, 'wx', 0o600);
  let kept = 0;
  try {
    let number = 0;
    for await (const line of linesOf(path)) {
      number += 1;
      if (lines.has(number)) continue;
      kept += 1;
      await handle.appendFile(`${line}\n`);
    }
    await handle.datasync();
  } finally {
    await handle.close();
  }
  if (kept > 0) return rename(draft, path);
  await rm(draft);
  await rm(path);
}
