import { open, rename, rm } from 'node:fs/promises';
import { letterOf, linesOf, type StoredLetter } from './dead-letters-reader.ts';

/** Takes letters over: in the index, or dropped. Rejects where they are still the file's. */
export type Take = (letters: StoredLetter[]) => Promise<void>;

/** Letters, and bytes of them, that are handed over at once. */
const batch = { letters: 1_000, bytes: 8 * 2 ** 20 };

/** Hands over what is chosen of one file, and returns the numbers of its lines. */
export async function settleFile(
  path: string,
  choose: (letter: StoredLetter) => boolean,
  take: Take,
): Promise<Set<number>> {
  const settled = new Set<number>();
  let letters: StoredLetter[] = [];
  let numbers: number[] = [];
  let bytes = 0;
  async function hand(): Promise<void> {
    if (letters.length > 0) await take(letters);
    for (const one of numbers) settled.add(one);
    letters = [];
    numbers = [];
    bytes = 0;
  }
  let number = 0;
  for await (const line of linesOf(path)) {
    number += 1;
    const letter = letterOf(line);
    if (!letter || !choose(letter)) continue;
    letters.push(letter);
    numbers.push(number);
    bytes += line.length;
    if (letters.length >= batch.letters || bytes >= batch.bytes) await hand();
  }
  await hand();
  return settled;
}

export const draftOf = (path: string) => `${path}.new`;

/** Writes the file anew without those lines, and puts it in the old one's place only when it is on disk. */
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
