import { rm } from 'node:fs/promises';
import { LogboomError } from '../../errors.ts';
import type { DeadLetter, Millis } from '../../model.ts';
import { textOf } from './dead-letter-document.ts';
import { countLetters, type StoredLetter } from './dead-letters-reader.ts';
import { appendDurably, endTornLine, filesOf, putAside, removeOlderThan, sizeOf } from './letter-files.ts';
import { draftOf, removeLines, settleFile, type Take } from './settle-letters.ts';

export { filesOf } from './letter-files.ts';

export interface DeadLetters {
  /** Resolves when the letters are on disk; rejects when they are not, and then the caller still owns them. */
  add(letters: DeadLetter[]): Promise<void>;
  /**
   * Hands those letters to `take`, some at a time and the oldest first, and removes each that it takes over. Returns
   * their number. One at a time: rejects with `BUSY`.
   */
  settle(choose: (letter: StoredLetter) => boolean, take: Take): Promise<number>;
  /** Letters in the file and its predecessors. */
  readonly count: number;
  /** Letters added since the file was opened, and the latest of them. */
  readonly added: Added;
}

/** Where the sink puts what is refused. */
export type Letterbox = Pick<DeadLetters, 'add' | 'count' | 'added'>;

export interface Added {
  count: number;
  last?: { index: string; reason: string };
}

export interface DeadLettersOptions {
  /** Size at which the file is put aside and a new one begun. */
  maxBytes?: number;
  /** How many files that were put aside are kept; the oldest beyond that is removed. */
  keep?: number;
  /** A file that got no letter for so long is removed. */
  keepAge?: Millis;
  now?: () => Millis;
  /** Told the number of letters that are lost with a file that is removed. */
  onDiscard?: (letters: number) => void;
  /** Told how many letters are kept, and their bytes. */
  onChange?: (letters: number, bytes: number) => void;
}

/** How often the age of the files is looked at. */
const agesEvery: Millis = 3_600_000;

/**
 * The file of dead letters: NDJSON, readable by its owner only, since it holds what people logged. After a crash
 * its last line may be torn; the next letter then begins on a line of its own.
 */
export async function openDeadLetters(file: string, options: DeadLettersOptions = {}): Promise<DeadLetters> {
  const { maxBytes = 64 * 2 ** 20, keep = 4, keepAge, now = Date.now, onDiscard, onChange } = options;
  const files = filesOf(file, keep);
  const added: Added = { count: 0 };
  let count = 0;
  let agesAt = Number.NEGATIVE_INFINITY;
  /** While letters are settled their lines are known by file and number: no file is put aside. */
  let settling: Promise<unknown> | undefined;
  let tail: Promise<unknown> = open();
  await tail;

  async function open(): Promise<void> {
    await endTornLine(file);
    await Promise.all(files.map((path) => rm(draftOf(path), { force: true })));
    for (const path of files) count += await countLetters(path);
    await removeOld();
    await changed();
  }

  async function append(letters: DeadLetter[]): Promise<void> {
    if (!settling) await makeRoom();
    const lines = letters.map((letter) => lineOf(recordOf(letter, now()))).join('');
    await appendDurably(file, lines);
    count += letters.length;
    added.count += letters.length;
    const last = letters.at(-1);
    if (last) added.last = { index: last.index, reason: last.reason };
    await changed();
  }

  async function makeRoom(): Promise<void> {
    await removeOld();
    if ((await sizeOf(file)) >= maxBytes) discarded(await putAside(files));
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

  /** Oldest first. What is added meanwhile goes behind what is settled, and stays. */
  async function settleAll(choose: (letter: StoredLetter) => boolean, take: Take): Promise<number> {
    let settled = 0;
    for (const path of [...files].reverse()) {
      const lines = await settleFile(path, choose, take);
      if (lines.size > 0) await inTurn(() => remove(path, lines));
      settled += lines.size;
    }
    return settled;
  }

  return {
    add: (letters) => inTurn(() => append(letters)),
    async settle(choose, take) {
      if (settling) throw new LogboomError('BUSY', 'dead letters are being sent again or dropped already');
      settling = tail;
      try {
        await tail;
        return await settleAll(choose, take);
      } finally {
        settling = undefined;
      }
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
  action?: 'index';
  version?: number;
  routing?: string;
  pipeline?: string;
}

function recordOf(letter: DeadLetter, now: Millis): DeadLetterRecord {
  const { text, encoding } = textOf(letter.body);
  const { reason, index, id, body: _, ...written } = letter;
  return { time: new Date(now).toISOString(), reason, index, id, ...written, encoding, body: text };
}

/** JSON lets two characters stand in a string that many readers of lines take for the end of one. */
function lineOf(record: DeadLetterRecord): string {
  const json = JSON.stringify(record).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
  return `${json}\n`;
}
