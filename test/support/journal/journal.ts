import type { Journal } from '../../../src/journal/journal.ts';
import type { JournalReader } from '../../../src/journal/reader.ts';
import type { JournalRecord, Position } from '../../../src/model.ts';

/** A journal that holds nothing but remembers what it was told. */
export function fakeJournal() {
  const listeners = new Set<(newest: Position) => void>();
  const commits: [string, Position][] = [];
  let newest = 0;
  const journal: Pick<Journal, keyof Journal> = {
    id: 'j1',
    get fill() {
      return { bytes: 0, limit: 1, waiting: 0, oldest: 1, newest, events: 0, readers: {} };
    },
    broken: undefined,
    lastWriteError: undefined,
    bytesAfter: () => 0,
    append: async () => 0,
    saveStates: async () => undefined,
    states: () => [],
    tick: async () => 0,
    commit: (reader, position) => void commits.push([reader, position]),
    committed: () => 0,
    setReaders: () => undefined,
    onAppend(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onTrim: () => () => undefined,
    rejectWaiting: () => undefined,
    close: async () => undefined,
  };
  const grow = (to: Position) => {
    newest = to;
    for (const listener of listeners) listener(to);
  };
  return { journal: journal as Journal, commits, listeners, grow };
}

/** A reader of records that the test holds in its hand. */
export function readerOf(records: JournalRecord[], journalId = 'j1'): JournalReader {
  const reader: Pick<JournalReader, keyof JournalReader> = {
    journalId,
    get newest() {
      return records.at(-1)?.position ?? 0;
    },
    oldest: 1,
    committed: () => 0,
    read: (after, _maxBytes, most = 4) =>
      records.filter(({ position }) => position > after).slice(0, Math.min(4, most)),
    close: async () => undefined,
  };
  return reader as JournalReader;
}
