import { describe, expect, it } from 'vitest';
import { hostile, hostileDocuments, hostileMapping } from './requests/fixture.ts';
import { type TestStore, testStore } from './support.ts';

/** The small index of hard documents; what Elasticsearch 8.19 answers stands in each test. */
async function hostileStore(): Promise<TestStore> {
  const store = await testStore();
  await store.request('PUT', `/${hostile}`, hostileMapping);
  await store.index(hostile, Object.fromEntries(hostileDocuments));
  return store;
}

const one = async (store: TestStore, body: object) =>
  store.request('POST', `/${hostile}/_search`, { sort: ['at'], size: 1, ...body });

describe('fields of a hit', () => {
  it('are shown by the names that were asked for, aliases included', async () => {
    const store = await hostileStore();
    const answer = await one(store, { fields: ['alias', 'labels.env', '_id', 'nope'] });
    expect(answer.at('hits.hits.0.fields')).toEqual({
      alias: ['alpha'],
      'labels.env': ['prod'],
      _id: ['d00'],
    });
  });

  it('keep nested objects apart', async () => {
    const store = await hostileStore();
    const answer = await one(store, { fields: ['items.*'], query: { ids: { values: ['d02'] } } });
    expect(answer.at('hits.hits.0.fields.items')).toEqual([
      { sku: ['a'], price: [9], note: ['blue'] },
      { sku: ['b'], price: [1], note: ['red'] },
    ]);
  });

  it('hide the id where no stored field is wanted', async () => {
    const store = await hostileStore();
    const answer = await one(store, { stored_fields: ['_none_'] });
    expect(answer.at('hits.hits.0')).toEqual({ _index: hostile, _score: null, sort: [0] });
  });
});

describe('nested objects', () => {
  const nested = (query: object, more: object = {}) => ({ nested: { path: 'items', query, ...more } });
  const dear = { range: { 'items.price': { gt: 5 } } };
  const sku = (name: string) => ({ term: { 'items.sku': name } });

  it.each([
    ['one that is both', nested({ bool: { must: [sku('a'), dear] } }), ['d02', 'd07', 'd12', 'd17', 'd22']],
    ['two that are each one of it', nested({ bool: { must: [sku('b'), dear] } }), []],
    ['their fields outside of a nested query', sku('a'), []],
    [
      'a phrase in one of them',
      nested({ match_phrase: { 'items.note': 'green red' } }),
      ['d04', 'd09', 'd14', 'd19'],
    ],
  ])('match: %s', async (_, query, ids) => {
    const store = await hostileStore();
    expect(await store.ids(hostile, { query, sort: ['at'], size: 24 })).toEqual(ids);
  });

  it('are refused where there are none', async () => {
    const store = await hostileStore();
    const answer = await one(store, { query: { nested: { path: 'person', query: { match_all: {} } } } });
    expect([answer.status, answer.at('error.root_cause.0.type')]).toEqual([400, 'query_shard_exception']);
  });
});

describe('requests that only look', () => {
  it('show the mapping of a field', async () => {
    const store = await hostileStore();
    const answer = await store.request('GET', `/${hostile}/_mapping/field/text.raw`);
    expect(answer.body).toEqual({
      [hostile]: {
        mappings: {
          'text.raw': { full_name: 'text.raw', mapping: { raw: { type: 'keyword', ignore_above: 40 } } },
        },
      },
    });
  });

  it('say whether a query would run', async () => {
    const store = await hostileStore();
    const valid = async (query: object) =>
      (await store.request('POST', `/${hostile}/_validate/query`, { query })).at('valid');
    expect(await valid({ match_all: {} })).toBe(true);
    expect(await valid({ term: { count: 'abc' } })).toBe(false);
  });

  it('list aliases', async () => {
    const store = await hostileStore();
    await store.request('PUT', `/${hostile}/_alias/other`, {});
    const answer = await store.request('GET', '/_cat/aliases?format=json&h=alias,index');
    expect(answer.body).toEqual([{ alias: 'other', index: hostile }]);
  });
});

describe('a small cache of columns', () => {
  it('changes no answer', async () => {
    const store = await testStore({ cacheSize: 1 });
    const documents = Array.from({ length: 20_000 }, (_, n) => [`d${n}`, { n, host: `web${n % 3}` }]);
    await store.index('many', Object.fromEntries(documents));
    const answer = await store.request('POST', '/many/_search', {
      size: 0,
      track_total_hits: true,
      aggs: { host: { terms: { field: 'host.keyword' }, aggs: { sum: { sum: { field: 'n' } } } } },
    });
    expect(answer.at('hits.total.value')).toBe(20_000);
    expect(answer.at('aggregations.host.buckets.0')).toMatchObject({ key: 'web0', doc_count: 6_667 });
  });
});
