import { statfsSync } from 'node:fs';
import { LogboomError, messageOf } from '../errors.ts';

/** Below this much room the disk is called full: LMDB reports a write that was cut short as an I/O error. */
const HARDLY_ANY_ROOM = 64 * 2 ** 20;

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
