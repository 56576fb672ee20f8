import { beforeEach, describe, expect, it, vi } from 'vitest';
import type * as layoutModule from '../../src/journal/layout.ts';
import { awaitedLater } from '../support/lumberjack/shipper.ts';
import { batch, everything, opened, readerOf, temporaryFolder } from './support.ts';

/** What the disk does: each write takes the next word from here, and is well when there is none. */
let outcomes: ('well' | 'refused')[] = [];
let dead = false;

vi.mock('../../src/journal/layout.ts', async (original) => {
  const actual = (await original()) as typeof layoutModule;
  return {
    ...actual,
    openForWriting(...args: Parameters<typeof actual.openForWriting>) {
      const layout = actual.openForWriting(...args);
      const batch = layout.headers.batch.bind(layout.headers);
      layout.headers.batch = ((action: () => void) => {
        if (outcomes.shift() !== 'refused') return batch(action);
        const commitError = Promise.reject(new Error('No space left on device'));
        commitError.catch(() => undefined);
        return Promise.reject(Object.assign(new Error('Commit failed'), { commitError }));
      }) as typeof layout.headers.batch;
      const transaction = layout.root.transactionSync.bind(layout.root);
      layout.root.transactionSync = ((action: () => void) => {
        if (dead) throw new Error('MDB_PANIC');
        return transaction(action);
      }) as typeof layout.root.transactionSync;
      return layout;
    },
  };
});

beforeEach(() => {
  outcomes = [];
  dead = false;
});

const noSpace = {
  code: 'JOURNAL_BROKEN',
  message: expect.stringContaining('No space left on device'),
};

describe('a write that the disk refuses', () => {
  it('rejects its own group, with the cause in the message', async () => {
    const journal = await opened(temporaryFolder());
    outcomes = ['refused'];
    const results = await Promise.allSettled([journal.append(batch('a')), journal.append(batch('b'))]);
    for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: noSpace });
  });

  it('leaves no gap and no trace', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder);
    await journal.append(batch('a'));
    const { bytes } = journal.fill;
    outcomes = ['refused', 'refused'];
    await expect(journal.append(batch('lost'))).rejects.toMatchObject(noSpace);
    expect(journal.fill).toMatchObject({ bytes, newest: 1 });
    expect(await journal.append(batch('b'))).toBe(2);
    expect(readerOf(folder).read(0, everything)).toMatchObject([batch('a'), batch('b')]);
  });

  it('is told of until the disk takes one again', async () => {
    const journal = await opened(temporaryFolder());
    expect(journal.lastWriteError).toBeUndefined();
    outcomes = ['refused'];
    await expect(journal.append(batch())).rejects.toMatchObject(noSpace);
    await journal.tick(1);
    expect(journal.lastWriteError).toContain('No space left on device');
    await journal.append(batch());
    expect(journal.lastWriteError).toBeUndefined();
  });

  it('loses no cursor', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder);
    await journal.append(batch());
    outcomes = ['refused', 'refused'];
    const refused = awaitedLater(journal.append(batch()));
    journal.commit('indexer', 1);
    await expect(refused).rejects.toMatchObject(noSpace);
    await journal.close();
    expect(readerOf(folder).committed('indexer')).toBe(1);
  });

  it('lets in the next of those who wait', async () => {
    const journal = await opened(temporaryFolder(), { maxSize: 10 });
    outcomes = ['refused'];
    const first = awaitedLater(journal.append(batch('a')));
    const second = awaitedLater(journal.append(batch('b')));
    await expect(first).rejects.toMatchObject(noSpace);
    expect(await second).toBe(1);
  });
});

describe('a journal that LMDB has given up', () => {
  it('rejects everything from then on, those who wait included, and can be closed', async () => {
    const journal = await opened(temporaryFolder(), { maxSize: 10 });
    outcomes = ['refused'];
    dead = true;
    const appends = [journal.append(batch('a')), journal.append(batch('waits'))];
    for (const append of await Promise.allSettled(appends))
      expect(append).toMatchObject({ status: 'rejected', reason: noSpace });
    await expect(journal.append(batch('later'))).rejects.toMatchObject(noSpace);
    await expect(journal.tick(1)).rejects.toMatchObject(noSpace);
    await journal.close();
    await expect(journal.append(batch('after'))).rejects.toMatchObject({ code: 'JOURNAL_CLOSED' });
  });
});
