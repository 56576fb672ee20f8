import type { JsonObject } from '../../src/json.ts';
import { composites } from './composites.ts';
import { columns, hostile } from './fixture.ts';
import { access, aggregated, type ComparedRequest, search } from './request.ts';

const fields = [...columns, 'labels', 'labels.env'];
const odd = ['text', 'text.raw', 'alias', 'nope', 'person.age', '_index', '_id', 'silent', 'items.sku'];

const terms: JsonObject[] = [
  ...[...fields, ...odd].flatMap((field): JsonObject[] => [
    { terms: { field, size: 50 } },
    { terms: { field, size: 3, order: { _key: 'desc' } } },
    {
      terms: {
        field,
        size: 3,
        missing: field === '@timestamp' || field === 'day' ? '2026-01-01' : field === 'ip' ? '1.1.1.1' : '5',
      },
    },
  ]),
  { terms: { field: 'word', order: { _count: 'asc' }, size: 50 } },
  { terms: { field: 'word', order: [{ _count: 'desc' }, { _key: 'desc' }] } },
  { terms: { field: 'tags', min_doc_count: 5 } },
  { terms: { field: 'tags', min_doc_count: 0 } },
  { terms: { field: 'tags', include: '[xy]' } },
  { terms: { field: 'tags', exclude: ['x', 'y'] } },
  { terms: { field: 'tags', include: ['x', 'z'], exclude: 'z' } },
  { terms: { field: 'count', include: [1, 2] } },
  { terms: { field: 'tags', size: 0 } },
  { terms: { field: 'tags', size: -1 } },
  { terms: { field: 'tags', shard_size: 2, size: 2 } },
  { terms: { field: 'tags', nope: 1 } },
  { terms: {} },
  { terms: { field: 'tags', order: { nope: 'asc' } } },
  { terms: { field: 'tags', order: { _count: 'up' } } },
  { terms: { field: '@timestamp', format: 'yyyy' } },
  { terms: { field: 'word', show_term_doc_count_error: true } },
  { terms: { field: 'tags', order: { m: 'desc' } }, aggs: { m: { max: { field: 'at' } } } },
  { terms: { field: 'tags', order: { 's.avg': 'asc' } }, aggs: { s: { stats: { field: 'small' } } } },
  { terms: { field: 'tags', order: { 'p.50': 'asc' } }, aggs: { p: { percentiles: { field: 'at' } } } },
  { terms: { field: 'tags', order: { f: 'asc' } }, aggs: { f: { filter: { term: { flag: true } } } } },
  {
    terms: { field: 'tags', order: { 'f>m': 'asc' } },
    aggs: { f: { filter: { term: { flag: true } }, aggs: { m: { max: { field: 'at' } } } } },
  },
  {
    terms: { field: 'tags' },
    aggs: { w: { terms: { field: 'word' }, aggs: { c: { value_count: { field: 'count' } } } } },
  },
  {
    terms: { field: 'flag' },
    aggs: { top: { top_hits: { size: 2, sort: [{ at: 'desc' }], _source: ['at'] } } },
  },
  { terms: { field: 'flag' }, meta: { color: 'red' } },
  { rare_terms: { field: 'tags' } },
  { significant_terms: { field: 'tags' } },
  { multi_terms: { terms: [{ field: 'tags' }, { field: 'flag' }] } },
];

const units = ['1m', 'minute', '1h', '1d', 'day', '1w', '1M', 'quarter', '1y'];
const zones = ['UTC', 'Europe/Berlin', '+05:30', 'America/New_York', '-02:00'];
const time = (body: JsonObject): JsonObject => ({
  date_histogram: { field: '@timestamp', min_doc_count: 1, ...body },
});

const times: JsonObject[] = [
  ...units.flatMap((unit) => zones.map((time_zone) => time({ calendar_interval: unit, time_zone }))),
  ...['10s', '30m', '3h', '12h', '1d', '7d'].flatMap((fixed_interval) =>
    zones.map((time_zone) => time({ fixed_interval, time_zone })),
  ),
  time({ calendar_interval: '1M', min_doc_count: 0 }),
  time({ calendar_interval: '1y', min_doc_count: 0, extended_bounds: { min: '2020', max: '2029' } }),
  time({ calendar_interval: '1y', min_doc_count: 0, extended_bounds: { min: 1_600_000_000_000 } }),
  time({ calendar_interval: '1y', min_doc_count: 0, extended_bounds: { min: '2029', max: '2020' } }),
  time({ calendar_interval: '1M', hard_bounds: { min: '2026-03', max: '2026-11' } }),
  time({ calendar_interval: '1d', min_doc_count: 2 }),
  time({ calendar_interval: '1d', offset: '+6h' }),
  time({ calendar_interval: '1d', offset: '-1h', time_zone: 'Europe/Berlin' }),
  time({ fixed_interval: '1d', offset: '6h' }),
  time({ calendar_interval: '1d', format: 'yyyy-MM-dd' }),
  time({ calendar_interval: '1d', format: 'epoch_second' }),
  time({ calendar_interval: '1d', format: 'nope' }),
  time({ calendar_interval: '1d', keyed: true }),
  time({ calendar_interval: '1d', order: { _key: 'desc' } }),
  time({ calendar_interval: '1d', order: { _count: 'desc' } }),
  time({ calendar_interval: '1d', missing: '2020-01-01' }),
  time({ calendar_interval: '2d' }),
  time({ fixed_interval: '1M' }),
  time({ fixed_interval: '0s' }),
  time({ interval: '1d' }),
  time({}),
  time({ calendar_interval: '1d', fixed_interval: '1d' }),
  time({ calendar_interval: '1d', time_zone: 'nope' }),
  { date_histogram: { field: 'count', calendar_interval: '1d', min_doc_count: 1 } },
  { date_histogram: { field: 'word', calendar_interval: '1d' } },
  { date_histogram: { field: 'nope', calendar_interval: '1d' } },
  { date_histogram: { field: 'day', calendar_interval: '1M', min_doc_count: 1 } },
  { date_histogram: { calendar_interval: '1M' } },
  { auto_date_histogram: { field: '@timestamp', buckets: 5 } },
];

const ranges: JsonObject[] = [
  { histogram: { field: 'small', interval: 10, min_doc_count: 1 } },
  { histogram: { field: 'at', interval: 5, offset: 2 } },
  { histogram: { field: 'at', interval: 2.5 } },
  { histogram: { field: 'at', interval: 5, extended_bounds: { min: -10, max: 40 } } },
  { histogram: { field: 'at', interval: 5, hard_bounds: { min: 5, max: 15 } } },
  { histogram: { field: 'at', interval: 5, keyed: true, order: { _count: 'desc' } } },
  { histogram: { field: 'ratio', interval: 0.5, min_doc_count: 1, missing: 7 } },
  { histogram: { field: 'at', interval: 0 } },
  { histogram: { field: 'word', interval: 1 } },
  { histogram: { field: 'nope', interval: 1 } },
  { histogram: { field: 'at' } },
  { histogram: { field: 'flag', interval: 1 } },
  { range: { field: 'at', ranges: [{ to: 5 }, { from: 5, to: 10 }, { from: 10 }] } },
  { range: { field: 'count', ranges: [{ from: 1, to: 3, key: 'few' }, { from: 0 }], keyed: true } },
  { range: { field: 'ratio', ranges: [{ to: 0.1 }, { from: 0.1 }, { from: 1e299 }] } },
  { range: { field: 'at', ranges: [{ from: '3', to: '7' }] } },
  { range: { field: 'at', ranges: [{ from: 7, to: 3 }] } },
  { range: { field: 'at', ranges: [] } },
  { range: { field: 'word', ranges: [{ to: 1 }] } },
  { range: { field: 'nope', ranges: [{ to: 1 }] } },
  { range: { field: 'count', missing: 2, ranges: [{ from: 2, to: 3 }] } },
  { date_range: { field: '@timestamp', ranges: [{ to: '2026' }, { from: '2026', to: '2027' }] } },
  { date_range: { field: '@timestamp', format: 'yyyy-MM', ranges: [{ from: '2026-03', to: '2026-04' }] } },
  {
    date_range: {
      field: '@timestamp',
      time_zone: 'Europe/Berlin',
      ranges: [{ from: '2026-03-29', to: '2026-03-29||+1d' }],
    },
  },
  { date_range: { field: '@timestamp', ranges: [{ from: 'now-1000y/y', key: 'all' }] } },
  { date_range: { field: '@timestamp', ranges: [{ from: 'nonsense' }] } },
  { ip_range: { field: 'ip', ranges: [{ to: '10.0.0.5' }, { mask: '10.0.0.0/24' }] } },
  { filter: { term: { word: 'alpha' } } },
  { filter: {} },
  { filters: { filters: { a: { term: { word: 'alpha' } }, b: { match: { text: 'fox' } } } } },
  { filters: { filters: [{ term: { word: 'alpha' } }, { match_all: {} }], other_bucket: true } },
  { filters: { filters: { z: { term: { flag: true } }, a: { match_none: {} } }, other_bucket_key: 'rest' } },
  { filters: { filters: {} } },
  { filters: {} },
  { adjacency_matrix: { filters: { a: { term: { flag: true } }, b: { term: { word: 'alpha' } } } } },
  { missing: { field: 'count' } },
  { missing: { field: 'nope' } },
  { missing: { field: 'text' } },
  { global: {} },
  { global: {}, aggs: { n: { value_count: { field: 'word' } } } },
  { nested: { path: 'items' }, aggs: { s: { terms: { field: 'items.sku' } } } },
  { nested: { path: 'nope' } },
  { sampler: { shard_size: 5 } },
];

const ofAccess: JsonObject[] = [
  {
    date_histogram: { field: '@timestamp', fixed_interval: '1h' },
    aggs: { s: { terms: { field: 'http.response.status_code' } } },
  },
  {
    date_histogram: { field: '@timestamp', calendar_interval: '1d', time_zone: 'Europe/Berlin' },
    aggs: { b: { sum: { field: 'http.response.body.bytes' } } },
  },
  { terms: { field: 'source.ip', size: 20 }, aggs: { p: { terms: { field: 'url.path', size: 3 } } } },
  {
    terms: { field: 'url.path', size: 10, order: { bytes: 'desc' } },
    aggs: { bytes: { sum: { field: 'http.response.body.bytes' } } },
  },
  {
    terms: { field: 'http.response.status_code' },
    aggs: { bytes: { stats: { field: 'http.response.body.bytes' } } },
  },
  {
    composite: {
      size: 100,
      sources: [
        { code: { terms: { field: 'http.response.status_code' } } },
        { path: { terms: { field: 'url.path' } } },
      ],
    },
  },
  { histogram: { field: 'http.response.body.bytes', interval: 1_000_000, min_doc_count: 1 } },
  {
    filters: {
      filters: {
        bots: { match: { message: 'bot' } },
        errors: { range: { 'http.response.status_code': { gte: 400 } } },
      },
    },
  },
];

export const buckets: ComparedRequest[] = [
  ...[...terms, ...times, ...ranges].map((aggregation) => aggregated(hostile, aggregation)),
  ...composites.map((body) =>
    aggregated(hostile, { composite: body, aggs: { m: { max: { field: 'at' } } } }),
  ),
  ...ofAccess.map((aggregation) => aggregated(access, aggregation)),
  ...ofAccess.map((aggregation) =>
    aggregated(access, aggregation, { term: { 'http.request.method': 'GET' } }),
  ),
  search(hostile, { size: 0, aggs: { a: {} } }),
  search(hostile, { size: 0, aggs: { a: { terms: { field: 'tags' }, max: { field: 'at' } } } }),
  search(hostile, { size: 0, aggs: { 'a[b]': { terms: { field: 'tags' } } } }),
  search(hostile, { size: 0, aggs: { a: { nope: {} } } }),
  search(hostile, { size: 0, aggs: { a: { max: { field: 'at' }, aggs: { b: { max: { field: 'at' } } } } } }),
  search(hostile, { size: 0, aggs: { a: { terms: { field: 'flag' } } } }, '?typed_keys=true'),
];
