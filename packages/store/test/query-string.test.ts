import { describe, expect, it } from 'vitest';
import { LuceneSyntax } from '../src/query/lucene-syntax.ts';
import { filledStore, testStore } from './support.ts';

/** A clause as people would write it with all its operators. */
function shown(clause: ReturnType<LuceneSyntax['parse']>): string {
  if (clause.kind === 'all') return '*:*';
  if (clause.kind === 'group') {
    const signs = { must: '+', should: '', mustNot: '-' };
    return `(${clause.members.map(({ clause: inner, occurs }) => signs[occurs] + shown(inner)).join(' ')})`;
  }
  const field = clause.field === undefined ? '' : `${clause.field}:`;
  const boost = clause.boost === 1 ? '' : `^${clause.boost}`;
  if (clause.kind === 'range')
    return `${field}${clause.lowOpen ? '{' : '['}${clause.low} TO ${clause.high}${clause.highOpen ? '}' : ']'}${boost}`;
  const marks = {
    word: ['', ''],
    phrase: ['"', `"${clause.kind === 'phrase' && clause.slop ? `~${clause.slop}` : ''}`],
    pattern: ['', ''],
    regexp: ['/', '/'],
  };
  return `${field}${marks[clause.kind][0]}${clause.text}${marks[clause.kind][1]}${boost}`;
}

describe('the syntax of Lucene', () => {
  const table: [text: string, operator: 'and' | 'or', means: string][] = [
    ['a', 'or', '(a)'],
    ['a b c', 'or', '(a b c)'],
    ['a AND b OR c', 'or', '(+a +b c)'],
    ['a OR b AND c', 'or', '(a +b +c)'],
    ['a b AND c', 'or', '(a +b +c)'],
    ['a OR b', 'and', '(a b)'],
    ['x:a y:b', 'and', '(+x:a +y:b)'],
    ['+a -b !c NOT d', 'or', '(+a -b -c -d)'],
    ['a && b || c', 'or', '(+a +b c)'],
    ['f:(a OR b) g:c', 'or', '((f:a f:b) g:c)'],
    ['f:[1 TO 5} g:{* TO "b c"]', 'or', '(f:[1 TO 5} g:{* TO b c])'],
    ['f:>5 g:<=7 h:(>=1 AND <2)', 'or', '(f:{5 TO *] g:[* TO 7] (+h:[1 TO *] +h:[* TO 2}))'],
    ['"a b"~3^2 c^0.5', 'or', '("a b"~3^2 c^0.5)'],
    ['f:/a[bc]\\/d/ e*', 'or', '(f:/a[bc]/d/ e*)'],
    ['a\\:b f\\.g:c', 'or', '(a:b f.g:c)'],
    ['f:"say \\"hi\\""', 'or', '(f:"say "hi"")'],
    ['@timestamp:[now-1h TO now]', 'or', '(@timestamp:[now-1h TO now])'],
    ['ANDROID NOTE ORDER', 'or', '(ANDROID NOTE ORDER)'],
    ['*:* -a', 'or', '(*:* -a)'],
    ['web-1.example.org:x', 'or', '(web-1.example.org:x)'],
    ['', 'or', '()'],
  ];
  it.each(table)('reads %j with %s', (text, operator, means) => {
    expect(shown(new LuceneSyntax(text, operator).parse())).toBe(means);
  });

  it.each([
    'a AND',
    'AND a',
    '(a',
    'a)',
    'f:',
    '"a',
    '[1 TO',
    'f:[1 2]',
    'a^',
    'a~',
    '+',
    '/a',
    'a/b',
    'f:g:h',
  ])('refuses %j', (text) => {
    expect(() => new LuceneSyntax(text, 'or').parse()).toThrow();
  });
});

describe('a query string', () => {
  const table: [query: object, ids: string[]][] = [
    [{ query: 'status:(>=404 AND <503)' }, ['2', '3']],
    [{ query: '@timestamp:garbage' }, []],
    [{ query: 'ip:garbage OR status:503' }, ['5']],
    [{ query: 'status:[a TO b]' }, []],
    [{ query: 'quick web2', fields: ['message', 'host.name'], default_operator: 'and' }, []],
    [{ query: 'message:quick AND host.name:web2' }, ['2']],
    [{ query: '_id:3' }, ['3']],
    [{ query: 'tags:(a OR c)' }, ['1', '4']],
    [{ query: 'status:200 quick' }, ['4', '1', '6', '2']],
  ];
  it.each(table)('%j finds what Elasticsearch finds', async (query_string, ids) => {
    const store = await filledStore();
    expect(await store.ids('t1', { query: { query_string } })).toEqual(ids);
  });

  it('looks for words in a row as one term of a keyword', async () => {
    const store = await testStore();
    await store.request('PUT', '/k', { mappings: { properties: { city: { type: 'keyword' } } } });
    await store.index('k', { 1: { city: 'New York' }, 2: { city: 'York' } });
    expect(await store.ids('k', { query: { query_string: { query: 'New York' } } })).toEqual(['1']);
    expect(await store.ids('k', { query: { query_string: { query: 'New York OR York' } } })).toEqual(['2']);
    expect(await store.ids('k', { query: { query_string: { query: 'city:New York' } } })).toEqual(['2']);
    expect(await store.ids('k', { query: { query_string: { query: 'city:(New York)' } } })).toEqual(['1']);
  });
});
