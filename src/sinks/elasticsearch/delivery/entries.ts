import type { DeadLetter } from '../../../model.ts';
import type { BulkEntry } from './bulk-request.ts';
import type { ItemAnswer } from './bulk-response.ts';
import type { Answer } from './bulk-worker.ts';

/**
 * One document of a delivery. A document about a dead letter is not counted, and when it is refused itself, no further dead letter
 * is written: the first one is in the file already.
 */
export interface Entry extends BulkEntry {
  counted: boolean;
}

export interface Refusal {
  entry: Entry;
  reason: string;
}

export interface Sorted {
  /** Documents that were written anew and are sent at once. */
  rewritten: Entry[];
  again: Entry[];
  /** Why the first of `again` was deferred. */
  reason: string;
  refused: Refusal[];
}

/** What the server said of each item. */
export function answersOf(
  answer: Exclude<Answer, { kind: 'halve' | 'failing' }>,
  count: number,
): ItemAnswer[] {
  return answer.kind === 'answered' ? answer.items : Array.from({ length: count }, () => ({ status: 201 }));
}

/** The dead letter of a document that is refused. */
export function deadLetterOf({ entry, reason }: Refusal): DeadLetter {
  const { action, document, earlier: _, ...written } = entry.item;
  return { ...written, reason, body: document, ...(action !== 'create' && { action }) };
}
