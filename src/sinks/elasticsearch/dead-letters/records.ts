import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { BulkItem, DeadLetter, Millis } from '../../../model.ts';
import { ecsVersion } from '../../../util/ecs.ts';

/** Stands in a letter for the index of what could not be read, so that it has none. No index can have this name. */
export const noIndex = '-';

const dataset = 'logboom.deadletters';
/** Longest piece of a body in the index; the file beside the journal holds all of it. */
const longestOriginal = 32_768;

export function deadLetterStream(namespace: string): string {
  return `logs-${dataset}-${namespace}`;
}

/**
 * A dead letter as a document about it, in ECS. The refused body is a string within it, never part of its
 * structure, so this document cannot be refused for the reason that the first one was. The id follows from the
 * letter: a replay makes the same one.
 */
export function deadLetterItem(letter: DeadLetter, namespace: string, now: Millis): BulkItem {
  const document = {
    '@timestamp': new Date(now).toISOString(),
    ecs: { version: ecsVersion },
    data_stream: { type: 'logs', dataset, namespace },
    event: { kind: 'pipeline_error', dataset, ...original(letter.body) },
    error: { message: letter.reason.slice(0, longestOriginal) },
    logboom: { deadletter: { index: letter.index, id: letter.id, ...shape(letter.body) } },
  };
  return {
    action: 'create',
    index: deadLetterStream(namespace),
    id: createHash('sha256')
      .update(`${letter.index}\n${letter.id}\n`)
      .update(letter.body)
      .digest('base64url'),
    document: JSON.stringify(document),
  };
}

function original(body: DeadLetter['body']): { original: string } {
  const { text } = textOf(body);
  return { original: text.slice(0, longestOriginal) };
}

function shape(body: DeadLetter['body']): { encoding: string; bytes: number; truncated: boolean } {
  const { text, encoding } = textOf(body);
  return { encoding, bytes: Buffer.byteLength(body), truncated: text.length > longestOriginal };
}

/** The body as text: as it is where it is UTF-8, else in base64, which any reader can undo. */
function textOf(body: DeadLetter['body']): { text: string; encoding: 'utf-8' | 'base64' } {
  if (typeof body === 'string') return { text: body, encoding: 'utf-8' };
  return isUtf8(body)
    ? { text: body.toString('utf8'), encoding: 'utf-8' }
    : { text: body.toString('base64'), encoding: 'base64' };
}

/** A dead letter as it was read back; `time` is when it was written, in ISO 8601. */
export type StoredDeadLetter = DeadLetter & { time: string };

/**
 * The disk format: one JSON object a line, in the order of writing. `body` is the refused document as text or, where `encoding`
 * says so, in base64. `id`, `action`, `version`, `revisionField`, `routing` and `pipeline` are those of the bulk action that was refused.
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
  revisionField?: string;
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
