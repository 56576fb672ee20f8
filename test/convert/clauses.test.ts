import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NotConvertible } from '../../src/convert/elastalert-values.ts';
import { anyOf, filtersToKql } from '../../src/convert/filter.ts';
import { luceneToKql } from '../../src/convert/lucene.ts';
import type { Fields, FieldValue } from '../../src/model.ts';
import { compileQuery } from '../../src/rules/kql/compile.ts';

const a = { term: { a: 1 } };
const b = { term: { b: 2 } };
const everything = { match_all: {} };

/** What the reference of the query DSL says of compound clauses, as KQL. The empty text is everything. */
describe('a compound filter', () => {
  it.each<[string, unknown, string]>([
    ['one clause without a list', a, 'a : 1'],
    ['null', null, ''],
    ['several clauses', [a, b], 'a : 1 and b : 2'],
    ['everything beside a clause', [everything, a], 'a : 1'],
    ['everything twice', [everything, everything], ''],
    ['and as a list', [{ and: [a, b] }], 'a : 1 and b : 2'],
    ['and with its filters', [{ and: { filters: [a, b] } }], 'a : 1 and b : 2'],
    ['and of one', [{ and: [a] }], 'a : 1'],
    ['and of everything', [{ and: [everything] }], ''],
    ['or with its filters', [{ or: { filters: [a, b] } }], 'a : 1 or b : 2'],
    ['or with everything', [{ or: [a, everything] }], ''],
    ['or within and', [{ and: [{ or: [a, b] }, b] }], '(a : 1 or b : 2) and b : 2'],
    ['not', [{ not: a }], 'not a : 1'],
    ['not with its filter', [{ not: { filter: { and: [a, b] } } }], 'not ((a : 1 and b : 2))'],
    ['bool without clauses', [{ bool: {} }], ''],
    ['must of one clause without a list', [{ bool: { must: a } }], 'a : 1'],
    ['must with everything', [{ bool: { must: [everything, a] } }], 'a : 1'],
    ['should with everything', [{ bool: { should: [a, everything] } }], ''],
    ['should beside must, which only scores', [{ bool: { must: [a], should: [b] } }], 'a : 1'],
    [
      'should beside must, of which one is needed',
      [{ bool: { must: [a], should: [b, a], minimum_should_match: 1 } }],
      'a : 1 and (b : 2 or a : 1)',
    ],
    [
      'should beside must, of which one is needed, as a text',
      [{ bool: { must: [a], should: [b], minimum_should_match: '1' } }],
      'a : 1 and b : 2',
    ],
    ['should beside filter', [{ bool: { filter: [a], should: [b], minimum_should_match: 0 } }], 'a : 1'],
    ['should beside must_not alone', [{ bool: { should: [a], must_not: [b] } }], 'a : 1 and not b : 2'],
    ['must_not of alternatives', [{ bool: { must_not: { or: [a, b] } } }], 'not ((a : 1 or b : 2))'],
    ['must_not of several', [{ bool: { must_not: [a, b] } }], 'not a : 1 and not b : 2'],
    ['range of one bound', [{ range: { a: { gt: 1 } } }], 'a > 1'],
    ['range of a time', [{ range: { '@timestamp': { gte: '2026-01-01' } } }], '@timestamp >= "2026-01-01"'],
    ['range with settings beside it', [{ range: { a: { lte: 2, boost: 2, format: 'x' } } }], 'a <= 2'],
    ['range with bounds that are none', [{ range: { a: { gte: null, lt: 3 } } }], 'a < 3'],
    ['term with a boost', [{ term: { a: { value: 1, boost: 2 } } }], 'a : 1'],
    ['term with a name', [{ term: { a: 1, _name: 'x' } }], 'a : 1'],
    ['terms with a boost', [{ terms: { a: [1], boost: 2 } }], 'a : 1'],
    ['wildcard by value', [{ wildcard: { 'p.keyword': { value: '/a/*.php' } } }], 'p : /a/*.php'],
    ['wildcard by its older name', [{ wildcard: { p: { wildcard: 'a*' } } }], 'p : a*'],
    ['prefix by value', [{ prefix: { p: { value: 'a' } } }], 'p : a*'],
    ['exists of a keyword', [{ exists: { field: 'a.keyword' } }], 'a : *'],
    ['query_string of nothing', [{ query_string: {} }], ''],
    ['query_string over all fields', [{ query_string: { query: 'x', fields: ['*'] } }], 'x'],
    ['query around a clause', [{ query: a }], 'a : 1'],
    ['texts with parentheses', [{ term: { a: '(' } }], 'a : "("'],
    [
      'a text within one parenthesis',
      [{ bool: { should: [{ term: { a: '(x' } }, b] } }],
      '(a : "(x" or b : 2)',
    ],
    ['a backslash', [{ term: { a: 'c:\\d' } }], 'a : "c:\\\\d"'],
  ])('%s', (_, filters, kql) => {
    expect(filtersToKql(filters)).toBe(kql);
    if (kql !== '') expect(() => compileQuery(kql)).not.toThrow();
  });

  it.each<[unknown, string]>([
    [[{ not: everything }], 'a filter that excludes all events'],
    [[{ bool: { must_not: [everything] } }], 'a filter that excludes all events'],
    [[{ range: { a: 5 } }], '`range` without bounds'],
    [[{ range: { a: { gte: null } } }], '`range` without bounds'],
    [[{ terms: { a: [] } }], '`terms` without a list of values'],
    [[{ term: {} }], 'a clause about 0 fields'],
    [[{ wildcard: { a: 'x y*' } }], 'the wildcard `x y*`: KQL knows `*` in words without spaces'],
    [[{ prefix: { a: 'x y' } }], 'the wildcard `x y*`: KQL knows `*` in words without spaces'],
    [[{ term: 'x' }], 'the filter `term: "x"`'],
    [[{ term: null }], 'the filter `term: null`'],
    [[{ term: { a: 1 }, terms: { b: [1] } }], 'the filter `term, terms`'],
    [[7], 'the filter `7`'],
    [[null], 'the filter `null`'],
    [[{ hasOwnProperty: {} }], 'the filter `hasOwnProperty`'],
    [[{ bool: { should: [a], minimum_should_match: '75%' } }], '`minimum_should_match: 75%`'],
    [[{ query_string: { query: 'x', fields: [] } }], '`query_string` over several fields'],
  ])('%j is refused', (filters, reason) => {
    expect(() => filtersToKql(filters)).toThrow(new NotConvertible(reason));
  });

  it.each<[string, unknown[], string]>([
    ['a', [1], 'a : 1'],
    ['a.keyword', ['x'], 'a : "x"'],
    ['a', [true, false], 'a : (true or false)'],
    ['a', [null, 'null'], 'a : ("null" or "null")'],
    ['a', ['x"y', 'back\\slash'], 'a : ("x\\"y" or "back\\\\slash")'],
  ])('%s with %j is %s', (field, values, kql) => expect(anyOf(field, values)).toBe(kql));
});

type Event = Record<string, number>;
const fieldsOf = (event: Event): Fields => ({
  get: (name): FieldValue => event[name],
  has: (name) => Object.hasOwn(event, name),
  names: () => Object.keys(event),
});

/** The older compound filters and `bool`, with `match_all`, as their documentation defines them. */
function evaluate(clause: object, event: Event): boolean {
  const [[name, body]] = Object.entries(clause) as [[string, never]];
  const every = (list: object[]) => list.every((one) => evaluate(one, event));
  const some = (list: object[]) => list.some((one) => evaluate(one, event));
  if (name === 'match_all') return true;
  if (name === 'term') return Object.entries(body as Event).every(([field, value]) => event[field] === value);
  if (name === 'and') return every(body);
  if (name === 'or') return some(body);
  if (name === 'not') return !evaluate(body, event);
  const { must = [], should = [], must_not: not = [] } = body as Record<string, object[]>;
  const isNeeded = must.length === 0 && should.length > 0;
  return every(must) && (!isNeeded || some(should)) && !some(not);
}

const { tree } = fc.letrec<{ tree: object; list: object[] }>((tie) => ({
  list: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<object>(a, b, everything, { term: { a: 2 } }),
    tie('list').map((and) => ({ and })),
    tie('list').map((or) => ({ or })),
    tie('tree').map((not) => ({ not })),
    fc
      .record({ must: tie('list'), should: tie('list'), must_not: tie('list') }, { requiredKeys: [] })
      .map((bool) => ({ bool })),
  ),
}));

describe('a tree of compound filters', () => {
  it('selects what its documentation says, or excludes everything and is refused', () => {
    const events = [1, 2, 3].flatMap((one) => [1, 2, 3].map((other) => ({ a: one, b: other })));
    fc.assert(
      fc.property(tree, (clause) => {
        const wanted = events.filter((event) => evaluate(clause, event));
        let kql: string;
        try {
          kql = filtersToKql([clause]);
        } catch (error) {
          expect((error as Error).message).toBe('a filter that excludes all events');
          return;
        }
        const matches = kql === '' ? () => true : compileQuery(kql);
        expect(events.filter((event) => matches(fieldsOf(event)))).toEqual(wanted);
      }),
      { numRuns: 400 },
    );
  });

  it('selects the same beside another filter as alone', () => {
    const events = [1, 2, 3].flatMap((one) => [1, 2, 3].map((other) => ({ a: one, b: other })));
    const kqlOf = (filters: object[]) => {
      try {
        return filtersToKql(filters);
      } catch {
        return undefined;
      }
    };
    fc.assert(
      fc.property(tree, (clause) => {
        const [alone, beside] = [kqlOf([clause]), kqlOf([clause, { term: { b: 2 } }])];
        expect(alone === undefined).toBe(beside === undefined);
        if (alone === undefined || beside === undefined) return;
        const matches = alone === '' ? () => true : compileQuery(alone);
        const both = compileQuery(beside);
        for (const event of events)
          expect(both(fieldsOf(event))).toBe(matches(fieldsOf(event)) && event.b === 2);
      }),
      { numRuns: 200 },
    );
  });
});

describe('words of a query of Lucene', () => {
  it.each([
    ['a:x\\-y*', 'a : x-y*'],
    ['a:\\"x*', 'a : \\"x*'],
    ['_exists_:"user.name"', 'user.name : *'],
    ['_exists_:user.name.keyword', 'user.name : *'],
    ['a:"tab\\tb"', 'a : "tabtb"'],
    ['a:or', 'a : "or"'],
    ['a:AND', 'a : "AND"'],
    ['a:1.5', 'a : 1.5'],
    ['a:-5', 'a : -5'],
    ['user@example.org', 'user@example.org'],
    ['a.b :"x"', 'a.b : "x"'],
    ['a:[-5 TO 1.5]', '(a >= -5 and a <= 1.5)'],
    ['a:["x" TO "y"]', '(a >= "x" and a <= "y")'],
    ['a:[now-1h TO now]', '(a >= "now-1h" and a <= "now")'],
    ['a:>"x"', 'a > "x"'],
    ['a:<=10 b:>2', 'a <= 10 or b > 2'],
    ['a.b.c:1', 'a.b.c : 1'],
    ['size:[* TO 5]', 'size <= 5'],
    ['a : 1', 'a : 1'],
  ])('%s', (lucene, kql) => {
    let made: string;
    try {
      made = luceneToKql(lucene);
    } catch (error) {
      made = (error as Error).message;
    }
    expect(made).toBe(kql);
    expect(() => compileQuery(made)).not.toThrow();
  });

  it.each<[string, string]>([
    ['a:x AND', 'the query `a:x AND` from `` on'],
    ['a:1 )', 'the query `a:1 )` from `)` on'],
    ['(a:1', 'the query `(a:1` from `` on'],
    ['a:[1 TO]', 'the range `[1 TO]`'],
    ['a:[1 TO 2 TO 3]', 'the range `[1 TO 2 TO 3]`'],
    ['a:x~', '`x~` in the query `a:x~`: KQL has no fuzzy words, boosts, `?` or regular expressions'],
    [
      '/var/log',
      '`/var/log` in the query `/var/log`: KQL has no fuzzy words, boosts, `?` or regular expressions',
    ],
    ['>5', '`>5` without a field in the query `>5`'],
  ])('%s is refused with its place', (lucene, message) => {
    expect(() => luceneToKql(lucene)).toThrow(NotConvertible);
    let said = '';
    try {
      luceneToKql(lucene);
    } catch (error) {
      said = (error as Error).message;
    }
    expect(said).toBe(message);
  });
});
