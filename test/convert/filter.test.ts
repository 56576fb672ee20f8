import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NotConvertible } from '../../src/convert/elastalert-values.ts';
import { filtersToKql } from '../../src/convert/filter.ts';
import { luceneToKql } from '../../src/convert/lucene.ts';
import type { Fields, FieldValue } from '../../src/model.ts';
import { compileQuery } from '../../src/rules/kql/compile.ts';

describe('a filter of Elasticsearch as KQL', () => {
  it.each<[unknown, string]>([
    [undefined, ''],
    [[], ''],
    [[{ match_all: {} }], ''],
    [[{ term: { a: 1 } }], 'a : 1'],
    [[{ term: { a: { value: 'x "y"' } } }], 'a : "x \\"y\\""'],
    [[{ term: { 'a.keyword': true } }], 'a : true'],
    [[{ terms: { a: ['x', 2] } }], 'a : ("x" or 2)'],
    [[{ match: { a: { query: 'x' } } }], 'a : "x"'],
    [[{ match: { message: 'x  y' } }], 'message : ("x" or "y")'],
    [[{ match: { message: { query: 'x y', operator: 'or' } } }], 'message : ("x" or "y")'],
    [[{ match: { 'error.message': { query: 'x y', operator: 'AND' } } }], 'error.message : ("x" and "y")'],
    [[{ match: { message: { query: 'x y', type: 'phrase' } } }], 'message : "x y"'],
    [[{ match: { 'user.name': 'x y' } }], 'user.name : "x y"'],
    [[{ match: { 'a.keyword': 'x y' } }], 'a : "x y"'],
    [[{ match: { 'message.keyword': 'x y' } }], 'message : "x y"'],
    [[{ match_phrase: { a: 'x y' } }], 'a : "x y"'],
    [[{ match_phrase: { a: { query: 'x y' } } }], 'a : "x y"'],
    [[{ wildcard: { a: 'x*' } }], 'a : x*'],
    [[{ prefix: { a: 'x' } }], 'a : x*'],
    [[{ exists: { field: 'a' } }], 'a : *'],
    [[{ bool: { must_not: { not: { term: { a: 1 } } } } }], 'not (not a : 1)'],
    [[{ range: { a: { gte: 1, lt: 5 } } }], 'a >= 1 and a < 5'],
    [[{ range: { a: { from: 1, to: 5, include_lower: false, include_upper: true } } }], 'a > 1 and a <= 5'],
    [[{ range: { a: { from: 1, to: null, include_upper: false } } }], 'a >= 1'],
    [[{ query_string: { query: 'a:1 b:2', default_operator: 'AND' } }], 'a : 1 and b : 2'],
    [[{ query_string: { query: 'x y', default_field: 'a' } }], 'a : x or a : y'],
    [[{ query_string: { query: 'x', fields: ['a.keyword'] } }], 'a : x'],
    [
      [{ query: { bool: { must: [{ term: { a: 1 } }], must_not: { term: { b: 2 } } } } }],
      'a : 1 and not b : 2',
    ],
    [[{ bool: { should: [{ term: { a: 1 } }, { term: { b: 2 } }] } }], 'a : 1 or b : 2'],
    [[{ bool: { filter: { term: { a: 1 } }, should: [{ term: { b: 2 } }] } }], 'a : 1'],
    [[{ not: { term: { a: 1 } } }], 'not a : 1'],
    [[{ or: [{ term: { a: 1 } }, { term: { b: 2 } }] }, { term: { c: 3 } }], '(a : 1 or b : 2) and c : 3'],
  ])('%j', (filters, expected) => {
    expect(filtersToKql(filters)).toBe(expected);
    if (expected !== '') expect(() => compileQuery(expected)).not.toThrow();
  });

  it('keeps a query with `or` apart from the filters beside it', () => {
    const filters = [{ query: { query_string: { query: 'a:1 OR b:2' } } }, { term: { c: 3 } }];
    expect(filtersToKql(filters)).toBe('(a : 1 or b : 2) and c : 3');
  });

  it.each<[unknown, RegExp]>([
    [[{ script: { source: 'x' } }], /the filter `script`/],
    [[{ fuzzy: { a: 'x' } }], /the filter `fuzzy`/],
    [[{ regexp: { a: 'x.*' } }], /the filter `regexp`/],
    [[{ terms: { a: 'x' } }], /without a list/],
    [[{ range: { a: {} } }], /without bounds/],
    [[{ query_string: { query: 'x', fields: ['a', 'b'] } }], /over several fields/],
    [[{ prefix: { a: 'a*b' } }], /the prefix `a\*b`/],
    [[{ wildcard: { a: 'a?b' } }], /the wildcard `a\?b`/],
    [[{ term: { a: 1, b: 2 } }], /about 2 fields/],
    [
      [{ match: { message: { query: 'x y', minimum_should_match: 2 } } }],
      /`minimum_should_match` of a `match`/,
    ],
    [[{ match: { a: { query: 'x', fuzziness: 'AUTO' } } }], /`fuzziness` of a `match`/],
    [[{ bool: { should: [], minimum_should_match: 2 } }], /minimum_should_match: 2/],
    [
      [{ bool: { filter: [{ term: { a: 1 } }], minimum_should_match: 1 } }],
      /without `should`, which selects nothing/,
    ],
    [['a'], /the filter `"a"`/],
    [[{}], /the filter `\{\}`/],
  ])('%j is not converted, and named', (filters, reason) => {
    expect(() => filtersToKql(filters)).toThrow(NotConvertible);
    expect(() => filtersToKql(filters)).toThrow(reason);
  });
});

describe('a query of Lucene as KQL', () => {
  it.each([
    ['*', ''],
    ['a:1', 'a : 1'],
    ['a: 1 AND b:2', 'a : 1 and b : 2'],
    ['a:1 b:2', 'a : 1 or b : 2'],
    ['a:1 && !b:2 || c:3', 'a : 1 and not b : 2'],
    ['(a:1 OR b:2) AND NOT c:"x y"', '(a : 1 or b : 2) and not c : "x y"'],
    ['a:(1 OR 2)', 'a : (1 or 2)'],
    ['a:[1 TO 5]', '(a >= 1 and a <= 5)'],
    ['a:{1 TO 5}', '(a > 1 and a < 5)'],
    ['a:[500 TO *]', 'a >= 500'],
    ['a:[* TO *]', 'a : *'],
    ['a:>=500', 'a >= 500'],
    ['_exists_:user.name', 'user.name : *'],
    ['message.keyword:error*', 'message : error*'],
    ['"two words"', '"two words"'],
    ['timeout', 'timeout'],
    ['path:\\/a\\/b', 'path : /a/b'],
  ])('%s', (lucene, kql) => {
    expect(luceneToKql(lucene)).toBe(kql);
    if (kql !== '') expect(() => compileQuery(kql)).not.toThrow();
  });

  it.each(['a:x~2', 'a:x^3', 'a:/x.*/', 'a:x?', 'a:[1 5]', 'a:"open'])('%s is refused', (lucene) => {
    expect(() => luceneToKql(lucene)).toThrow(NotConvertible);
  });

  it('selects what the tree of Elasticsearch selects, whatever the tree', () => {
    const leaf = fc
      .tuple(fc.constantFrom('a', 'b'), fc.constantFrom(1, 2))
      .map(([f, v]) => ({ term: { [f]: v } }));
    const { tree } = fc.letrec<{ tree: object }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        leaf,
        fc.record({ must: fc.array(tie('tree'), { minLength: 1, maxLength: 2 }) }).map((bool) => ({ bool })),
        fc
          .record({ should: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) })
          .map((bool) => ({ bool })),
        fc
          .record({ must_not: fc.array(tie('tree'), { minLength: 1, maxLength: 2 }) })
          .map((bool) => ({ bool })),
      ),
    }));
    const values = fc.record({ a: fc.constantFrom(1, 2, 3), b: fc.constantFrom(1, 2, 3) });
    fc.assert(
      fc.property(tree, values, (clause, event) => {
        expect(compileQuery(filtersToKql([clause]))(fieldsOf(event))).toBe(evaluate(clause, event));
      }),
    );
  });
});

type Event = Record<string, number>;
const fieldsOf = (event: Event): Fields => ({
  get: (name): FieldValue => event[name],
  has: (name) => Object.hasOwn(event, name),
  names: () => Object.keys(event),
});

/** The query DSL as its documentation defines it. */
function evaluate(clause: object, event: Event): boolean {
  const { term, bool } = clause as { term?: Event; bool?: Record<string, object[]> };
  if (term) return Object.entries(term).every(([name, value]) => event[name] === value);
  const of = (name: string) => bool![name] ?? [];
  const all = of('must').every((one) => evaluate(one, event));
  const some = of('should').length === 0 || of('should').some((one) => evaluate(one, event));
  return all && some && !of('must_not').some((one) => evaluate(one, event));
}
