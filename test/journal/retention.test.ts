import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { TRIM_BATCH } from '../../src/journal/retention.ts';
import { batch, eventually, everything, opened, readerOf, temporaryFolder } from './support.ts';

const KB = 'x'.repeat(1_000);

async function append(journal: Journal, count: number, receivedAt = 0) {
  const appends = Array.from({ length: count }, () => journal.append(batch(KB, { receivedAt })));
  return (await Promise.all(appends)).at(-1)!;
}

/** A round of chores passes. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 700));

describe('trimming by size', () => {
  it('keeps as many bytes behind the readers as configured', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder, { keepSize: 5_000 });
    journal.commit('indexer', await append(journal, 20));
    await eventually('the old ones are gone', () => journal.fill.oldest > 1);
    await aWhile();
    // A record takes some 1,130 bytes: four fit into 5,000.
    expect(journal.fill.oldest).toBe(17);
    expect(readerOf(folder).oldest).toBe(17);
    expect(
      readerOf(folder)
        .read(3, everything)
        .map((record) => record.position),
    ).toEqual([17, 18, 19, 20]);
  });

  it('never takes what a required reader has yet to commit', async () => {
    const journal = await opened(temporaryFolder(), { keepSize: 0, keepAge: 0, readers: ['a', 'b'] });
    await append(journal, 10);
    journal.commit('a', 10);
    journal.commit('b', 4);
    await eventually('what both have read is gone', () => journal.fill.oldest === 5);
    await aWhile();
    expect(journal.fill.oldest).toBe(5);
  });

  it('goes on in small batches until all is done', async () => {
    const journal = await opened(temporaryFolder(), { keepSize: 0 });
    const newest = await append(journal, 3 * TRIM_BATCH + 5);
    journal.commit('indexer', newest);
    await eventually('all is gone', () => journal.fill.oldest === newest + 1);
    expect(journal.fill).toMatchObject({ bytes: 0, newest });
  });

  it('rides along with appends and keeps up with them', async () => {
    const journal = await opened(temporaryFolder(), { keepSize: 3_000 });
    for (let round = 0; round < 30; round++) journal.commit('indexer', await append(journal, 50));
    await append(journal, 1);
    expect(journal.fill.newest - journal.fill.oldest).toBeLessThan(300);
  });
});

describe('trimming by age', () => {
  it('takes what was received too long ago', async () => {
    let now = 10_000;
    const journal = await opened(temporaryFolder(), { keepAge: 1_000, now: () => now });
    await append(journal, 3, 9_500);
    journal.commit('indexer', await append(journal, 3, 10_000));
    await aWhile();
    expect(journal.fill.oldest).toBe(1);
    now = 10_600;
    await eventually('the older ones are gone', () => journal.fill.oldest === 4);
    now = 11_001;
    await eventually('the others are gone', () => journal.fill.oldest === 7);
  });
});

describe('a trimmed journal', () => {
  it('goes on with the next position, also after a restart with nothing left', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder, { keepSize: 0 });
    journal.commit('indexer', await append(journal, 5));
    await eventually('all is gone', () => journal.fill.oldest === 6);
    await journal.close();
    const again = await opened(folder, { keepSize: 0 });
    expect(again.fill).toMatchObject({ bytes: 0, oldest: 6, newest: 5 });
    expect(await again.append(batch())).toBe(6);
    expect(again.fill.bytes).toBeGreaterThan(0);
  });

  it('shows a reader that begins anew the oldest that is left', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder, { keepSize: 0 });
    await append(journal, 9);
    journal.commit('indexer', 6);
    await eventually('they are gone', () => journal.fill.oldest === 7);
    expect(readerOf(folder).read(0, everything)[0]?.position).toBe(7);
  });

  it('uses its space again', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder, { keepSize: 500_000 });
    const sizes: number[] = [];
    for (let round = 0; round < 40; round++) {
      const appends = Array.from({ length: 25 }, (_, i) => journal.append(batch(KB.repeat(20 + i))));
      journal.commit('indexer', (await Promise.all(appends)).at(-1)!);
      sizes.push(statSync(join(folder, 'journal.mdb')).size);
    }
    // 800 KB a round: without reuse the file would hold 32 MB.
    expect(sizes.at(-1)).toBeLessThan(6_000_000);
    expect(sizes.at(-1)).toBeLessThan(sizes[20]! * 1.5);
  });
});
