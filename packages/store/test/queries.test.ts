import { describe, expect, it } from 'vitest';
import { queries, sorts } from './queries.cases.ts';
import { filledStore, testStore } from './support.ts';

describe('queries', () => {
  it('find the documents that Elasticsearch finds, in its order', async () => {
    const store = await filledStore();
    for (const [query, ids] of queries)
      expect([query, await store.ids('t1', { query })]).toEqual([query, ids]);
  });

  it('sort as Elasticsearch does', async () => {
    const store = await filledStore();
    for (const [sort, ids] of sorts) expect([sort, await store.ids('t1', { sort })]).toEqual([sort, ids]);
  });

  it('count what they find', async () => {
    const store = await filledStore();
    for (const [query, ids] of queries) {
      const answer = await store.request('POST', '/t1/_count', { query });
      expect([query, answer.at('count')]).toEqual([query, ids.length]);
    }
  });

  it('give the scores of Elasticsearch', async () => {
    const store = await filledStore();
    const scores = async (query: unknown) => {
      const answer = await store.request('POST', '/t1/_search', { query });
      return (answer.at('hits.hits') as { _score: number }[]).map((hit) => hit._score);
    };
    expect(await scores({ match_all: { boost: 2 } })).toEqual([2, 2, 2, 2, 2, 2]);
    expect(await scores({ term: { ok: 'false' } })).toEqual([expect.closeTo(0.9808292)]);
    expect(await scores({ bool: { must_not: { term: { status: 200 } } } })).toEqual([0, 0, 0]);
    expect(await scores({ constant_score: { filter: { term: { status: 500 } }, boost: 3 } })).toEqual([3]);
    expect(await scores({ match_phrase: { message: { query: 'the fox', slop: 5 } } })).toEqual([
      expect.closeTo(1.64707, 4),
    ]);
  });

  it('resolve relative dates at the time of the request', async () => {
    const now = Date.parse('2026-11-20T12:34:56Z');
    const store = await testStore({ now: () => now });
    await store.index('t', {
      old: { '@timestamp': '2026-11-19T23:59:59Z' },
      new: { '@timestamp': '2026-11-20T12:00:00Z' },
    });
    const since = (gte: string) => store.ids('t', { query: { range: { '@timestamp': { gte } } } });
    expect(await since('now-1h')).toEqual(['new']);
    expect(await since('now/d')).toEqual(['new']);
    expect(await since('now-1d/d')).toEqual(['old', 'new']);
    expect(await since('now-1d/d+1d')).toEqual(['new']);
  });

  it('search documents that were written a moment ago', async () => {
    const store = await filledStore();
    await store.index('t1', { 7: { status: 418 } });
    expect(await store.ids('t1', { query: { term: { status: 418 } } })).toEqual(['7']);
    await store.index('t1', { 7: { status: 419 } });
    expect(await store.ids('t1', { query: { term: { status: 418 } } })).toEqual([]);
    await store.request('DELETE', '/t1/_doc/7');
    expect(await store.ids('t1', { query: { term: { status: 419 } } })).toEqual([]);
  });

  it('accept a query in the address', async () => {
    const store = await filledStore();
    const answer = await store.request(
      'GET',
      '/t1/_search?q=status:200&size=1&sort=@timestamp:desc&_source=status',
    );
    expect(answer.at('hits.hits.0._source')).toEqual({ status: 200 });
    expect(answer.at('hits.total.value')).toBe(3);
    const both = await store.request('GET', '/t1/_count?q=quick%20fox&default_operator=AND&df=message');
    expect(both.at('count')).toBe(2);
  });

  it('tell nested objects apart', async () => {
    const store = await testStore();
    await store.request('PUT', '/n', {
      mappings: {
        properties: {
          user: { type: 'nested', properties: { first: { type: 'keyword' }, last: { type: 'keyword' } } },
        },
      },
    });
    await store.index('n', {
      1: {
        user: [
          { first: 'a', last: 'b' },
          { first: 'c', last: 'd' },
        ],
      },
    });
    const nested = (query: unknown) =>
      store.request('POST', '/n/_search', { query: { nested: { path: 'user', query } } });
    expect((await nested({ term: { 'user.first': 'c' } })).at('hits.total.value')).toBe(1);
    const crossing = { bool: { must: [{ term: { 'user.first': 'a' } }, { term: { 'user.last': 'd' } }] } };
    expect((await nested(crossing)).at('hits.total.value')).toBe(0);
    const both = { bool: { must: [{ term: { 'user.first': 'c' } }, { term: { 'user.last': 'd' } }] } };
    expect((await nested(both)).at('hits.total.value')).toBe(1);
    expect(await store.ids('n', { query: { term: { 'user.first': 'c' } } })).toEqual([]);
  });
});
