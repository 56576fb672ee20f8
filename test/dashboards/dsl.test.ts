import { describe, expect, it } from 'vitest';
import { searchQuery } from '../../src/dashboards/search/kql.ts';
import {
  histogramOver,
  intervalOf,
  readSpan,
  readTime,
  within,
} from '../../src/dashboards/search/time-span.ts';

const pattern = (query: string, field?: string) => ({
  query_string: {
    query,
    ...(field !== undefined && { fields: [field] }),
    analyze_wildcard: true,
    lenient: true,
  },
});

/** As `toElasticsearchQuery` of Kibana translates KQL, but for levels. */
describe('a query of the page Logs', () => {
  it.each<[string, object]>([
    ['a: "x y"', { match_phrase: { a: 'x y' } }],
    ['a: x y', { match: { a: 'x y' } }],
    ['a.b: 1', { match: { 'a.b': '1' } }],
    ['a: true', { match: { a: 'true' } }],
    ['a > 1', { range: { a: { gt: '1' } } }],
    ['a >= 1', { range: { a: { gte: '1' } } }],
    ['a < "x"', { range: { a: { lt: 'x' } } }],
    ['a <= 1', { range: { a: { lte: '1' } } }],
    ['a: *x', pattern('*x', 'a')],
    ['a: x*y*z', pattern('x*y*z', 'a')],
    ['a*: x', { multi_match: { query: 'x', fields: ['a*'], lenient: true } }],
    ['a*: "x"', { multi_match: { query: 'x', fields: ['a*'], lenient: true, type: 'phrase' } }],
    ['a*: *', { exists: { field: 'a*' } }],
    ['*: *', { match_all: {} }],
    ['x*', pattern('x*')],
    ['"x*"', { multi_match: { query: 'x*', lenient: true, type: 'phrase' } }],
    ['a: x\\*y', { match: { a: 'x*y' } }],
    ['a: x\\*y*', pattern('x\\*y*', 'a')],
    ['a: */b*', pattern('*\\/b*', 'a')],
    ['a: b\\:c*', pattern('b\\:c*', 'a')],
    ['a: *b c*', pattern('*b\\ c*', 'a')],
    ['a: \\<b\\>*', pattern('?b?*', 'a')],
    ['a: (*+b* and c)', { bool: { filter: [pattern('*\\+b*', 'a'), { match: { a: 'c' } }] } }],
    ['a: "AND"', { match_phrase: { a: 'AND' } }],
    ['not a: *', { bool: { must_not: [{ exists: { field: 'a' } }] } }],
    [
      'not (a: 1 or b: 2)',
      {
        bool: {
          must_not: [
            { bool: { should: [{ match: { a: '1' } }, { match: { b: '2' } }], minimum_should_match: 1 } },
          ],
        },
      },
    ],
    [
      'a: 1 or b: 2 and c: 3',
      {
        bool: {
          should: [
            { match: { a: '1' } },
            { bool: { filter: [{ match: { b: '2' } }, { match: { c: '3' } }] } },
          ],
          minimum_should_match: 1,
        },
      },
    ],
    [
      'a: { b: 1 and c > 2 }',
      {
        bool: { filter: [{ match: { 'a.b': '1' } }, { range: { 'a.c': { gt: '2' } } }] },
      },
    ],
    ['a: { b: { c: * } }', { exists: { field: 'a.b.c' } }],
  ])('%s', (kql, dsl) => expect(searchQuery(kql)).toEqual(dsl));

  it('knows the order of levels, as rules do', () => {
    const text = JSON.stringify(searchQuery('log.level >= error'));
    for (const level of ['error', 'critical', 'fatal', 'emergency']) expect(text).toContain(`"${level}"`);
    for (const level of ['warn', 'info', 'debug']) expect(text).not.toContain(`"${level}"`);
  });

  it.each(['a: /x/', 'a: (1 and /x/)', 'not a: /x/', 'b: { a: /x/ }', '/x/ or a: 1'])('refuses %s', (kql) => {
    expect(() => searchQuery(kql)).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message:
          'A search takes no pattern between slashes; search for words, or with `*`, as in `message: *timeout*`.',
      }),
    );
  });
});

describe('the time of a request', () => {
  const now = Date.parse('2026-06-01T12:00:00Z');

  it.each<[string, number]>([
    ['now-0s', now],
    ['now-999999d', now - 999_999 * 86_400_000],
    ['0', 0],
    ['2026-06-01', Date.UTC(2026, 5, 1)],
    ['2026-06-01T12:00:00.5Z', now + 500],
    ['1969-12-31T23:59:59Z', -1_000],
    ['+010000-01-01T00:00:00Z', Date.UTC(10_000, 0, 1)],
  ])('%s is %d', (text, time) => expect(readTime('from', text, now)).toBe(time));

  it.each([
    [{ from: 'now-1h' }, now - 3_600_000, now],
    [{ to: 'now-1m' }, now - 900_000, now - 60_000],
    [{ from: '5', to: '6' }, 5, 6],
  ])('%j is a span', (asked, from, to) => expect(readSpan(asked, now)).toEqual({ from, to }));

  it.each([
    [{ from: '5', to: '5' }, '`from` must be before `to`.'],
    [{ from: 'x' }, '`from` is no time: write 2026-01-31T12:00:00Z, milliseconds since 1970, or now-15m.'],
    [{ to: 'x' }, '`to` is no time: write 2026-01-31T12:00:00Z, milliseconds since 1970, or now-15m.'],
  ])('%j is refused: %s', (asked, message) => {
    expect(() => readSpan(asked, now)).toThrow(expect.objectContaining({ code: 'USAGE', message }));
  });

  it.each([
    [1, 1_000],
    [90_000, 1_000],
    [90_001, 2_000],
    [450_000, 5_000],
    [5_400_000, 60_000],
    [86_400_000, 1_800_000],
    [7 * 86_400_000, 3 * 3_600_000],
    [90 * 86_400_000, 86_400_000],
    [365 * 90 * 86_400_000, 365 * 86_400_000],
    [365 * 180 * 86_400_000, 2 * 365 * 86_400_000],
  ])('of %d ms has bars of %d ms', (length, interval) => {
    expect(intervalOf({ from: 0, to: length })).toBe(interval);
  });

  it('begins and ends with the time, without its end', () => {
    expect(histogramOver({ from: 10, to: 20 }, 5)).toEqual({
      date_histogram: {
        ...{ field: '@timestamp', fixed_interval: '5ms', min_doc_count: 0 },
        extended_bounds: { min: 10, max: 19 },
      },
      aggs: {},
    });
    expect(within({ from: 10, to: 20 })).toEqual({
      range: { '@timestamp': { gte: 10, lt: 20, format: 'epoch_millis' } },
    });
  });
});
