import { describe, expect, it } from 'vitest';
import { aggregations } from './aggregations.cases.ts';
import { filledStore, testStore } from './support.ts';

describe('aggregations', () => {
  it('give what Elasticsearch gives', async () => {
    const store = await filledStore();
    for (const [x, answer] of aggregations) {
      const response = await store.request('POST', '/t1/_search', { size: 0, aggs: { x } });
      expect([x, response.at('aggregations.x')]).toEqual([x, answer]);
    }
  });

  it('count a document once for a value that it has twice, wherever the two stand', async () => {
    const store = await testStore();
    const properties = { n: { type: 'integer' }, t: { type: 'date' } };
    await store.request('PUT', '/x', { mappings: { properties } });
    await store.index('x', {
      a: { n: [7, 0, 7], t: ['2025-01-02', '2025-03-01', '2025-01-05'] },
      b: { n: 1 },
    });
    const aggs = {
      terms: { terms: { field: 'n' } },
      histogram: { histogram: { field: 'n', interval: 5, offset: 2, min_doc_count: 1 } },
      months: { date_histogram: { field: 't', calendar_interval: 'month', min_doc_count: 1 } },
      ranges: { range: { field: 'n', ranges: [{ from: 0, to: 5 }, { from: 6 }] } },
      values: { value_count: { field: 'n' } },
    };
    const answer = await store.request('POST', '/x/_search', { size: 0, aggs });
    const counts = (name: string) =>
      (answer.at(`aggregations.${name}.buckets`) as { doc_count: number }[]).map((one) => one.doc_count);
    // The answers of Elasticsearch 8.19.
    expect(Object.keys(aggs).slice(0, 4).map(counts)).toEqual([
      [1, 1, 1],
      [2, 1],
      [1, 1],
      [2, 1],
    ]);
    expect(answer.at('aggregations.values.value')).toBe(4);
  });

  it('nest, and order buckets by what is in them', async () => {
    const store = await filledStore();
    const aggs = {
      h: {
        terms: { field: 'host.name', order: { 'd.max': 'desc' } },
        aggs: {
          d: { stats: { field: 'dur' } },
          days: { date_histogram: { field: '@timestamp', calendar_interval: 'day' } },
        },
        meta: { title: 'hosts' },
      },
    };
    const answer = await store.request('POST', '/t1/_search', { size: 0, aggs });
    const buckets = answer.at('aggregations.h.buckets') as { key: string }[];
    expect(buckets.map(({ key }) => key)).toEqual(['db1', 'web2', 'web1', 'web3']);
    expect(answer.at('aggregations.h.meta.title')).toBe('hosts');
    expect(answer.at('aggregations.h.buckets.2.days.buckets.0.doc_count')).toBe(2);
    expect(answer.at('aggregations.h.buckets.2.days.buckets.length')).toBe(5);
  });

  it('see only what the query finds, except the global one', async () => {
    const store = await filledStore();
    const aggs = {
      found: { value_count: { field: 'status' } },
      all: { global: {}, aggs: { count: { value_count: { field: 'status' } } } },
    };
    const answer = await store.request('POST', '/t1/_search', {
      size: 0,
      query: { term: { status: 200 } },
      aggs,
    });
    expect(answer.at('aggregations')).toEqual({
      found: { value: 3 },
      all: { doc_count: 6, count: { value: 6 } },
    });
  });

  it('are not touched by a post_filter', async () => {
    const store = await filledStore();
    const search = {
      post_filter: { term: { status: 500 } },
      aggs: { s: { cardinality: { field: 'status' } } },
    };
    const answer = await store.request('POST', '/t1/_search', search);
    expect([answer.at('hits.total.value'), answer.at('aggregations.s.value')]).toEqual([1, 4]);
  });

  it('merge indices with different mappings of a field', async () => {
    const store = await testStore();
    await store.request('PUT', '/a', { mappings: { properties: { s: { type: 'keyword' } } } });
    await store.index('a', { 1: { s: 'x' }, 2: { s: 'y' } });
    await store.index('b', { 1: { other: 1 } });
    const answer = await store.request('POST', '/a,b/_search', {
      size: 0,
      aggs: { s: { terms: { field: 's', missing: 'none' } } },
    });
    const buckets = answer.at('aggregations.s.buckets') as { key: string; doc_count: number }[];
    expect(buckets.map(({ key, doc_count }) => [key, doc_count])).toEqual([
      ['none', 1],
      ['x', 1],
      ['y', 1],
    ]);
  });

  it('page through composite keys to the end', async () => {
    const store = await filledStore();
    const seen: unknown[] = [];
    let after: unknown;
    for (let page = 0; page < 10; page++) {
      const x = {
        composite: {
          size: 2,
          sources: [{ h: { terms: { field: 'host.name' } } }, { s: { terms: { field: 'status' } } }],
          ...(after !== undefined && { after }),
        },
      };
      const answer = await store.request('POST', '/t1/_search', { size: 0, aggs: { x } });
      const buckets = answer.at('aggregations.x.buckets') as { key: unknown }[];
      if (buckets.length === 0) break;
      seen.push(...buckets.map(({ key }) => key));
      after = answer.at('aggregations.x.after_key');
    }
    expect(seen).toEqual([
      { h: 'db1', s: 200 },
      { h: 'web1', s: 200 },
      { h: 'web1', s: 404 },
      { h: 'web2', s: 500 },
      { h: 'web3', s: 503 },
    ]);
  });

  it('follow a change of the clocks', async () => {
    const store = await testStore();
    await store.index('t', {
      1: { at: '2026-10-24T22:30:00Z' },
      2: { at: '2026-10-25T22:30:00Z' },
      3: { at: '2026-10-25T23:30:00Z' },
    });
    const x = { date_histogram: { field: 'at', calendar_interval: 'day', time_zone: 'Europe/Berlin' } };
    const answer = await store.request('POST', '/t/_search', { size: 0, aggs: { x } });
    const buckets = answer.at('aggregations.x.buckets') as { key_as_string: string; doc_count: number }[];
    expect(buckets.map((bucket) => [bucket.key_as_string, bucket.doc_count])).toEqual([
      ['2026-10-25T00:00:00.000+02:00', 2],
      ['2026-10-26T00:00:00.000+01:00', 1],
    ]);
  });

  it('count the hour that clocks show twice as two', async () => {
    const store = await testStore();
    await store.index('t', { 1: { at: '2026-10-25T00:30:00Z' }, 2: { at: '2026-10-25T01:30:00Z' } });
    const x = { date_histogram: { field: 'at', calendar_interval: 'hour', time_zone: 'Europe/Berlin' } };
    const answer = await store.request('POST', '/t/_search', { size: 0, aggs: { x } });
    const buckets = answer.at('aggregations.x.buckets') as { key_as_string: string; doc_count: number }[];
    expect(buckets.map((bucket) => [bucket.key_as_string, bucket.doc_count])).toEqual([
      ['2026-10-25T02:00:00.000+02:00', 1],
      ['2026-10-25T02:00:00.000+01:00', 1],
    ]);
  });

  it('keep to hard bounds, and read ranges in the format of their field', async () => {
    const store = await testStore();
    await store.request('PUT', '/t', {
      mappings: { properties: { day: { type: 'date', format: 'dd/MM/yyyy' }, n: { type: 'long' } } },
    });
    await store.index('t', { 1: { day: '21/11/2026', n: 5 }, 2: { day: '22/11/2025', n: 30 }, 3: { n: 60 } });
    const aggs = {
      h: { histogram: { field: 'n', interval: 25, hard_bounds: { min: 20, max: 60 } } },
      r: { date_range: { field: 'day', ranges: [{ from: '01/01/2026' }] } },
    };
    const answer = await store.request('POST', '/t/_search', { size: 0, aggs });
    expect(answer.at('aggregations.h.buckets')).toEqual([
      { key: 25, doc_count: 1 },
      { key: 50, doc_count: 1 },
    ]);
    expect(answer.at('aggregations.r.buckets')).toEqual([
      { key: '01/01/2026-*', from: 1767225600000, from_as_string: '01/01/2026', doc_count: 1 },
    ]);
  });

  const refusals: [why: string, aggs: unknown, type: string][] = [
    ['a type that it does not know', { x: { nope: {} } }, 'parsing_exception'],
    ['a pipeline aggregation', { x: { derivative: { buckets_path: 'y' } } }, 'parsing_exception'],
    [
      'an option that it does not know',
      { x: { terms: { field: 'status', nope: 1 } } },
      'x_content_parse_exception',
    ],
    ['a script', { x: { terms: { script: '1' } } }, 'x_content_parse_exception'],
    ['buckets of text', { x: { terms: { field: 'message' } } }, 'illegal_argument_exception'],
    ['an average of words', { x: { avg: { field: 'host.name' } } }, 'illegal_argument_exception'],
    ['an order by nothing', { x: { terms: { field: 'status', order: { nope: 'asc' } } } }, 'invalid_path'],
    [
      'metrics with children',
      { x: { avg: { field: 'dur' }, aggs: { y: { avg: { field: 'dur' } } } } },
      'illegal_argument_exception',
    ],
    [
      'more buckets than the limit',
      { x: { date_histogram: { field: '@timestamp', fixed_interval: '1s' } } },
      'too_many_buckets_exception',
    ],
    [
      'a histogram without an end',
      { x: { histogram: { field: 'dur', interval: 1, extended_bounds: { min: 0, max: 1e12 } } } },
      'too_many_buckets_exception',
    ],
    [
      'a global one inside',
      { x: { terms: { field: 'status' }, aggs: { g: { global: {} } } } },
      'illegal_argument_exception',
    ],
  ];
  it.each(refusals)('refuse %s', async (_why, aggs, type) => {
    const store = await filledStore();
    const answer = await store.request('POST', '/t1/_search', { size: 0, aggs });
    expect([answer.status, answer.at('error.root_cause.0.type')]).toEqual([400, type]);
  });
});
