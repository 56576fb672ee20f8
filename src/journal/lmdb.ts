import type { Journal } from './journal.ts';
import { lockJournal } from './lock.ts';
import type { JournalOptions } from './options.ts';
import { JournalWriter } from './writer.ts';

export type { JournalOptions, JournalReaders } from './options.ts';
export { openJournalReader } from './reader.ts';

/**
 * Opens the journal in a folder of its own and makes both where there is none. Throws `JOURNAL_LOCKED` where
 * another process writes it, `JOURNAL_VERSION` where a newer logboom made it, `JOURNAL_BROKEN` where it cannot be
 * read or written.
 */
export async function openJournal(folder: string, options: JournalOptions): Promise<Journal> {
  const lock = lockJournal(folder);
  try {
    return new JournalWriter(folder, lock, options);
  } catch (error) {
    lock.release();
    throw error;
  }
}
