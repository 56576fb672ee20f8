import { expect, it } from 'vitest';
import { testStore } from './support.ts';

/** More than `search.max_buckets`, which bounds what is shown and not what is counted. */
const total = 70_000;

it('finds the most frequent of more terms than there may be buckets', async () => {
  const store = await testStore();
  await store.request('PUT', '/t', { mappings: { properties: { who: { type: 'keyword' } } } });
  for (let from = 0; from < total; from += 10_000) {
    const numbers = Array.from({ length: 10_000 }, (_, at) => from + at);
    const lines = numbers.map((n) => `{"index":{}}\n{"who":"${n % 1_000 === 0 ? 'often' : `u${n}`}"}\n`);
    expect((await store.request('POST', '/t/_bulk', lines.join(''))).at('errors')).toBe(false);
  }
  const ask = (terms: object) =>
    store.request('POST', '/t/_search', { size: 0, aggs: { who: { terms: { field: 'who', ...terms } } } });
  const few = await ask({ size: 2 });
  expect(few.at('aggregations.who')).toEqual({
    doc_count_error_upper_bound: 0,
    sum_other_doc_count: total - 71,
    buckets: [
      { key: 'often', doc_count: 70 },
      { key: 'u1', doc_count: 1 },
    ],
  });
  const all = await ask({ size: total });
  expect([all.status, all.at('error.type')]).toEqual([400, 'too_many_buckets_exception']);
});
