import { open } from 'node:fs/promises';
import type { DeadLetter, Millis } from '../../../model.ts';
import { textOf } from './document.ts';

/** A dead letter as it was read back; `time` is when it was written, in ISO 8601. */
export type StoredDeadLetter = DeadLetter & { time: string };

/**
 * The disk format: one JSON object a line, in the order of writing. `body` is the refused document as text or, where `encoding`
 * says so, in base64. `id`, `action`, `version`, `routing` and `pipeline` are those of the bulk action that was refused.
 */
interface DeadLetterRecord {
  /** ISO 8601, UTC. */
  time: string;
  reason: string;
  index: string;
  id: string;
  encoding: 'utf-8' | 'base64';
  body: string;
  /** `create` where it is left out. */
  action?: 'index';
  version?: number;
  routing?: string;
  pipeline?: string;
}

/** One line of the file with its line feed. U+2028 and U+2029 are escaped: many readers take them for the end of a line. */
export function lineOf(letter: DeadLetter, now: Millis): string {
  const json = JSON.stringify(recordOf(letter, now));
  return `${json.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}\n`;
}

function recordOf(letter: DeadLetter, now: Millis): DeadLetterRecord {
  const { text, encoding } = textOf(letter.body);
  const { reason, index, id, body: _, ...written } = letter;
  return { time: new Date(now).toISOString(), reason, index, id, ...written, encoding, body: text };
}

/** Undefined for a line that is no JSON, as after a crash during a write. */
export function parseLine(line: string): StoredDeadLetter | undefined {
  let record: DeadLetterRecord;
  try {
    record = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { time, reason, index, id, encoding, body, ...written } = record;
  const bytes = encoding === 'base64' ? Buffer.from(body, 'base64') : body;
  return { time, reason, index, id, ...written, body: bytes };
}

/** The dead letters of one file, oldest first. A line that a crash tore is left out: nothing relied on it yet. */
export async function* readDeadLetters(file: string): AsyncGenerator<StoredDeadLetter> {
  for await (const line of linesOf(file)) {
    const letter = parseLine(line);
    if (letter) yield letter;
  }
}

/** Counts lines by their first and last character, for parsing all bodies at each start would take too long. */
export async function countDeadLetters(file: string): Promise<number> {
  let count = 0;
  for await (const line of linesOf(file)) if (line.startsWith('{') && line.endsWith('}')) count += 1;
  return count;
}

/** No lines where there is no file. */
export async function* linesOf(file: string): AsyncGenerator<string> {
  const handle = await open(file, 'r').catch((failure: NodeJS.ErrnoException) => {
    if (failure.code !== 'ENOENT') throw failure;
  });
  if (!handle) return;
  try {
    yield* handle.readLines({ autoClose: false });
  } finally {
    await handle.close();
  }
}
