import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { open, type RootDatabase, type RootDatabaseOptions } from 'lmdb';

/**
 * Options for every environment. `overlappingSync` would resolve a write before it is on disk. `eventTurnBatching` would
 * create a promise for each turn that no one can catch: on a full disk its rejection would end the process. Writes are
 * batched explicitly instead. `noSubdir`: the file is named, because lmdb takes a folder with a dot in its path for a file.
 */
export const lmdbOptions = { noSubdir: true, overlappingSync: false, eventTurnBatching: false };

/** Opens an environment in its own folder, and creates both, accessible for their owner only. */
export function openLmdb(folder: string, file: string, options: Partial<RootDatabaseOptions>): RootDatabase {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return open(join(folder, file), {
    ...lmdbOptions,
    permissionsMode: 0o600,
    ...options,
  } as RootDatabaseOptions);
}

/** Resolves when a write is on disk; rejects with the cause if it failed. */
export async function untilWritten(write: PromiseLike<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    await failedCommit(error);
  }
}

/**
 * The error of a failed transaction does not contain the cause; lmdb gives the cause in a second promise. That promise must
 * always be awaited: an unhandled rejection would end the process.
 */
async function failedCommit(thrown: unknown): Promise<never> {
  await (thrown as { commitError?: Promise<unknown> }).commitError;
  throw thrown;
}
