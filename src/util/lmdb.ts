import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { open, type RootDatabase, type RootDatabaseOptions } from 'lmdb';

/**
 * How every environment is opened. `overlappingSync` would resolve a write before the disk has it.
 * `eventTurnBatching` would make a promise of its own for each turn, which nobody can catch when the disk is full,
 * so that Node would end; writes are batched by hand instead. `noSubdir`: the file is named, because lmdb takes any
 * folder with a dot in its path for a file.
 */
export const lmdbOptions = { noSubdir: true, overlappingSync: false, eventTurnBatching: false };

/** Opens an environment in a folder of its own, both for their owner only, and makes them where there are none. */
export function openLmdb(folder: string, file: string, options: Partial<RootDatabaseOptions>): RootDatabase {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return open(join(folder, file), {
    ...lmdbOptions,
    permissionsMode: 0o600,
    ...options,
  } as RootDatabaseOptions);
}

/** Resolves when a write is on disk; rejects with what kept it from there. */
export async function untilWritten(write: PromiseLike<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    await failedCommit(error);
  }
}

/**
 * What a failed transaction rejects with says nothing of the cause, which lmdb gives by a second promise. That one
 * must always be heard: unheard, its rejection would end the process.
 */
async function failedCommit(thrown: unknown): Promise<never> {
  await (thrown as { commitError?: Promise<unknown> }).commitError;
  throw thrown;
}
