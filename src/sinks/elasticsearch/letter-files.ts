import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Millis } from '../../model.ts';
import { countLetters, endsWithinALine } from './dead-letters-reader.ts';

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

/** Shifts `file` to `file.1`, `file.1` to `file.2` … and removes the last. Returns the number of letters removed. */
export async function putAside(files: string[]): Promise<number> {
  const oldest = files.at(-1)!;
  const discarded = await countLetters(oldest);
  await rm(oldest, { force: true });
  for (let i = files.length - 2; i >= 0; i--) await rename(files[i]!, files[i + 1]!).catch(ignoreMissing);
  return discarded;
}

export async function removeOlderThan(path: string, time: Millis): Promise<number> {
  const found = await stat(path).catch(ignoreMissing);
  if (!found || found.mtimeMs >= time) return 0;
  const letters = await countLetters(path);
  await rm(path);
  return letters;
}

export async function endTornLine(file: string): Promise<void> {
  if (await endsWithinALine(file)) await appendDurably(file, '\n');
}

export async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(ignoreMissing);
  return found?.size ?? 0;
}

function ignoreMissing(failure: NodeJS.ErrnoException): undefined {
  if (failure.code !== 'ENOENT') throw failure;
}
