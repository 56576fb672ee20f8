import { open } from 'lmdb';
import { describe, expect, it } from 'vitest';
import { JOURNAL_FORMAT } from '../../src/journal/layout.ts';
import { openJournalReader } from '../../src/journal/reader.ts';
import { batch, eventually, everything, opened, readerOf, temporaryFolder } from './support.ts';

/** Changes what is in a closed journal's file. */
async function tamper(
  folder: string,
  database: string,
  key: string | number,
  change: (value: never) => unknown,
) {
  const root = open(`${folder}/journal.mdb`, { noSubdir: true });
  const db = root.openDB<unknown, string | number>(database, {
    encoding: database === 'meta' ? 'json' : 'binary',
  });
  await db.put(key, change(db.get(key) as never));
  await root.close();
}

async function closedJournal() {
  const folder = temporaryFolder();
  const journal = await opened(folder);
  for (const letter of ['a', 'b', 'c']) await journal.append(batch(letter.repeat(100)));
  await journal.close();
  return folder;
}

describe('a journal of a newer format', () => {
  it('is refused to writer and reader, with a remedy', async () => {
    const folder = await closedJournal();
    await tamper(folder, 'meta', 'about', (about: object) => ({ ...about, format: JOURNAL_FORMAT + 1 }));
    const refusal = { code: 'JOURNAL_VERSION', message: expect.stringContaining('Run the newer logboom') };
    await expect(opened(folder)).rejects.toMatchObject(refusal);
    expect(() => openJournalReader(folder)).toThrow(expect.objectContaining(refusal) as Error);
    // The refused writer gave the lock back.
    await expect(opened(folder)).rejects.toMatchObject({ code: 'JOURNAL_VERSION' });
  });
});

describe('a damaged record', () => {
  it.each([
    ['payloads', (bytes: Buffer) => Buffer.from(bytes).fill('x', 50, 51)],
    ['payloads', (bytes: Buffer) => bytes.subarray(1)],
    ['headers', (bytes: Buffer) => Buffer.from(bytes).fill(0xff, 27, 28)],
    ['headers', (bytes: Buffer) => Buffer.from(bytes).fill(9, 0, 1)],
    ['headers', (bytes: Buffer) => bytes.subarray(0, 40)],
  ])('is told by its checksum (%s)', async (database, change) => {
    const folder = await closedJournal();
    await tamper(folder, database, 2, change);
    const records = readerOf(folder).read(0, everything);
    expect(records.map(({ position }) => position)).toEqual([1, 2, 3]);
    expect(records[1]).toMatchObject({ kind: 'events', encoding: 'damaged' });
    for (const sound of [records[0], records[2]]) expect(sound).toMatchObject({ encoding: 'ndjson' });
  });

  it.each([
    ['says a time that no clock shows', (bytes: Buffer) => Buffer.from(bytes).fill(0x7f, 8, 16), 0],
    ['says a time that is none', (bytes: Buffer) => Buffer.from(bytes).fill(0xff, 8, 16), 0],
    ['is damaged elsewhere', (bytes: Buffer) => Buffer.from(bytes).fill(0xff, 31, 32), batch().receivedAt],
  ])('has no time that cannot be where it %s', async (_, change, receivedAt) => {
    const folder = await closedJournal();
    await tamper(folder, 'headers', 2, change);
    expect(readerOf(folder).read(1, everything, 1)).toMatchObject([{ encoding: 'damaged', receivedAt }]);
  });

  it.each([
    ['of size and age anything', (bytes: Buffer) => Buffer.from(bytes).fill(0xff, 8, 24)],
    ['nothing', (bytes: Buffer) => bytes.subarray(0, 3)],
  ])('is trimmed like any other although its header says %s', async (_, change) => {
    const folder = await closedJournal();
    await tamper(folder, 'headers', 2, change);
    const journal = await opened(folder, { keepSize: 0 });
    journal.commit('indexer', 3);
    await eventually('all is trimmed', () => journal.fill.oldest === 4);
  });
});
