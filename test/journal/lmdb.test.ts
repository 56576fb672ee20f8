import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/model.ts';
import { batch, everything, opened, readerOf, temporaryFolder } from './support.ts';

describe('a journal', () => {
  it('gives positions 1, 2, 3 … in the order of the calls, however many are under way', async () => {
    const journal = await opened(temporaryFolder());
    const positions = await Promise.all(
      Array.from({ length: 1_500 }, (_, i) => journal.append(batch(`${i}`))),
    );
    expect(positions).toEqual(Array.from({ length: 1_500 }, (_, i) => i + 1));
  });

  it('gives back a batch as it was appended', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder);
    const sent: Batch = {
      kind: 'events',
      origin: {
        input: 'beats-tls',
        connection: '10.0.0.7:40000#3',
        address: '10.0.0.7',
        tlsSubject: 'wéb-1',
      },
      receivedAt: 1_763_727_600_123,
      encoding: 'lumberjack',
      count: 2_048,
      payload: Buffer.from(Array.from({ length: 84_000 }, (_, i) => (i * 7) & 0xff)),
    };
    const position = await journal.append(sent);
    expect(readerOf(folder).read(0, everything)).toEqual([{ ...sent, position }]);
  });

  it.each([['lumberjack'], ['ndjson'], ['lines']] as const)('keeps the encoding %s', async (encoding) => {
    const folder = temporaryFolder();
    const journal = await opened(folder);
    await journal.append(batch('x', { encoding }));
    expect(readerOf(folder).read(0, everything)).toMatchObject([{ encoding }]);
  });

  it('keeps ticks among batches, and batches without a byte', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder);
    await Promise.all([journal.append(batch('a')), journal.tick(42), journal.append(batch(''))]);
    expect(readerOf(folder).read(0, everything)).toEqual([
      { ...batch('a'), position: 1 },
      { kind: 'tick', receivedAt: 42, position: 2 },
      { ...batch(''), position: 3 },
    ]);
  });

  it('tells listeners of news when the disk has it, until they have heard enough', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder);
    const reader = readerOf(folder);
    const heard: [told: number, onDisk: number][] = [];
    const stop = journal.onAppend((newest) => heard.push([newest, reader.newest]));
    await journal.append(batch());
    await Promise.all([journal.append(batch()), journal.append(batch())]);
    stop();
    await journal.append(batch());
    expect(heard).toEqual([
      [1, 1],
      [3, 3],
    ]);
  });

  it('has an id of its own, which it keeps', async () => {
    const [folder, other] = [temporaryFolder(), temporaryFolder()];
    const journal = await opened(folder);
    const { id } = journal;
    await journal.close();
    expect((await opened(folder)).id).toBe(id);
    expect(readerOf(folder).journalId).toBe(id);
    expect((await opened(other)).id).not.toBe(id);
  });

  it('goes on where it ended after it was closed and opened', async () => {
    const folder = temporaryFolder();
    const first = await opened(folder);
    await first.append(batch('a'));
    await first.close();
    const second = await opened(folder);
    expect(await second.append(batch('b'))).toBe(2);
    expect(readerOf(folder).read(0, everything)).toHaveLength(2);
  });

  it('makes files that only their owner can read', async () => {
    const folder = join(temporaryFolder(), 'data', 'journal');
    const journal = await opened(folder);
    await journal.append(batch());
    const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(modeOf(folder)).toBe('700');
    for (const file of ['journal.mdb', 'journal.mdb-lock', 'writer.lock'])
      expect(modeOf(join(folder, file)), file).toBe('600');
  });
});

describe('closing a journal', () => {
  it('finishes the appends under way and refuses later ones', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder);
    const underWay = [journal.append(batch('a')), journal.append(batch('b')), journal.tick(1)];
    const closing = journal.close();
    await expect(journal.append(batch('c'))).rejects.toMatchObject({ code: 'JOURNAL_CLOSED' });
    await expect(journal.tick(2)).rejects.toMatchObject({ code: 'JOURNAL_CLOSED' });
    await closing;
    expect(await Promise.all(underWay)).toEqual([1, 2, 3]);
    expect(readerOf(folder).newest).toBe(3);
  });

  it('saves cursors that were just moved', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder);
    await journal.append(batch());
    journal.commit('indexer', 1);
    await journal.close();
    expect((await opened(folder)).committed('indexer')).toBe(1);
  });

  it('may be done twice', async () => {
    const journal = await opened(temporaryFolder());
    await Promise.all([journal.close(), journal.close()]);
    await journal.close();
  });
});
