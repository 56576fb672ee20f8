import { describe, expect, it } from 'vitest';
import { newFolder, type TestStore, testStore } from '../support.ts';

/** More than two segments full, with times that jump between them. */
const total = 40_000;
const start = Date.parse('2026-11-20T00:00:00Z');
const timeOf = (n: number) => start + ((n * 7919) % total) * 1000;
const hostOf = (n: number) => `web${n % 7}`;

async function fill(store: TestStore): Promise<void> {
  for (let from = 0; from < total; from += 5000) {
    const documents = Object.fromEntries(
      Array.from({ length: 5000 }, (_, at) => {
        const n = from + at;
        const tags = n % 3 === 0 ? ['a', 'b'] : n % 3 === 1 ? 'a' : undefined;
        return [
          `d${n}`,
          {
            '@timestamp': new Date(timeOf(n)).toISOString(),
            n,
            host: hostOf(n),
            tags,
            message: `request ${n % 100} from ${hostOf(n)}`,
          },
        ];
      }),
    );
    await store.index('big', documents);
  }
}

const numbers = Array.from({ length: total }, (_, n) => n);

describe('an index of several segments', () => {
  it('answers as a plain look at all documents does, also after a restart', async () => {
    const folder = newFolder();
    const first = await testStore({ folder });
    await fill(first);
    await check(first);
    await first.stop();
    await check(await testStore({ folder }));
  });
});

async function check(store: TestStore): Promise<void> {
  const newest = numbers.slice().sort((a, b) => timeOf(b) - timeOf(a));
  expect(await store.ids('big', { sort: [{ '@timestamp': 'desc' }], size: 20 })).toEqual(
    newest.slice(0, 20).map((n) => `d${n}`),
  );
  expect(await store.ids('big', { sort: [{ '@timestamp': 'desc' }], from: 5000, size: 3 })).toEqual(
    newest.slice(5000, 5003).map((n) => `d${n}`),
  );
  const [gte, lt] = [new Date(start + 3_600_000).toISOString(), new Date(start + 7_200_000).toISOString()];
  const filter = [{ term: { 'host.keyword': 'web3' } }, { range: { '@timestamp': { gte, lt } } }];
  const matching = numbers.filter(
    (n) => n % 7 === 3 && timeOf(n) >= start + 3_600_000 && timeOf(n) < start + 7_200_000,
  );
  const aggs = {
    h: {
      date_histogram: { field: '@timestamp', fixed_interval: '10m' },
      aggs: { s: { sum: { field: 'n' } } },
    },
    t: { terms: { field: 'tags.keyword' } },
    c: { cardinality: { field: 'message.keyword' } },
  };
  const answer = await store.request('POST', '/big/_search', {
    size: 0,
    track_total_hits: true,
    query: { bool: { filter } },
    aggs,
  });
  expect(answer.at('hits.total.value')).toBe(matching.length);
  const buckets = answer.at('aggregations.h.buckets') as {
    key: number;
    doc_count: number;
    s: { value: number };
  }[];
  expect(buckets.map(({ key, doc_count, s }) => [key, doc_count, s.value])).toEqual(
    Array.from({ length: 6 }, (_, at) => {
      const key = start + 3_600_000 + at * 600_000;
      const inside = matching.filter((n) => timeOf(n) >= key && timeOf(n) < key + 600_000);
      return [key, inside.length, inside.reduce((sum, n) => sum + n, 0)];
    }),
  );
  const tags = (answer.at('aggregations.t.buckets') as { key: string; doc_count: number }[]).map(
    ({ key, doc_count }) => [key, doc_count],
  );
  expect(tags).toEqual([
    ['a', matching.filter((n) => n % 3 !== 2).length],
    ['b', matching.filter((n) => n % 3 === 0).length],
  ]);
  expect(answer.at('aggregations.c.value')).toBe(new Set(matching.map((n) => `${n % 100} ${n % 7}`)).size);
  const words = { match: { message: { query: '42 web1', operator: 'and' } } };
  expect((await store.request('POST', '/big/_count', { query: words })).at('count')).toBe(
    numbers.filter((n) => n % 100 === 42 && n % 7 === 1).length,
  );
  const phrase = { match_phrase: { message: '42 from web1' } };
  expect((await store.request('POST', '/big/_count', { query: phrase })).at('count')).toBe(
    numbers.filter((n) => n % 100 === 42 && n % 7 === 1).length,
  );
}
