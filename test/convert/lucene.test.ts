import { startStore } from '@logboom/store';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NotConvertible } from '../../src/convert/elastalert-values.ts';
import { luceneToKql } from '../../src/convert/lucene.ts';
import type { Fields, FieldValue } from '../../src/model.ts';
import { compileQuery } from '../../src/rules/kql/compile.ts';
import { aFolder } from '../support/folder.ts';

/** What the documentation of `query_string` and Lucene's parser say of a query, as KQL. */
describe('a query of Lucene', () => {
  it.each([
    // NOT excludes, whatever stands before it.
    ['a:1 b:2 NOT c:3', '(a : 1 or b : 2) and not c : 3'],
    ['a:1 OR NOT b:2', 'a : 1 and not b : 2'],
    ['-a:1', 'not a : 1'],
    ['NOT a:1 NOT b:2', 'not a : 1 and not b : 2'],
    ['a:1 -b:2', 'a : 1 and not b : 2'],
    ['!(a:1 b:2)', 'not (a : 1 or b : 2)'],
    // AND and + make necessary; what else should match selects nothing then.
    ['+a:1 b:2', 'a : 1'],
    ['a:1 AND b:2 c:3', 'a : 1 and b : 2'],
    ['a:1 OR b:2 AND c:3', 'b : 2 and c : 3'],
    ['a:1 AND (b:2 OR c:3)', 'a : 1 and (b : 2 or c : 3)'],
    ['NOT a:1 AND b:2', 'b : 2 and not a : 1'],
    // Terms of one field.
    ['a:(1 OR 2 OR 3)', 'a : (1 or 2 or 3)'],
    ['a:(+1 -2)', 'a : (1 and not 2)'],
    ['a:((1 2) AND 3)', 'a : ((1 or 2) and 3)'],
    ['a:(>=10 AND <20)', '(a >= 10 and a < 20)'],
    ['a:(+>=10 +<20)', '(a >= 10 and a < 20)'],
    ['a:(1 OR b:2)', '(a : 1 or b : 2)'],
    ['a:("x y" OR z*)', 'a : ("x y" or z*)'],
    // Bounds.
    ['a:[1 TO 5}', '(a >= 1 and a < 5)'],
    ['a:{* TO 5]', 'a <= 5'],
    ['a:[2012-01-01 TO 2012-12-31]', '(a >= "2012-01-01" and a <= "2012-12-31")'],
    ['a:<-1.5', 'a < -1.5'],
    // Signs that are escaped, and words that KQL reserves.
    ['a:"say \\"hi\\""', 'a : "say \\"hi\\""'],
    ['a:"c\\:\\\\dir"', 'a : "c:\\\\dir"'],
    ['a:x\\*y', 'a : "x*y"'],
    ['a:x\\:y*', 'a : x\\:y*'],
    ['a:\\(1\\)', 'a : "(1)"'],
    ['a:x\\-y', 'a : x-y'],
    ['a:http\\://h/p', 'a : "http://h/p"'],
    ['a:not', 'a : "not"'],
    ['a:\\"', 'a : "\\""'],
    ['message.raw:x', 'message : x'],
    ['book.\\*:x', 'book.* : x'],
    ['*:*', ''],
    ['  a:1  ', 'a : 1'],
    ['ANDROID', 'ANDROID'],
  ])('%s is %s in KQL', (lucene, kql) => {
    expect(luceneToKql(lucene)).toBe(kql);
    if (kql !== '') expect(() => compileQuery(kql)).not.toThrow();
  });

  it.each([
    ['*:* AND NOT a:1', ['2', 'none']],
    ['* NOT a:1', ['2', 'none']],
    ['a:* -a:2', ['1']],
    ['_exists_:a AND NOT a:[2 TO *]', ['1']],
    ['NOT _exists_:a', ['none']],
  ])('%s selects %j', (lucene, ids) => {
    const some: [string, Event][] = [
      ['1', { a: 1, b: 1 }],
      ['2', { a: 2, b: 1 }],
      ['none', { b: 1 }],
    ];
    const matches = compileQuery(luceneToKql(lucene));
    const found = some.filter(([, event]) => matches(fieldsOf(event))).map(([id]) => id);
    expect(found).toEqual(ids);
  });

  it.each([
    ['a:1 b:2', 'a : 1 and b : 2'],
    ['a:1 OR b:2', 'a : 1 or b : 2'],
    ['a:1 OR b:2 c:3', 'c : 3'],
    ['a:1 NOT b:2', 'a : 1 and not b : 2'],
    ['a:(1 2)', 'a : (1 and 2)'],
  ])('whose terms all must match: %s is %s', (lucene, kql) =>
    expect(luceneToKql(lucene, { operator: 'and' })).toBe(kql),
  );

  it.each([
    ['x', 'm : x'],
    ['"x y" NOT b:2', 'm : "x y" and not b : 2'],
    ['>5', 'm > 5'],
    ['b:(x y) z', 'b : (x or y) or m : z'],
  ])('with a field for words without one: %s is %s', (lucene, kql) =>
    expect(luceneToKql(lucene, { field: 'm' })).toBe(kql),
  );

  it.each([
    ...['a:1 AND', 'AND a:1', 'a:1 OR OR b:2', 'NOT', 'a:1 +', '()', '(a:1', 'a:1)', 'a:(1', 'a:'],
    ...['"x y"~2', 'a:"x"^2', '(a:1)^2', 'x~', '/x/', 'a:x?y', '>5', 'a:([1 TO 2', 'a:[1 2]'],
  ])('%s is refused', (lucene) => expect(() => luceneToKql(lucene)).toThrow(NotConvertible));

  it('selects what the store selects, which answers it as Elasticsearch does', async () => {
    const find = await filledStore();
    const term = fc
      .tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(1, 2))
      .map((pair) => pair.join(':'));
    const sign = fc.constantFrom('', '', '', 'NOT ', '-', '+');
    const word = fc.constantFrom(' ', ' AND ', ' OR ', ' && ', ' || ');
    const { query } = fc.letrec<{ query: string; one: string }>((tie) => ({
      one: fc.oneof(
        { maxDepth: 2 },
        term,
        tie('query').map((inner) => `(${inner})`),
      ),
      query: fc
        .array(fc.tuple(word, sign, tie('one')), { minLength: 1, maxLength: 4 })
        .map((parts) =>
          parts.map(([join, mark, one], at) => `${at === 0 ? '' : join}${mark}${one}`).join(''),
        ),
    }));
    await fc.assert(
      fc.asyncProperty(query, fc.constantFrom('and', 'or'), async (lucene, operator) => {
        const matches = compileQuery(luceneToKql(lucene, { operator }));
        const kept = events.filter((event) => matches(fieldsOf(event)));
        expect(kept.map(idOf)).toEqual(await find(lucene, operator));
      }),
    );
  });
});

type Event = Record<string, number>;
const values = [1, 2, 3];
const events: Event[] = values.flatMap((a) => values.flatMap((b) => values.map((c) => ({ a, b, c }))));
const idOf = ({ a, b, c }: Event) => `${a}${b}${c}`;
const fieldsOf = (event: Event): Fields => ({
  get: (name): FieldValue => event[name],
  has: (name) => Object.hasOwn(event, name),
  names: () => Object.keys(event),
});

/** A store with all events, and what finds those of a query by their ids in order. */
async function filledStore() {
  const config = { host: '127.0.0.1', port: 0, keepAge: 365 * 86_400_000, keepSize: 1e9 };
  const store = await startStore({ folder: aFolder(), config });
  onTestFinished(() => store.stop());
  const post = async (path: string, body: string) => {
    const headers = { 'content-type': 'application/x-ndjson' };
    return (await fetch(`${store.url}${path}`, { method: 'POST', headers, body })).json();
  };
  const lines = events.flatMap((event) => [{ create: { _index: 'all', _id: idOf(event) } }, event]);
  await post('/_bulk?refresh=true', `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
  return async (query: string, operator: string): Promise<string[]> => {
    const asked = {
      size: 27,
      sort: ['a', 'b', 'c'],
      query: { query_string: { query, default_operator: operator } },
    };
    const answer = (await post('/all/_search', JSON.stringify(asked))) as {
      hits: { hits: { _id: string }[] };
    };
    return answer.hits.hits.map(({ _id }) => _id);
  };
}
