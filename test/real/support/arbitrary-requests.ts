import fc from 'fast-check';
import type { JsonObject } from '../../../packages/store/src/json.ts';
import { hostile } from '../../../packages/store/test/requests/fixture.ts';
import { type ComparedRequest, search } from '../../../packages/store/test/requests/request.ts';

const keywords = fc.constantFrom('word', 'tags', 'person.name', 'text.raw', 'alias');
const numbers = fc.constantFrom('count', 'small', 'ratio', 'single', 'person.age', 'at');
const anyField = fc.oneof(
  keywords,
  numbers,
  fc.constantFrom('@timestamp', 'flag', 'ip', 'text', 'day', 'labels', 'nope'),
);
const words = fc.constantFrom(
  'alpha',
  'beta',
  'x',
  'y',
  '',
  '日本',
  'quick',
  'fox',
  'brown',
  'a*b',
  'Ann',
  'Cy',
  'ü',
);
const amounts = fc.oneof(fc.integer({ min: -10, max: 50 }), fc.double({ min: -5, max: 50, noNaN: true }));
const dates = fc.constantFrom(
  '2026',
  '2026-03-29',
  '2026-03-29T01:00:00Z',
  '2026-10-25||/M',
  '2024-02-29||+1y/d',
  'now',
);
const zones = fc.constantFrom('UTC', 'Europe/Berlin', '+05:30', 'America/New_York', 'Asia/Kathmandu');

const keyed = <T>(name: string, field: fc.Arbitrary<string>, value: fc.Arbitrary<T>) =>
  fc.tuple(field, value).map(([key, one]): JsonObject => ({ [name]: { [key]: one as JsonObject } }));

function bounds<T>(value: fc.Arbitrary<T>): fc.Arbitrary<JsonObject> {
  const low = fc.tuple(fc.constantFrom('gt', 'gte'), value);
  const high = fc.tuple(fc.constantFrom('lt', 'lte'), value);
  return fc
    .tuple(fc.option(low), fc.option(high))
    .map(([a, b]) => Object.fromEntries([a, b].filter((one) => one !== null)) as JsonObject);
}

const leaf: fc.Arbitrary<JsonObject> = fc.oneof(
  keyed('term', keywords, words),
  keyed('term', numbers, amounts),
  keyed('terms', keywords, fc.array(words, { maxLength: 3 })),
  keyed(
    'match',
    fc.constant('text'),
    fc.array(words, { minLength: 1, maxLength: 3 }).map((all) => all.join(' ')),
  ),
  keyed(
    'match_phrase',
    fc.constant('text'),
    fc.tuple(words, words).map((all) => all.join(' ')),
  ),
  keyed('prefix', keywords, words),
  keyed(
    'wildcard',
    keywords,
    fc.array(fc.constantFrom('*', '?', 'a', 'x', 'l'), { maxLength: 4 }).map((all) => all.join('')),
  ),
  keyed('range', numbers, bounds(amounts)),
  keyed(
    'range',
    fc.constant('@timestamp'),
    fc.tuple(bounds(dates), zones).map(([range, time_zone]) => ({ ...range, time_zone })),
  ),
  keyed('range', keywords, bounds(words)),
  anyField.map((field) => ({ exists: { field } })),
);

const { query } = fc.letrec<{ query: JsonObject; bool: JsonObject }>((tie) => ({
  query: fc.oneof({ maxDepth: 3 }, leaf, tie('bool')),
  bool: fc
    .record(
      {
        must: fc.array(tie('query'), { maxLength: 2 }),
        filter: fc.array(tie('query'), { maxLength: 2 }),
        should: fc.array(tie('query'), { maxLength: 3 }),
        must_not: fc.array(tie('query'), { maxLength: 2 }),
        minimum_should_match: fc.constantFrom(0, 1, 2, '-1', '50%'),
      },
      { requiredKeys: [] },
    )
    .map((bool) => ({ bool }) as JsonObject),
}));

const sort = fc.array(
  fc
    .tuple(
      fc.oneof(
        keywords.filter((name) => name !== 'text.raw'),
        numbers,
        fc.constantFrom('@timestamp', 'flag', 'ip'),
      ),
      fc.constantFrom('asc', 'desc'),
      fc.constantFrom('_first', '_last'),
    )
    .map(([field, order, missing]): JsonObject => ({ [field]: { order, missing } })),
  { maxLength: 3 },
);

const metric = fc
  .tuple(
    fc.constantFrom('avg', 'sum', 'min', 'max', 'stats', 'value_count', 'cardinality'),
    fc.constantFrom('count', 'small', 'at'),
  )
  .map(([kind, field]): JsonObject => ({ [kind]: { field } }));

const bucket = fc.oneof(
  fc
    .tuple(
      fc.oneof(keywords, numbers),
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom('_key', '_count', 'm'),
      fc.constantFrom('asc', 'desc'),
    )
    .map(
      ([field, size, by, direction]): JsonObject => ({
        terms: { field, size, order: { [by === 'm' ? '_key' : by]: direction } },
      }),
    ),
  fc.tuple(fc.constantFrom('1h', '1d', '1w', '1M', '1q', '1y'), zones).map(
    ([calendar_interval, time_zone]): JsonObject => ({
      date_histogram: { field: '@timestamp', calendar_interval, time_zone, min_doc_count: 1 },
    }),
  ),
  fc.tuple(fc.constantFrom('90s', '7m', '5h', '36h', '10d'), zones).map(
    ([fixed_interval, time_zone]): JsonObject => ({
      date_histogram: { field: '@timestamp', fixed_interval, time_zone, min_doc_count: 1 },
    }),
  ),
  fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 3 }))
    .map(
      ([interval, min_doc_count]): JsonObject => ({ histogram: { field: 'at', interval, min_doc_count } }),
    ),
  query.map((filter): JsonObject => ({ filter })),
  keywords.map((field): JsonObject => ({ missing: { field } })),
);

const aggregation = fc.tuple(bucket, fc.option(bucket), metric).map(
  ([outer, inner, m]): JsonObject => ({
    ...outer,
    aggs: { m, ...(inner && { inner: { ...inner, aggs: { m } } }) },
  }),
);

/** A search with any of these queries, sorts and aggregations, on the small index of hard documents. */
export const anySearch: fc.Arbitrary<ComparedRequest> = fc
  .tuple(query, sort, fc.integer({ min: 0, max: 30 }), fc.option(aggregation))
  .map(([asked, keys, size, a]) =>
    search(hostile, {
      query: asked,
      // Without a last key that tells all apart, equal documents come in each one's own order.
      sort: [...keys, { at: 'asc' }],
      size,
      _source: false,
      ...(a && { aggs: { a } }),
    }),
  );

/** Values that fit some fields and not others, objects and repeated keys among them, as text of JSON. */
const { value: anyValue } = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom(
      '1',
      '-7.5',
      'true',
      'null',
      '"x"',
      '""',
      '"2026-01-01"',
      '"10.0.0.1"',
      '[]',
      '{}',
      '1e400',
    ),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    tie('object'),
  ),
  object: fc
    .array(fc.tuple(fc.constantFrom('a', 'b', 'a.b', 'a.', '_id'), tie('value')), { maxLength: 3 })
    .map((members) => `{${members.map(([key, value]) => `"${key}":${value}`).join(',')}}`),
}));

const documentKeys = fc.constantFrom(
  // Dates are left out: Elasticsearch 9 ignores an object in their place, 8.19 refuses it, as the store does.
  ...'word count ratio flag ip at labels person text _id _source _index _ignored fresh fresh.one'.split(' '),
);

/**
 * A document of any shape, written to an index with the fields of the difficult one that ignores malformed values. Each gets
 * an index of its own, so that what one of them adds to the mapping does not decide on the next.
 */
export const anyDocument: fc.Arbitrary<string> = fc
  .array(fc.tuple(documentKeys, anyValue), { minLength: 1, maxLength: 3 })
  .map((members) => `{${members.map(([key, value]) => `"${key}":${value}`).join(',')}}`);
