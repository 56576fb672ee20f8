import { describe, expect, it } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { awaitedLater } from '../support/lumberjack/shipper.ts';
import { batch, eventually, opened, temporaryFolder } from './support.ts';

const KB = 'x'.repeat(1_000);
/** A record takes some 1,130 bytes. */
const ten = 11_400;

const filled = async (options: Parameters<typeof opened>[1], count = 20) => {
  const journal = await opened(temporaryFolder(), {
    keepSize: 0,
    keepAge: 0,
    readers: ['indexer'],
    ...options,
  });
  const appends = Array.from({ length: count }, () => journal.append(batch(KB, { receivedAt: 0 })));
  await Promise.all(appends);
  return journal;
};
/** A round of chores passes. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 700));

describe('a reader that lags and holds nobody', () => {
  it('finds what it has not read, although all others have and it is old', async () => {
    const journal = await filled({ lagging: { forwarder: 10 * ten } });
    journal.commit('forwarder', 5);
    journal.commit('indexer', 20);
    await eventually('what both have read is gone', () => journal.fill.oldest === 6);
    await aWhile();
    expect(journal.fill.oldest).toBe(6);
  });

  it('finds no more than so many bytes', async () => {
    const journal = await filled({ lagging: { forwarder: ten } });
    journal.commit('indexer', 20);
    await eventually('half of it is gone', () => journal.fill.oldest === 11);
    await aWhile();
    expect(journal.fill.oldest).toBe(11);
  });

  it('fills no journal: appends do not wait for it', async () => {
    const journal = await filled({ lagging: { forwarder: 100 * ten }, maxSize: ten / 2 }, 1);
    for (let count = 2; count <= 30; count++) {
      journal.commit('indexer', await journal.append(batch(KB)));
      expect(journal.fill).toMatchObject({ waiting: 0, bytes: 0 });
    }
    expect(journal.fill.oldest).toBe(1);
  });

  it('keeps nothing once it is no longer a reader', async () => {
    const folder = temporaryFolder();
    const options = { keepSize: 0, keepAge: 0, readers: ['indexer'] };
    const first = await opened(folder, { ...options, lagging: { forwarder: 100 * ten } });
    for (let count = 0; count < 20; count++) await first.append(batch(KB, { receivedAt: 0 }));
    first.commit('forwarder', 5);
    first.commit('indexer', 20);
    await eventually('what both have read is gone', () => first.fill.oldest === 6);
    await first.close();
    const second = await opened(folder, options);
    await eventually('all is gone', () => second.fill.oldest === 21);
    expect(second.committed('forwarder')).toBe(5);
  });

  it.each<[string, Parameters<Journal['setReaders']>[0], number]>([
    ['nothing once it is let go', { readers: ['indexer'] }, 21],
    ['so much, where it is more than before', { readers: ['indexer'], lagging: { forwarder: 2 * ten } }, 6],
    ['all, where it holds others', { readers: ['indexer', 'forwarder'] }, 6],
  ])('keeps %s, while the journal is open', async (_, readers, oldest) => {
    const journal = await filled({ lagging: { forwarder: 10 * ten } });
    journal.commit('forwarder', 5);
    journal.setReaders(readers);
    journal.commit('indexer', 20);
    await eventually('it is trimmed', () => journal.fill.oldest === oldest);
    await aWhile();
    expect(journal.fill.oldest).toBe(oldest);
    expect(journal.committed('forwarder')).toBe(5);
  });

  it('fills the journal from when it holds others, and gives the room back when it is let go', async () => {
    const journal = await filled({ maxSize: ten / 2, keepSize: 10 * ten, keepAge: 1e15 }, 1);
    for (let count = 2; count <= 10; count++) journal.commit('indexer', await journal.append(batch(KB)));
    journal.setReaders({ readers: ['indexer', 'forwarder'] });
    expect(journal.fill.bytes).toBeGreaterThan(ten / 2);
    const waiting = awaitedLater(journal.append(batch(KB)));
    expect(journal.fill.waiting).toBe(1);
    journal.setReaders({ readers: ['indexer'] });
    expect(await waiting).toBe(11);
  });
});
