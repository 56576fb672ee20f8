import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { BulkItem, DeadLetter, Millis } from '../../../model.ts';

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
    ecs: { version: '8.11.0' },
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
export function textOf(body: DeadLetter['body']): { text: string; encoding: 'utf-8' | 'base64' } {
  if (typeof body === 'string') return { text: body, encoding: 'utf-8' };
  return isUtf8(body)
    ? { text: body.toString('utf8'), encoding: 'utf-8' }
    : { text: body.toString('base64'), encoding: 'base64' };
}
