import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/alerts/entry.ts';
import { EndedEpisodes } from '../../src/alerts/late.ts';
import { CorrectionMemory } from '../../src/windows/history/memory.ts';

const hour = 3_600_000;

const ended = (group: string, end: number, samples = 0): Entry => ({
  episode: {
    ...({ group, end, by: { host: group } } as unknown as Entry['episode']),
    samples: Array.from({ length: samples }, () => ({ '@timestamp': '', message: 'x'.repeat(500) })),
  },
  ...{ transitions: 2, raised: true, reach: 0, unreported: 0, reason: 'it ended' },
});

const kept = (memory: CorrectionMemory, most = 10) =>
  new EndedEpisodes({ keptFor: 24 * hour, most, shared: { memory, stride: hour } });

describe('ended alerts that late events may correct', () => {
  it('count in the memory for corrections, with their lines', () => {
    const memory = new CorrectionMemory(1e9);
    const book = kept(memory);
    book.add(ended('a', 1));
    const small = memory.used;
    book.add(ended('b', 2, 5));
    expect(small).toBeGreaterThan(1_000);
    expect(memory.used - small).toBeGreaterThan(small + 5 * 500);
  });

  it.each<[string, (book: EndedEpisodes) => void]>([
    ['time passes', (book) => book.add(ended('late', 100 * hour))],
    [
      'there are more than a rule may have',
      (book) => {
        for (let n = 0; n < 10; n += 1) book.add(ended('late', 10 + n));
      },
    ],
    ['they are replaced', (book) => book.replace('a', [])],
    ['a checkpoint takes their place', (book) => book.restore([ended('a', 1)])],
    ['their rule goes', (book) => book.release()],
  ])('give back exactly what they took where %s', (_, change) => {
    const memory = new CorrectionMemory(1e9);
    const book = kept(memory);
    book.add(ended('a', 1, 3));
    book.add(ended('b', 2, 1));
    change(book);
    const expected = new CorrectionMemory(1e9);
    const fresh = kept(expected);
    for (const entry of book.snapshot().ended) fresh.add(entry);
    expect(memory.used).toBe(expected.used);
  });

  it('are forgotten where the memory is full, those of the first stretch together, and counted', () => {
    const memory = new CorrectionMemory(4_000);
    const book = kept(memory);
    for (const [group, end] of [
      ['a', 1],
      ['b', hour / 2],
      ['c', 2 * hour],
    ] as const)
      book.add(ended(group, end));
    expect(memory.forgotten).toBe(0);
    book.add(ended('d', 3 * hour));
    expect(memory.forgotten).toBe(2);
    expect(book.forgottenThrough).toBe(hour / 2);
    expect(book.snapshot().ended.map(({ episode }) => episode.group)).toEqual(['c', 'd']);
    expect(book.of('a', 3 * hour)).toEqual([]);
    expect(memory.used).toBeLessThanOrEqual(4_000);
  });

  it('beyond what a rule may have are counted apart', () => {
    const memory = new CorrectionMemory(1e9);
    const book = kept(memory, 3);
    for (let n = 0; n < 5; n += 1) book.add(ended(`g${n}`, n));
    expect([book.forgotten, memory.forgotten]).toEqual([2, 0]);
    expect(book.forgottenThrough).toBe(1);
  });

  it('that grew too old are not counted as forgotten', () => {
    const book = kept(new CorrectionMemory(1e9));
    book.add(ended('a', 1));
    book.add(ended('b', 100 * hour));
    expect(book.forgotten).toBe(0);
    expect(book.forgottenThrough).toBe(Number.NEGATIVE_INFINITY);
  });

  it('of a checkpoint that holds more than the memory may, are dropped at once, the oldest first', () => {
    const memory = new CorrectionMemory(4_000);
    const book = kept(memory);
    book.restore([1, 2, 3, 4].map((n) => ended(`g${n}`, 2 * n * hour)));
    expect(memory.used).toBeLessThanOrEqual(4_000);
    expect(book.snapshot().ended.at(-1)!.episode.group).toBe('g4');
    expect(book.forgottenThrough).toBeGreaterThanOrEqual(2 * hour);
  });
});

describe('the memory for corrections', () => {
  it.each(['before', 'after'])(
    'asks the same of two that reach back equally far, %s one of them joined again',
    (when) => {
      const memory = new CorrectionMemory(10);
      const asked: string[] = [];
      const history = (name: string) => {
        const one = {
          oldest: 1,
          bound: 1,
          dropOldest: () => {
            asked.push(name);
            one.oldest = one.bound = Number.POSITIVE_INFINITY;
            return 1;
          },
        };
        memory.join(one);
        return one;
      };
      const first = history('first');
      history('second');
      if (when === 'after') {
        memory.leave(first);
        memory.join(first);
      }
      memory.changed(20);
      expect(asked).toEqual(['first', 'second']);
    },
  );
});
