import type { JsonObject } from '../../src/json.ts';

/** A small index of documents that are hard on a store: several values, none, bounds, addresses, nested objects, Unicode. */
export const hostile = 'hostile';

/** Its fields of every kind of column that has an order and values. */
export const columns = [
  '@timestamp',
  'day',
  'word',
  'tags',
  'count',
  'small',
  'ratio',
  'single',
  'flag',
  'ip',
];

export const hostileMapping: JsonObject = {
  mappings: {
    properties: {
      '@timestamp': { type: 'date' },
      day: { type: 'date', format: 'yyyy-MM-dd' },
      text: { type: 'text', fields: { raw: { type: 'keyword', ignore_above: 40 } } },
      word: { type: 'keyword' },
      tags: { type: 'keyword' },
      count: { type: 'long' },
      small: { type: 'integer' },
      ratio: { type: 'double' },
      single: { type: 'float' },
      flag: { type: 'boolean' },
      ip: { type: 'ip' },
      labels: { type: 'flattened' },
      person: { properties: { name: { type: 'keyword' }, age: { type: 'integer' } } },
      items: {
        type: 'nested',
        properties: { sku: { type: 'keyword' }, price: { type: 'double' }, note: { type: 'text' } },
      },
      silent: { type: 'keyword', index: false, doc_values: false },
      alias: { type: 'alias', path: 'word' },
    },
  },
};

const item = (sku: string, price: number, note = '') => ({ sku, price, note });

const full: JsonObject[] = [
  { '@timestamp': '2026-03-29T00:30:00Z', day: '2026-03-29', text: 'The quick brown fox', word: 'alpha' },
  {
    '@timestamp': '2026-03-29T01:30:00.123Z',
    day: '2026-03-28',
    text: 'quick QUICK fox jumps',
    word: 'beta',
  },
  { '@timestamp': '2026-03-29T02:59:59.999+02:00', text: ['lazy dog', 'brown fox'], word: ['beta', 'gamma'] },
  { '@timestamp': 1_774_000_000_000, text: 'Straße übergrößen naïve café', word: 'Ünïcode' },
  { '@timestamp': '2026-10-25T00:30:00Z', text: '東京 タワー 日本語', word: '日本' },
  { '@timestamp': '2026-10-25T01:30:00Z', text: 'host.name=web-01 user_id:42 a@b.example', word: '' },
  { '@timestamp': '2026-12-31T23:59:59.999Z', day: ['2026-12-31', '2027-01-01'], text: '😀 emoji 👍🏽 text' },
  {
    '@timestamp': '2024-02-29T12:00:00Z',
    day: '2024-02-29',
    text: "it's O'Neill's 3.14 1,000 v1.2.3",
    word: 'a b',
  },
  { text: 'no timestamp at all', word: 'alpha', tags: [] },
  { '@timestamp': '1969-12-31T23:59:59.500Z', text: '', word: 'zeta' },
];

const numbers: JsonObject[] = [
  { count: 1, small: 10, ratio: 0.1, single: 0.1, flag: true, tags: ['x', 'y'], ip: '10.0.0.1' },
  { count: -5, small: 20, ratio: -0.2, single: 1.5, flag: false, tags: ['y', 'y', 'x'], ip: '10.0.0.2' },
  {
    count: [1, 2, 3],
    small: [20, 30],
    ratio: [1.5, 2.5],
    flag: [true, false],
    ip: ['10.0.1.1', '192.168.0.1'],
  },
  { count: 2 ** 40, small: 2_147_483_647, ratio: 1e300, single: 3.5e9, flag: 'true', tags: 'z', ip: '::1' },
  { count: 0, small: 0, ratio: 0, single: -0.5, flag: 'false', tags: ['x'], ip: '2001:db8::ff' },
  { count: null, small: null, ratio: null, flag: null, tags: [null, 'x'], ip: null },
  { count: '17', small: '40', ratio: '2.25', tags: ['*', 'a*b', 'q?'], ip: '::ffff:10.0.0.7' },
  { count: 7.9, small: 41.5, ratio: 3, single: 2.75, tags: ['a\\b', 'c"d'], ip: '255.255.255.255' },
];

const others: JsonObject[] = [
  {
    person: { name: 'Ann', age: 30 },
    labels: { env: 'prod', zone: { id: 1 } },
    items: [item('a', 1.5, 'red one')],
  },
  {
    person: [
      { name: 'Bob', age: 20 },
      { name: 'Cy', age: 40 },
    ],
    labels: { env: ['prod', 'dev'] },
  },
  { 'person.name': 'Dee', items: [item('a', 9, 'blue'), item('b', 1, 'red')], labels: { 'a.b': 'c' } },
  { person: null, labels: {}, items: [], silent: 'hidden' },
  { items: item('c', 4, 'green red'), word: 'x'.repeat(60), text: 'y'.repeat(60) },
];

/** One of each list together, so that fields meet in documents. */
export const hostileDocuments: [id: string, document: JsonObject][] = Array.from({ length: 24 }, (_, at) => [
  `d${String(at).padStart(2, '0')}`,
  { ...full[at % full.length], ...numbers[at % numbers.length], ...others[at % others.length], at },
]);
