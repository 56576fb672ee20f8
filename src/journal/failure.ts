import { statfsSync } from 'node:fs';
import { LogboomError, messageOf } from '../errors.ts';

/** Below this much room the disk is called full: LMDB reports a write that was cut short as an I/O error. */
const HARDLY_ANY_ROOM = 64 * 2 ** 20;

/**
 * What a failed transaction rejects with says nothing of the cause, which lmdb gives by a second promise. That one
 * must always be heard: unheard, its rejection would end the process.
 */
export async function failedCommit(thrown: unknown): Promise<never> {
  await (thrown as { commitError?: Promise<unknown> }).commitError;
  throw thrown;
}

export function failureOf(folder: string, cause: unknown): LogboomError {
  return new LogboomError(
    'JOURNAL_BROKEN',
    `Cannot write to the journal in ${folder}: ${messageOf(cause)}${hintFor(folder)}. ` +
      'Nothing of it was acknowledged; the sender keeps it.',
    { cause },
  );
}

function hintFor(folder: string): string {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < HARDLY_ANY_ROOM ? ' (the disk is full: make room on it)' : '';
  } catch {
    return '';
  }
}

/** After a write to LMDB's own first pages failed it refuses all further ones, and only a restart helps. */
export function isBeyondHelp(layout: { root: { transactionSync(action: () => void): void } }): boolean {
  try {
    layout.root.transactionSync(() => undefined);
    return false;
  } catch {
    return true;
  }
}
