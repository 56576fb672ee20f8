import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SyntaxProblem } from '../src/query/clauses.ts';
import { LuceneSyntax } from '../src/query/lucene-syntax.ts';
import { simpleSyntax } from '../src/query/simple-syntax.ts';
import { filledStore } from './support.ts';

const pieces = [
  'status',
  'message',
  'host.name',
  ':',
  '"',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ' TO ',
  'AND',
  'OR',
  'NOT',
  '+',
  '-',
  '!',
  '*',
  '?',
  '\\',
  '/',
  '^',
  '~',
  '>',
  '<',
  '=',
  ' ',
  '2',
  'quick',
  'web1',
  '&&',
  '||',
  '@timestamp',
  'now-1h',
];
const luceneText = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 25 }).map((parts) => parts.join('')),
  fc.string(),
);

const fields = fc.constantFrom(
  'status',
  'message',
  'host.name',
  'ip',
  'ok',
  'dur',
  'labels',
  'tags',
  '@timestamp',
  'nope',
  '_id',
  '*',
);
const values = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('now/d', '10.0.0.0/8', 'quick', 'web.*'),
);
const { query } = fc.letrec<{ query: unknown; clauses: unknown }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3 },
    fc.record({ match_all: fc.constant({}) }),
    fc
      .tuple(
        fc.constantFrom(
          'term',
          'match',
          'match_phrase',
          'prefix',
          'wildcard',
          'regexp',
          'match_phrase_prefix',
          'terms',
          'range',
        ),
        fields,
        fc.oneof(
          values,
          fc.array(values),
          fc.record({ gte: values, lt: values }),
          fc.record({ value: values }),
          fc.record({ query: values }),
        ),
      )
      .map(([kind, field, value]) => ({ [kind]: { [field]: value } })),
    fc.record({ exists: fc.record({ field: fields }) }),
    fc.record({ query_string: fc.record({ query: luceneText }) }),
    fc.record({ simple_query_string: fc.record({ query: luceneText }) }),
    fc.record({
      bool: fc.dictionary(
        fc.constantFrom('must', 'should', 'filter', 'must_not', 'minimum_should_match', 'nope'),
        tie('clauses'),
      ),
    }),
    fc.anything(),
  ),
  clauses: fc.oneof(tie('query'), fc.array(tie('query'), { maxLength: 3 }), values),
}));

describe('whatever is asked', () => {
  it('is answered with 200 or 400, and never hangs', async () => {
    const store = await filledStore();
    const attempt = async (json: unknown) => {
      const answer = await store.request(
        'POST',
        '/t1/_search',
        JSON.parse(JSON.stringify({ query: json })) as object,
      );
      expect([200, 400]).toContain(answer.status);
      if (answer.status === 400) expect(answer.at('error.reason')).toEqual(expect.any(String));
    };
    await fc.assert(fc.asyncProperty(query, attempt), { numRuns: 400 });
  });

  it('in Lucene syntax parses or is a problem of syntax', () => {
    const read = (text: string) => {
      for (const operator of ['and', 'or'] as const)
        try {
          expect(new LuceneSyntax(text, operator).parse().kind).toBe('group');
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxProblem);
        }
    };
    fc.assert(fc.property(luceneText, read), { numRuns: 3000 });
  });

  it('in simple syntax always parses', () => {
    const text = luceneText.filter((one) => !one.includes('~'));
    fc.assert(
      fc.property(text, (one) => {
        expect(simpleSyntax(one, 'or')).toBeDefined();
      }),
      { numRuns: 3000 },
    );
  });

  it('in long and deep syntax ends soon', () => {
    const hostile = [
      '('.repeat(100_000),
      'a '.repeat(5000),
      '-'.repeat(100_000),
      '"'.repeat(99_999),
      `${'(a '.repeat(49)}${')'.repeat(49)}`,
      'a:'.repeat(10_000),
      '\\'.repeat(100_000),
      '*'.repeat(10_000),
    ];
    const begin = performance.now();
    for (const text of hostile)
      for (const parse of [() => new LuceneSyntax(text, 'or').parse(), () => simpleSyntax(text, 'or')])
        try {
          parse();
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxProblem);
        }
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  it('in patterns is matched in linear time', async () => {
    const store = await filledStore();
    await store.index('t1', { long: { tags: 'a'.repeat(3000) } });
    const begin = performance.now();
    for (const one of [{ wildcard: { tags: `${'*a'.repeat(60)}b` } }, { regexp: { tags: '(a+)+(a|aa)*b' } }])
      expect(await store.ids('t1', { query: one })).toEqual([]);
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  it('of documents is taken or refused, and what is taken is found', async () => {
    const store = await filledStore();
    const attempt = async (document: Record<string, unknown>) => {
      const answer = await store.request(
        'PUT',
        '/fuzz/_doc/1',
        JSON.parse(JSON.stringify(document)) as object,
      );
      expect([200, 201, 400]).toContain(answer.status);
      const count = (await store.request('GET', '/fuzz/_count?q=*:*&ignore_unavailable=true')).at('count');
      expect([0, 1]).toContain(count);
    };
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 3 })), attempt),
      { numRuns: 150 },
    );
  });
});
