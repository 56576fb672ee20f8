import { type ComparedRequest, get, request, search } from './request.ts';

/** An index that ignores malformed values, with a field of each kind. */
const lenient = 'lenient';
const fields = {
  k: { type: 'keyword' },
  t: { type: 'text' },
  n: { type: 'long' },
  r: { type: 'double' },
  b: { type: 'boolean' },
  d: { type: 'date' },
  ip: { type: 'ip' },
  f: { type: 'flattened' },
  o: { properties: { p: { type: 'keyword' } } },
};

/** What stands in the place of a value. */
const values: [name: string, json: string][] = [
  ['an object', '{"a":1}'],
  ['an empty object', '{}'],
  ['a list with an object', '[1,{"a":1}]'],
  ['a list of lists', '[[1],[2,3]]'],
  ['null', 'null'],
  ['an empty list', '[]'],
  ['a text', '"x"'],
  ['a boolean', 'true'],
  ['a number', '1.5'],
];

/** Documents as text: some are no JSON object of JavaScript's. */
const documents: string[] = [
  ...Object.keys(fields).flatMap((field) => values.map(([, json]) => `{"${field}":${json}}`)),
  ...[
    '_id',
    '_index',
    '_source',
    '_routing',
    '_ignored',
    '_version',
    '_seq_no',
    '_tier',
    '_field_names',
  ].flatMap((name) => [`{"${name}":"x"}`, `{"${name}":{"x":1}}`, `{"o":{"${name}":"x"}}`]),
  '{"_type":"x"}',
  '{"_other":"x"}',
  '{"_doc_count":"x"}',
  '{"q":{"a":1,"a":2}}',
  '{"k":"1","k":"2"}',
  '{"q":[{"a":1},{"a":2}]}',
  '{"q":[{"a":1,"b":{"c":1,"c":1}}]}',
  '{"q":":","z":"a\\":b","y":{"a":"::"}}',
  '{"x":[1,{"p":1}]}',
  '{"y1":[{"p":1},1]}',
  '{"a1.":1}',
  '{".a2":1}',
  '{"a3..b":1}',
  '{".":1}',
  '{"":1}',
  '{" ":1}',
  '{"a4. ":1}',
  '{"a5.b":1,"a5":{"b":2}}',
];

/** A document with so many fields of one kind. */
const many = (count: number, value: unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`new${at}`, value]));
const limited = (limit: number) => ({ settings: { index: { mapping: { total_fields: { limit } } } } });

/** The limit of fields, at its edge: texts count twice, objects once. */
const limits: ComparedRequest[] = [
  ['lim1', 10, many(10, 1)],
  ['lim2', 10, many(11, 1)],
  ['lim3', 10, many(5, 'text')],
  ['lim4', 11, many(6, 'text')],
  ['lim5', 10, { o: many(9, 1) }],
  ['lim6', 10, { o: many(10, 1) }],
  ['lim7', 10, { 'a.b.c': 1, 'a.d': 'x' }],
].flatMap(([name, limit, document]) => [
  request('PUT', `/${name}`, limited(limit as number)),
  request('PUT', `/${name}/_doc/1`, document),
  request('PUT', `/${name}/_doc/2`, { late: 1 }),
]);

const stream = 'logs-apache.access-default';
const index = (query: object) => request('POST', '/logs-*,named/_count', { query });

/** `_index` is found by the names of data streams and aliases, too. */
const byIndex: ComparedRequest[] = [
  request('PUT', '/named', { aliases: { called: {} } }),
  request('PUT', '/named/_doc/1?refresh=true', { a: 1 }),
  ...[stream, 'named', 'called', 'nope', 'logs-*', '*'].flatMap((_index) => [
    index({ term: { _index } }),
    index({ terms: { _index: [_index, 'other'] } }),
    ...(_index.includes('*') ? [] : [index({ prefix: { _index: _index.slice(0, 5) } })]),
    index({ wildcard: { _index } }),
    index({ query_string: { query: `_index:${_index}` } }),
  ]),
];

/** What the store does not offer. */
const notOffered: ComparedRequest[] = [
  get('/_stats'),
  get(`/${lenient}/_stats`),
  get('/_segments'),
  get(`/${lenient}/_recovery`),
  request('POST', `/${lenient}/_update_by_query`),
  request('POST', '/_reindex', { source: { index: lenient }, dest: { index: 'other' } }),
  get('/_tasks'),
];

/** Limits of searches. */
const beyond: ComparedRequest[] = [
  search(lenient, { query: { terms: { k: Array.from({ length: 65_537 }, String) } } }),
  search(lenient, { query: { terms: { k: Array.from({ length: 65_536 }, String) } }, size: 0 }),
  search(lenient, { timeout: '17' }),
  search(lenient, { timeout: '1h', size: 0 }),
  search(lenient, { size: 0 }, '?timeout=30s'),
  search(lenient, { size: 0 }, '?timeout=-1'),
  search(lenient, { size: 0 }, '?timeout=x'),
  search(lenient, { query: { match_phrase: { t: { query: 'a '.repeat(180), slop: 1_000 } } }, size: 0 }),
];

/** Documents that one server may take and another refuse, and what is asked at the limits. Done in this order. */
export const hardDocuments: ComparedRequest[] = [
  request('PUT', `/${lenient}`, {
    settings: { index: { mapping: { ignore_malformed: true } } },
    mappings: { properties: fields },
  }),
  ...documents.map((document, at) => request('PUT', `/${lenient}/_doc/${at}`, document)),
  request('POST', `/${lenient}/_refresh`),
  search(lenient, { size: 200, sort: ['_doc'] }),
  ...limits,
  ...byIndex,
  ...notOffered,
  ...beyond,
];
