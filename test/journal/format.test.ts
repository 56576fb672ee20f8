import { open } from 'lmdb';
import { describe, expect, it } from 'vitest';
import { JOURNAL_FORMAT } from '../../src/journal/layout.ts';
import { openJournalReader } from '../../src/journal/lmdb.ts';
import { batch, everything, opened, readerOf, temporaryFolder } from './support.ts';

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
    const reader = readerOf(folder);
    expect(reader.read(0, everything, 1)).toHaveLength(1);
    expect(() => reader.read(1, everything)).toThrow(/Record 2 of the journal is damaged/);
    expect(reader.read(2, everything)).toHaveLength(1);
  });
});
