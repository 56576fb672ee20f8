import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { searchQuery } from '../../src/dashboards/search/kql.ts';
import { compileQuery } from '../../src/rules/kql/compile.ts';
import { fieldsOf } from '../support/fields.ts';
import { aStore } from './support.ts';

describe('KQL as a query of Elasticsearch', () => {
  it.each<[string, object]>([
    ['', { match_all: {} }],
    ['*', { match_all: {} }],
    ['host.name: *', { exists: { field: 'host.name' } }],
    ['host.name: web-1', { match: { 'host.name': 'web-1' } }],
    ['message: "out of memory"', { match_phrase: { message: 'out of memory' } }],
    ['timeout', { multi_match: { query: 'timeout', lenient: true } }],
    ['"out of memory"', { multi_match: { query: 'out of memory', lenient: true, type: 'phrase' } }],
    ['http.response.status_code >= 500', { range: { 'http.response.status_code': { gte: '500' } } }],
    [
      'host.name: web-*',
      { query_string: { query: 'web\\-*', fields: ['host.name'], analyze_wildcard: true, lenient: true } },
    ],
    ['not a: 1', { bool: { must_not: [{ match: { a: '1' } }] } }],
    ['a: 1 and b: 2', { bool: { filter: [{ match: { a: '1' } }, { match: { b: '2' } }] } }],
    [
      'a: (1 or 2)',
      { bool: { should: [{ match: { a: '1' } }, { match: { a: '2' } }], minimum_should_match: 1 } },
    ],
    ['a: { b: 1 }', { match: { 'a.b': '1' } }],
  ])('of %s', (kql, expected) => expect(searchQuery(kql)).toEqual(expected));

  it.each(['a: (', 'and', 'a >= '])('names what is wrong with %s', (kql) => {
    expect(() => searchQuery(kql)).toThrow(expect.objectContaining({ code: 'KQL_SYNTAX' }));
  });

  it.each(['message: /time.*out/', 'not (a: 1 or message: /x/i)'])('refuses the pattern of %s', (kql) => {
    expect(() => searchQuery(kql)).toThrow(/no pattern between slashes/);
  });

  it('finds what a rule with the same query is about', async () => {
    const { searcher, put } = await aStore();
    const documents = ['web-1', 'web-2', 'db 1', 'a:b', 'WEB-1'].flatMap((host, at) =>
      [200, 404, 503].map((status) => ({
        id: `${host} ${status}`,
        '@timestamp': new Date(1e12 + at).toISOString(),
        'host.name': host,
        'http.response.status_code': status,
        'log.level': ['error', 'warn', 'info'][at % 3]!,
        message: `connection to ${host} was ${status === 503 ? 'lost' : 'made'}`,
      })),
    );
    await put('logs-a-default', ...documents);
    const field = fc.oneof(
      fc.constantFrom('host.name: "web-1"', 'host.name: web-*', 'host.name: "a:b"', 'host.name: *1'),
      fc.constantFrom('log.level >= warn', 'log.level: error', 'http.response.status_code > 404'),
      fc.constantFrom(
        'message: lost',
        'message: "connection to"',
        'message: (lost or made)',
        'error.type: *',
      ),
    );
    const { query } = fc.letrec<{ query: string }>((tie) => ({
      query: fc.oneof(
        { depthSize: 'small' },
        field,
        fc
          .tuple(tie('query'), fc.constantFrom('and', 'or'), tie('query'))
          .map(([a, op, b]) => `(${a}) ${op} (${b})`),
        tie('query').map((one) => `not (${one})`),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(query, async (kql) => {
        const isAbout = compileQuery(kql);
        const expected = documents
          .filter(({ id: _, ...fields }) => isAbout(fieldsOf(fields)))
          .map(({ id }) => id);
        const found = await searcher.search('logs-*', { size: 100, query: searchQuery(kql) });
        expect(found.hits.map(({ _id }) => _id).toSorted(), kql).toEqual(expected.toSorted());
      }),
      { numRuns: 60 },
    );
  });
});
