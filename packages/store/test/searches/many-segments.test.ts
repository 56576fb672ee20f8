import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asked,
  type Entry,
  inOrder,
  type Live,
  ManySegments,
  order,
  type Step,
  sortedBy,
  steps,
  timesOf,
  tokensOf,
  totalOf,
} from './many-segments.ts';

const numRuns = Number(process.env.PROPERTY_RUNS ?? 30);

/** Searches over one set of documents. */
const searches = 12;
const page = fc.record({
  from: fc.integer({ min: 0, max: 8 }),
  size: fc.integer({ min: 0, max: 12 }),
  track: fc.oneof(fc.boolean(), fc.constant(undefined), fc.integer({ min: 0, max: 20 })),
});

/** A check of indices that were written so. */
async function checking(histories: readonly Step[][], check: (store: ManySegments) => void): Promise<void> {
  const store = new ManySegments();
  try {
    for (const one of histories) await store.add(one);
    check(store);
  } finally {
    await store.engine.close();
  }
}

const idsOf = (all: readonly Live[]) => all.map(({ index, id }) => `i${index}/${id}`);
const found = (answer: ReturnType<ManySegments['search']>) =>
  answer.hits.hits.map(({ _index, _id }) => `${_index}/${_id}`);
const histories = fc.array(steps, { minLength: 1, maxLength: 3 });
const several = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: searches, maxLength: searches });

describe('indices of many segments', () => {
  it('give the first hits by a number, and the total, as a look at all documents does', async () => {
    const one = fc.record({ asked, page, by: order, isFiltered: fc.boolean(), isTotal: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(histories, several(one), (written, all) =>
        checking(written, (store) => {
          for (const { asked: wanted, page: shown, by, isFiltered, isTotal } of all) {
            const { from, size, track } = shown;
            const isShown = ({ t }: Entry) => !isFiltered || [t].flat().some((one) => Number(one) >= 4);
            const right = store.live
              .filter(({ entry }) => wanted.matches(entry) && isShown(entry))
              .toSorted(inOrder(by));
            const answer = store.search({
              ...{ from, size, query: wanted.query },
              sort: [{ t: by }, ...(isTotal ? [{ _index: 'asc' }, { n: 'asc' }] : [])],
              ...(track !== undefined && { track_total_hits: track }),
              ...(isFiltered && { post_filter: { range: { t: { gte: 4 } } } }),
            });
            expect(found(answer)).toEqual(idsOf(right.slice(from, from + size)));
            expect(answer.hits.total).toEqual(totalOf(right.length, track));
          }
        }),
      ),
      { numRuns },
    );
  });

  it('give the hits after a value, and page through all of them', async () => {
    const one = fc.record({ asked, by: order, size: fc.integer({ min: 1, max: 9 }), after: fc.nat(12) });
    await fc.assert(
      fc.asyncProperty(histories, several(one), (written, all) =>
        checking(written, (store) => {
          for (const { asked: wanted, by, size, after } of all) {
            const right = store.live.filter(({ entry }) => wanted.matches(entry)).toSorted(inOrder(by));
            const isAfter = ({ entry }: Live) => {
              const value = sortedBy(entry, by);
              if (value === undefined) return by.missing === '_last';
              return by.order === 'asc' ? value > after : value < after;
            };
            const once = store.search({
              size,
              query: wanted.query,
              sort: [{ t: by }],
              search_after: [after],
            });
            expect(found(once)).toEqual(idsOf(right.filter(isAfter)).slice(0, size));
            const sort = [{ t: by }, { _index: 'asc' }, { n: 'asc' }];
            const paged: string[] = [];
            for (let last: unknown[] | undefined; ; ) {
              const answer = store.search({
                ...{ size, query: wanted.query, sort },
                ...(last && { search_after: JSON.parse(JSON.stringify(last)) }),
              });
              paged.push(...found(answer));
              last = answer.hits.hits.at(-1)?.sort;
              if (last === undefined) break;
            }
            expect(paged).toEqual(idsOf(right));
          }
        }),
      ),
      { numRuns: numRuns / 2 },
    );
  });

  it('give the best by score as a ranking of all documents does', async () => {
    const least = fc.constantFrom(undefined, undefined, 0.2, 0.9);
    const one = fc.record({ asked, page, least });
    await fc.assert(
      fc.asyncProperty(histories, several(one), (written, all) =>
        checking(written, (store) => {
          for (const { asked: wanted, page: shown, least: minimum } of all) {
            const { from, size, track } = shown;
            const body = { query: wanted.query, ...(minimum !== undefined && { min_score: minimum }) };
            const whole = store.search({ ...body, size: 10_000, track_total_hits: true });
            const answer = store.search({
              ...{ ...body, from, size },
              ...(track !== undefined && { track_total_hits: track }),
            });
            expect(answer.hits.hits).toEqual(whole.hits.hits.slice(from, from + size));
            expect(answer.hits.total).toEqual(totalOf(whole.hits.hits.length, track));
            if (from + size > 0) expect(answer.hits.max_score).toEqual(whole.hits.max_score);
            const right = store.live.filter(({ entry }) => wanted.matches(entry));
            if (minimum === undefined) expect(found(whole).toSorted()).toEqual(idsOf(right).toSorted());
          }
        }),
      ),
      { numRuns },
    );
  });

  it('score words as the formula of BM25 does, over all segments of an index', async () => {
    const word: fc.Arbitrary<string> = fc.constantFrom('get', 'post', 'error', 'rare');
    const words = fc.uniqueArray(word, { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(steps, several(words), (written, all) =>
        checking([written], (store) => {
          for (const wanted of all) {
            const query = { match: { words: wanted.join(' ') } };
            const scores = store.live
              .filter(({ entry }) => tokensOf(entry).some((token) => wanted.includes(token)))
              .map(({ id, entry }): [string, number] => [id, bm25(entry, wanted, store.written)]);
            const answer = store.search({ query, size: 5 });
            const best = scores.map(([, score]) => score).toSorted((a, b) => b - a);
            expect(answer.hits.hits.length).toBe(Math.min(5, best.length));
            for (const [at, { _id, _score }] of answer.hits.hits.entries()) {
              expect(_score).toBeCloseTo(best[at]!, 5);
              expect(_score).toBeCloseTo(new Map(scores).get(_id)!, 5);
            }
          }
        }),
      ),
      { numRuns },
    );
  });

  it('count terms as a look at all documents does, also when asked again after writes', async () => {
    const filter = fc.option(asked, { nil: undefined });
    await fc.assert(
      fc.asyncProperty(histories, histories, fc.tuple(filter, filter), async (first, later, filters) => {
        const store = new ManySegments();
        for (const more of [first, later]) {
          for (const one of more) await store.add(one);
          for (const wanted of filters) {
            const answer = store.search({
              size: 0,
              ...(wanted && { query: wanted.query }),
              aggs: {
                k: { terms: { field: 'k', size: 3, include: '[a-d]' } },
                none: { terms: { field: 'k', size: 10, min_doc_count: 0 } },
                rare: { terms: { field: 'k', order: { _key: 'desc' }, min_doc_count: 2 } },
              },
            });
            const kept = store.live.filter(({ entry }) => wanted?.matches(entry) ?? true);
            const counts = countsOf(kept);
            const byCount = counts.toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
            const { k, none, rare } = answer.aggregations!;
            expect(pairs(k!)).toEqual(byCount.filter(([key]) => key <= 'd').slice(0, 3));
            expect(pairs(none!).filter(([, count]) => count > 0)).toEqual(byCount);
            expect(pairs(rare!)).toEqual(
              counts.filter(([, count]) => count > 1).toSorted(([a], [b]) => (a < b ? 1 : -1)),
            );
          }
        }
        await store.engine.close();
      }),
      { numRuns },
    );
  });

  it('keep a document whose sum of times is beyond those of its segment', () =>
    checking([[of(1, [4, 5]), seal, of(2, 7), of(3, 8), seal]], (store) => {
      const answer = store.search({ size: 1, sort: [{ t: { order: 'desc', mode: 'sum' } }] });
      expect(found(answer)).toEqual(['i0/1']);
      expect(timesOf(store.live[0]!.entry)).toEqual([4, 5]);
    }));

  it('count in older segments what is neither deleted nor filtered out', () => {
    const older = [of(1, 1, 'get'), of(2, 2, 'get post'), seal, of(4, 1, 'get'), seal];
    const history = [...older, of(3, 3, 'get'), seal, { remove: 2 }];
    return checking([history], (store) => {
      const body = { size: 1, query: { match: { words: 'get' } }, sort: [{ t: 'desc' }] };
      expect(store.search(body).hits.total).toEqual({ value: 3, relation: 'eq' });
      const filtered = store.search({ ...body, post_filter: { range: { t: { gte: 2 } } } });
      expect(filtered.hits.total).toEqual({ value: 1, relation: 'eq' });
    });
  });

  it('count no document below the least score, also where none of a segment is the best', () => {
    const history = [of(1, 1, 'get'), of(2, 1, 'get'), seal, of(3, 1, 'get post post post post'), seal];
    return checking([history], (store) => {
      const query = { match: { words: 'get' } };
      const scores = store.search({ query }).hits.hits.map(({ _score }) => _score!);
      expect(scores[2]).toBeLessThan(scores[1]!);
      const best = store.search({ size: 1, query, min_score: scores[1]! - 1e-4 });
      expect(best.hits.total).toEqual({ value: 2, relation: 'eq' });
    });
  });
});

const seal = { seal: true } as const;
const of = (id: number, t: number | number[], words?: string) => ({
  id,
  put: { t, ...(words && { words }) },
});

const pairs = ({ buckets }: { buckets: { key: string; doc_count: number }[] }) =>
  buckets.map(({ key, doc_count }): [string, number] => [key, doc_count]);

function countsOf(all: readonly Live[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { entry } of all)
    for (const key of new Set([entry.k ?? []].flat())) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts];
}

/** The sum over the words; replaced and removed documents count in the statistics as long as their segment is there. */
function bm25(entry: Entry, wanted: readonly string[], written: readonly Live[]): number {
  const texts = written.map((one) => tokensOf(one.entry)).filter((tokens) => tokens.length > 0);
  const average = texts.reduce((sum, { length }) => sum + length, 0) / texts.length;
  const own = tokensOf(entry);
  return wanted.reduce((sum, word) => {
    const having = texts.filter((tokens) => tokens.includes(word)).length;
    const frequency = own.filter((token) => token === word).length;
    const rarity = Math.log(1 + (texts.length - having + 0.5) / (having + 0.5));
    const norm = 1.2 * (0.25 + (0.75 * own.length) / average);
    return sum + (frequency === 0 ? 0 : (rarity * 2.2 * frequency) / (frequency + norm));
  }, 0);
}
