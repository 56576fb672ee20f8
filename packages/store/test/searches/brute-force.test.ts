import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TestStore, testStore } from '../support.ts';
import { compare, type Entry, entries, mappings, matches, orders, query, valuesOf } from './brute-force.ts';

const numRuns = Number(process.env.PROPERTY_RUNS ?? 24);

/** Searches per set of documents: writing it costs as much as several of them. */
const searches = 8;
let made = 0;

/** An index with these documents, some of which were written twice or stood beside others that are deleted. */
async function filled(store: TestStore, all: readonly Entry[]): Promise<string> {
  const index = `i${made++}`;
  await store.request('PUT', `/${index}`, { mappings });
  const line = (action: string, id: number, document?: object) =>
    [{ [action]: { _index: index, _id: `${id}` } }, ...(document ? [document] : [])]
      .map((one) => `${JSON.stringify(one)}\n`)
      .join('');
  const bulk = (lines: string[]) => store.request('POST', '/_bulk?refresh=true', lines.join(''));
  const half = all.length >> 1;
  const early = all
    .slice(0, half)
    .map((entry, at) => line('index', entry.id, at % 3 === 0 ? { n: 1, k: 'b' } : entry));
  await bulk([...early, line('index', 1_000, { n: 3, k: 'a' }), line('index', 1_001, { k: ['ab'] })]);
  const again = all.slice(0, half).filter((_, at) => at % 3 === 0);
  await bulk([
    ...[...all.slice(half), ...again].map((entry) => line('index', entry.id, entry)),
    ...[1_000, 1_001].map((id) => line('delete', id)),
  ]);
  return index;
}

describe('a store of any documents', () => {
  it('finds those that a reading of the definitions finds, in the order that was asked for', async () => {
    const store = await testStore();
    const asked = fc.array(fc.tuple(query, orders), { minLength: searches, maxLength: searches });
    await fc.assert(
      fc.asyncProperty(entries, asked, async (all, some) => {
        const index = await filled(store, all);
        for (const [one, by] of some) {
          const sort = [...by.map(({ field, ...how }) => ({ [field]: how })), { id: 'asc' }];
          const found = await store.ids(index, { size: 100, query: one, sort });
          const right = all.filter((entry) => matches(entry, one)).toSorted((a, b) => compare(a, b, by));
          expect(found).toEqual(right.map(({ id }) => `${id}`));
          const count = await store.request('POST', `/${index}/_count`, { query: one });
          expect(count.at('count')).toBe(right.length);
        }
        await store.request('DELETE', `/${index}`);
      }),
      { numRuns },
    );
  });

  it('pages through them by search_after without losing or repeating one', async () => {
    const store = await testStore();
    await fc.assert(
      fc.asyncProperty(entries, orders, fc.integer({ min: 1, max: 9 }), async (all, by, size) => {
        const index = await filled(store, all);
        const sort = [...by.map(({ field, ...how }) => ({ [field]: how })), { id: 'asc' }];
        const found: string[] = [];
        for (let after: unknown[] | undefined; ; ) {
          const answer = await store.request('POST', `/${index}/_search`, {
            ...{ size, sort },
            ...(after && { search_after: after }),
          });
          const hits = answer.at('hits.hits') as { _id: string; sort: unknown[] }[];
          found.push(...hits.map(({ _id }) => _id));
          if (hits.length === 0) break;
          after = hits.at(-1)!.sort;
        }
        expect(found).toEqual(all.toSorted((a, b) => compare(a, b, by)).map(({ id }) => `${id}`));
        await store.request('DELETE', `/${index}`);
      }),
      { numRuns: numRuns / 2 },
    );
  });

  it('counts them as a reading of the definitions of aggregations does', async () => {
    const store = await testStore();
    await fc.assert(
      fc.asyncProperty(entries, query, async (all, one) => {
        const index = await filled(store, all);
        const answer = await store.request('POST', `/${index}/_search`, { size: 0, query: one, aggs });
        const kept = all.filter((entry) => matches(entry, one));
        expect(answer.at('aggregations')).toMatchObject(aggregated(kept));
        await store.request('DELETE', `/${index}`);
      }),
      { numRuns },
    );
  });
});

const aggs = {
  words: { terms: { field: 'k', size: 100 }, aggs: { sum: { sum: { field: 'd' } } } },
  numbers: { terms: { field: 'n', size: 100 } },
  fives: { histogram: { field: 'n', interval: 5, offset: 2, min_doc_count: 1 } },
  ranges: { range: { field: 'n', ranges: [{ to: 0 }, { from: 0, to: 5 }, { from: 3 }] } },
  months: { date_histogram: { field: 't', calendar_interval: 'month', min_doc_count: 1 } },
  different: { cardinality: { field: 'k' } },
  values: { value_count: { field: 'n' } },
  stats: { stats: { field: 'd' } },
  without: { missing: { field: 'n' } },
  flags: {
    filters: {
      other_bucket_key: 'other',
      filters: { yes: { term: { b: true } }, word: { term: { k: 'a' } } },
    },
  },
};

/** How many documents have each of the keys that `keysOf` gives for one; a document counts once for a key. */
function countsOf<Key>(all: readonly Entry[], keysOf: (entry: Entry) => Key[]): [Key, number][] {
  const counts = new Map<Key, number>();
  for (const entry of all)
    for (const key of new Set(keysOf(entry))) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts];
}

const buckets = (counts: [number, number][]) => ({
  buckets: counts.toSorted(([a], [b]) => a - b).map(([key, doc_count]) => ({ key, doc_count })),
});
const numbersOf = (entry: Entry) => valuesOf(entry, 'n') as number[];
const monthOf = (entry: Entry) =>
  entry.t === undefined ? [] : [Date.UTC(Number(entry.t.slice(0, 4)), Number(entry.t.slice(5, 7)) - 1)];

function aggregated(all: readonly Entry[]) {
  const words = countsOf(all, (entry) => valuesOf(entry, 'k') as string[]);
  const counted = ([a, x]: [number | string, number], [b, y]: [number | string, number]) =>
    y - x || (a < b ? -1 : 1);
  const sumOf = (of: readonly Entry[]) => of.reduce((sum, { d = 0 }) => sum + d, 0);
  const having = (k: string) => all.filter((entry) => valuesOf(entry, 'k').includes(k));
  const inRange = (from: number, to: number) =>
    all.filter((entry) => numbersOf(entry).some((n) => n >= from && n < to)).length;
  const numbers = all.flatMap(({ d }) => d ?? []);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const sum = sumOf(all);
  return {
    words: {
      buckets: words
        .toSorted(counted)
        .map(([key, doc_count]) => ({ key, doc_count, sum: { value: sumOf(having(key)) } })),
    },
    numbers: {
      buckets: countsOf(all, numbersOf)
        .toSorted(counted)
        .map(([key, doc_count]) => ({ key, doc_count })),
    },
    fives: buckets(countsOf(all, (entry) => numbersOf(entry).map((n) => Math.floor((n - 2) / 5) * 5 + 2))),
    ranges: {
      buckets: [inRange(-99, 0), inRange(0, 5), inRange(3, 99)].map((doc_count) => ({ doc_count })),
    },
    months: buckets(countsOf(all, monthOf)),
    different: { value: words.length },
    // A column of numbers keeps each value of a document, also one that it has twice.
    values: { value: all.flatMap(numbersOf).length },
    stats:
      numbers.length === 0
        ? { count: 0, min: null, max: null, avg: null, sum: 0 }
        : { count: numbers.length, min: low, max: high, avg: sum / numbers.length, sum },
    without: { doc_count: all.filter((entry) => numbersOf(entry).length === 0).length },
    flags: {
      buckets: {
        yes: { doc_count: all.filter(({ b }) => b).length },
        word: { doc_count: having('a').length },
        other: { doc_count: all.filter((entry) => !entry.b && !valuesOf(entry, 'k').includes('a')).length },
      },
    },
  };
}
