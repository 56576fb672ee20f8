import { describe, expect, it } from 'vitest';
import { awaitedLater } from '../support/lumberjack/shipper.ts';
import { batch, eventually, isSettled, opened, readerOf, temporaryFolder } from './support.ts';

const KB = 'x'.repeat(1_000);

/** A journal with room for two batches of a kilobyte: it is full when the second one is there. */
async function smallJournal(readers = ['indexer']) {
  const folder = temporaryFolder();
  return { folder, journal: await opened(folder, { maxSize: 2_000, readers }) };
}

async function fullJournal(readers?: string[]) {
  const small = await smallJournal(readers);
  await small.journal.append(batch(KB));
  await small.journal.append(batch(KB));
  return small;
}

describe('a full journal', () => {
  it('holds appends until its reader gets on', async () => {
    const { journal } = await fullJournal();
    const held = awaitedLater(journal.append(batch(KB)));
    expect(await isSettled(held)).toBe(false);
    expect(journal.fill.waiting).toBe(1);
    journal.commit('indexer', 2);
    expect(await held).toBe(3);
    expect(journal.fill.waiting).toBe(0);
  });

  it('lets nobody wait any more once it turns away, and still takes what there is room for', async () => {
    const { journal } = await fullJournal();
    const held = awaitedLater(journal.append(batch(KB)));
    journal.rejectWaiting();
    await expect(held).rejects.toMatchObject({ code: 'JOURNAL_CLOSED' });
    await expect(journal.append(batch(KB))).rejects.toMatchObject({ code: 'JOURNAL_CLOSED' });
    journal.commit('indexer', 2);
    expect(await journal.append(batch(KB))).toBe(3);
  });

  it('lets in first who came first', async () => {
    const { journal } = await fullJournal();
    const order: string[] = [];
    const held = ['a', 'b', 'c', 'd'].map((name) =>
      journal.append(batch(KB)).then((position) => order.push(`${name}${position}`)),
    );
    for (const newest of [2, 4, 6]) {
      journal.commit('indexer', newest);
      await eventually('two more are in', () => order.length === Math.min(newest, 4));
    }
    await Promise.all(held);
    expect(order).toEqual(['a3', 'b4', 'c5', 'd6']);
  });

  it('lets nobody pass those who wait, however small', async () => {
    const { journal } = await fullJournal();
    const large = awaitedLater(journal.append(batch(KB.repeat(5))));
    const small = awaitedLater(journal.append(batch('')));
    journal.commit('indexer', 1);
    expect(await large).toBe(3);
    expect(await isSettled(small)).toBe(false);
    journal.commit('indexer', 3);
    expect(await small).toBe(4);
  });

  it('counts what is on its way to disk, so that a crowd cannot overfill it', async () => {
    const { journal } = await smallJournal();
    for (let i = 0; i < 10; i++) void journal.append(batch(KB)).catch(() => undefined);
    expect(journal.fill.waiting).toBe(8);
  });

  it('takes ticks', async () => {
    const { journal } = await fullJournal();
    const held = awaitedLater(journal.append(batch(KB)));
    expect(await journal.tick(1)).toBe(3);
    expect(await isSettled(held)).toBe(false);
    journal.commit('indexer', 3);
    await held;
  });

  it('stays full while the slowest of its required readers stands still', async () => {
    const { journal } = await fullJournal(['indexer', 'analyser']);
    const held = awaitedLater(journal.append(batch(KB)));
    journal.commit('indexer', 2);
    journal.commit('somebody else', 2);
    expect(await isSettled(held)).toBe(false);
    journal.commit('analyser', 1);
    expect(await held).toBe(3);
  });

  it('turns away who waits when it is closed, and the batch was not written', async () => {
    const { folder, journal } = await fullJournal();
    const held = awaitedLater(journal.append(batch(KB)));
    const outcome = expect(held).rejects.toMatchObject({ code: 'JOURNAL_CLOSED' });
    await journal.close();
    await outcome;
    expect(readerOf(folder).newest).toBe(2);
  });

  it('is full again after it was closed and opened', async () => {
    const { folder, journal } = await fullJournal();
    await journal.close();
    const again = await opened(folder, { maxSize: 2_000 });
    expect(await isSettled(again.append(batch(KB)).catch(() => undefined))).toBe(false);
  });
});

describe('a journal with room', () => {
  it('takes a batch that is larger than itself', async () => {
    const { journal } = await smallJournal();
    expect(await journal.append(batch(KB.repeat(50)))).toBe(1);
  });

  it('is never full where no reader is required', async () => {
    const { journal } = await smallJournal([]);
    for (let i = 1; i <= 10; i++) expect(await journal.append(batch(KB))).toBe(i);
    expect(journal.fill.bytes).toBe(0);
  });
});

describe('fill', () => {
  it('grows with what is appended and shrinks with what the slowest reader commits', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder, { readers: ['a', 'b'] });
    const bytes = [journal.fill.bytes];
    for (let i = 0; i < 3; i++) await journal.append(batch(KB));
    bytes.push(journal.fill.bytes);
    journal.commit('a', 3);
    bytes.push(journal.fill.bytes);
    journal.commit('b', 1);
    bytes.push(journal.fill.bytes);
    journal.commit('b', 3);
    bytes.push(journal.fill.bytes);
    const one = bytes[1]! / 3;
    expect(one).toBeGreaterThan(1_000);
    expect(one).toBeLessThan(1_200);
    expect(bytes).toEqual([0, 3 * one, 3 * one, 2 * one, 0]);
  });

  it('is known after a restart', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder, { readers: ['a', 'b'] });
    for (let i = 0; i < 20; i++) await journal.append(batch('x'.repeat(i * 100)));
    journal.commit('a', 20);
    journal.commit('b', 13);
    const before = journal.fill;
    await journal.close();
    expect((await opened(folder, { readers: ['a', 'b'] })).fill).toEqual(before);
    expect(before).toMatchObject({ oldest: 1, newest: 20, readers: { a: 20, b: 13 } });
  });
});
