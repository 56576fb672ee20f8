import type { JsonObject } from '../../src/json.ts';
import { columns, hostile } from './fixture.ts';
import { access, type ComparedRequest, get, search } from './request.ts';

type Sort = JsonObject | string | (JsonObject | string)[];

const fields = [...columns, 'labels', 'labels.env'];
const others = [
  'person.age',
  'person.name',
  'alias',
  'text',
  'text.raw',
  'nope',
  '_score',
  '_doc',
  '_id',
  '_index',
  'items.price',
  'silent',
];

const sorts: Sort[] = [
  ...[...fields, ...others].flatMap((field): Sort[] => [
    [{ [field]: 'asc' }],
    [{ [field]: 'desc' }],
    [{ [field]: { order: 'asc', missing: '_first' } }],
    [{ [field]: { order: 'desc', missing: '_first' } }],
    [{ [field]: { order: 'asc', unmapped_type: 'keyword' } }],
  ]),
  ...['min', 'max', 'sum', 'avg', 'median', 'nope'].map(
    (mode): Sort => [{ count: { order: 'asc', mode } }, 'at'],
  ),
  ...['min', 'max', 'sum'].map((mode): Sort => [{ tags: { order: 'desc', mode } }, 'at']),
  [{ small: { order: 'asc', missing: 25 } }, { at: 'desc' }],
  [{ word: { order: 'desc', missing: 'm' } }, { at: 'desc' }],
  [{ '@timestamp': { order: 'desc', format: 'yyyy-MM-dd HH:mm' } }],
  [
    {
      '@timestamp': { order: 'desc', format: 'strict_date_optional_time_nanos', numeric_type: 'date_nanos' },
    },
  ],
  [
    { '@timestamp': { order: 'desc', unmapped_type: 'boolean' } },
    { _doc: { order: 'desc', unmapped_type: 'boolean' } },
  ],
  [{ nope: { order: 'desc', unmapped_type: 'long' } }, 'at'],
  [{ nope: { unmapped_type: 'date' } }, 'at'],
  [{ nope: { unmapped_type: 'double' } }, 'at'],
  [{ nope: { unmapped_type: 'nonsense' } }],
  ['tags', { flag: 'desc' }, { count: { order: 'asc', missing: '_first' } }, 'at'],
  'at',
  { at: 'desc' },
  [],
  [{ at: 'up' }],
  [{ at: { nope: 1 } }],
  [{ at: { order: 'asc', numeric_type: 'double' } }],
];

const sources: JsonObject[] = [
  { _source: false },
  { _source: 'word' },
  { _source: ['person.*', 'count'] },
  { _source: { includes: ['p*', 'items.sku'], excludes: ['*.age'] } },
  { _source: { excludes: ['items', 'text'] } },
  { _source: [] },
  { _source: { nope: [] } },
  { _source: 'person' },
  { _source: '*.name' },
];

const retrieved: JsonObject[] = [
  { fields: ['word', 'count', '@timestamp', 'flag', 'ip', 'ratio', 'single'] },
  { fields: ['*'] },
  { fields: ['person.*', 'labels', 'labels.env'] },
  {
    fields: [
      { field: '@timestamp', format: 'epoch_millis' },
      { field: 'day', format: 'yyyy/MM/dd' },
    ],
  },
  { fields: [{ field: '*', include_unmapped: true }] },
  { fields: ['text', 'text.raw', 'alias', 'nope', 'silent'] },
  { fields: ['items'] },
  { fields: ['items.sku'] },
  { fields: ['_id', '_index'] },
  { docvalue_fields: ['count', 'tags', 'word', 'ip', 'flag', 'ratio', 'single'] },
  { docvalue_fields: [{ field: '@timestamp', format: 'yyyy' }, { field: 'day' }] },
  { docvalue_fields: ['text'] },
  { docvalue_fields: ['nope'] },
  { stored_fields: [] },
  { stored_fields: ['_none_'], _source: false },
  { stored_fields: ['*'], _source: true },
  { version: true, seq_no_primary_term: true },
  { explain: true, size: 0 },
  { explain: false },
  { profile: false },
  { track_scores: true, sort: ['at'] },
  { min_score: 1, query: { match: { text: 'quick' } } },
  { min_score: 5 },
  { track_total_hits: false },
  { track_total_hits: true },
  { track_total_hits: 3 },
  { track_total_hits: 'x' },
  { from: 5, size: 3 },
  { from: 22, size: 10 },
  { from: 100 },
  { size: 0 },
  { size: 10_001 },
  { from: 9_999, size: 2 },
  { size: -1 },
  { from: -1 },
  { size: '3' },
  { size: 2.5 },
  { timeout: '1s' },
  { timeout: 'soon' },
  { terminate_after: 0 },
  { post_filter: { term: { word: 'alpha' } }, aggs: { a: { terms: { field: 'word' } } } },
  { script_fields: {}, runtime_mappings: {}, indices_boost: [], stats: [] },
  { runtime_mappings: { r: { type: 'long' } } },
  { collapse: { field: 'word' }, sort: ['at'] },
  { collapse: { field: 'tags' } },
  { collapse: { field: 'nope' } },
  { collapse: { field: 'text' } },
  { nope: 1 },
  { query: [] },
  { query: null },
  { query: 'x' },
  { aggs: [] },
  { aggs: {} },
  { query: { match_all: {} }, query2: {} },
  { highlight: { fields: {} } },
  { rescore: { window_size: 10, query: { rescore_query: { match_all: {} } } } },
];

const after: JsonObject[] = [
  { sort: [{ at: 'asc' }], search_after: [4] },
  { sort: [{ at: 'desc' }], search_after: ['4'] },
  { sort: [{ '@timestamp': 'asc' }, { at: 'asc' }], search_after: [1_774_000_000_000, 3] },
  { sort: [{ '@timestamp': 'asc' }, { at: 'asc' }], search_after: ['2026-03-29T00:30:00.000Z', 0] },
  {
    sort: [{ '@timestamp': { order: 'desc', format: 'yyyy-MM-dd' } }, 'at'],
    search_after: ['2026-03-29', 0],
  },
  { sort: [{ word: 'asc' }, { at: 'asc' }], search_after: ['beta', 1] },
  { sort: [{ word: 'asc' }, { at: 'asc' }], search_after: [null, 6] },
  { sort: [{ count: 'asc' }, { at: 'asc' }], search_after: [2 ** 63, 5] },
  { sort: [{ ip: 'asc' }, { at: 'asc' }], search_after: ['10.0.0.1', 0] },
  { sort: [{ flag: 'asc' }, { at: 'asc' }], search_after: [0, 1] },
  { sort: [{ flag: 'asc' }, { at: 'asc' }], search_after: [true, 1] },
  { sort: [{ ratio: 'asc' }, { at: 'asc' }], search_after: [0.1, 0] },
  { sort: [{ _score: 'desc' }, { at: 'asc' }], search_after: [1, 4] },
  { sort: [{ at: 'asc' }], search_after: [4, 5] },
  { sort: [{ at: 'asc' }], search_after: 4 },
  { sort: [{ at: 'asc' }], search_after: [] },
  { sort: [{ at: 'asc' }], search_after: [{}] },
  { sort: [{ at: 'asc' }], search_after: ['x'] },
  { sort: [{ at: 'asc' }], search_after: [4], from: 1 },
  { search_after: [1] },
];

const addresses = [
  'size=3&sort=at:desc',
  'size=2&from=1&sort=word,at:desc&_source=word',
  '_source_includes=p*&_source_excludes=*.age&sort=at',
  'size=x',
  'nope=1',
  'rest_total_hits_as_int=true',
  'typed_keys=true',
  'track_total_hits=false&size=1',
  'filter_path=hits.hits._id&sort=at',
  'filter_path=hits.total,-hits.hits',
  'docvalue_fields=count&size=2&sort=at',
  'version=true&seq_no_primary_term=true&size=1',
  'search_type=dfs_query_then_fetch&size=1',
  'ignore_unavailable=true&allow_no_indices=true&expand_wildcards=open,hidden&size=1',
  'preference=_local&request_cache=true&size=0',
  'sort=nope',
  'sort=at:up',
];

const accessSorts: JsonObject[] = [
  { sort: [{ '@timestamp': 'desc' }, { 'log.offset': 'asc' }], size: 100 },
  { sort: [{ 'http.response.body.bytes': 'desc' }, { 'log.offset': 'asc' }], size: 200, from: 50 },
  { sort: ['source.ip', '@timestamp', 'log.offset'], size: 100 },
  { query: { match: { message: 'googlebot' } }, sort: [{ '@timestamp': 'desc' }, { 'log.offset': 'desc' }] },
  { query: { match: { message: 'GET presentations images' } }, sort: ['_score', 'log.offset'], size: 30 },
  { query: { match_phrase: { message: 'HTTP 1.1 404' } }, sort: ['log.offset'], size: 20 },
  { query: { wildcard: { 'url.path': '*.png' } }, sort: ['url.path', 'log.offset'], track_total_hits: true },
  { fields: ['*'], sort: ['log.offset'], size: 3 },
];

export const hits: ComparedRequest[] = [
  ...sorts.map((sort) => ({
    ...search(hostile, { sort: sort as JsonObject, size: 30, _source: false }),
    // The numbers behind `_doc` are each one's own matter.
    except: JSON.stringify(sort).includes('_doc') ? ['sort'] : [],
  })),
  ...[...sources, ...retrieved].map((body) => search(hostile, { sort: ['at'], size: 30, ...body })),
  ...retrieved.slice(10).map((body) => search(hostile, body)),
  ...after.map((body) => search(hostile, { _source: false, ...body })),
  ...addresses.map((parameters) => get(`/${hostile}/_search?${parameters}`)),
  ...accessSorts.map((body) => search(access, body)),
];
