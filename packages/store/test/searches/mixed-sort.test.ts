import { describe, expect, it } from 'vitest';
import { testStore } from '../support.ts';

/** Two indices that map `key` as given, with one document each. */
async function twoIndices(first: object, second: object, keys: [unknown, unknown] = [7, 8]) {
  const store = await testStore();
  for (const [at, mapping] of [first, second].entries()) {
    const index = `m-${at + 1}`;
    await store.request('PUT', `/${index}`, { mappings: { properties: { key: mapping } } });
    await store.index(index, { [`${at + 1}`]: { key: keys[at], text: 'x' } });
  }
  return store;
}

const number = { type: 'long' };
const word = { type: 'keyword' };

/** Elasticsearch finds this when it merges the hits of two shards, and names neither. */
const failure = (name: string, first: string, second: string) => ({
  error: {
    root_cause: [],
    type: 'search_phase_execution_exception',
    reason: '',
    phase: 'fetch',
    grouped: true,
    failed_shards: [],
    caused_by: {
      type: 'illegal_argument_exception',
      reason: `Can't sort on field [${name}]; the field has incompatible sort types: [${first}] and [${second}] across shards!`,
    },
  },
  status: 400,
});

describe('a sort over indices that map its key in different ways', () => {
  it.each<[string, object, object, string, string]>([
    ['long and keyword', number, word, 'LONG', 'STRING'],
    ['keyword and long', word, number, 'STRING', 'LONG'],
    ['integer and keyword', { type: 'integer' }, word, 'LONG', 'STRING'],
    ['double and keyword', { type: 'double' }, word, 'DOUBLE', 'STRING'],
    ['scaled_float and keyword', { type: 'scaled_float', scaling_factor: 10 }, word, 'DOUBLE', 'STRING'],
    ['float and keyword', { type: 'float' }, word, 'FLOAT', 'STRING'],
    ['half_float and wildcard', { type: 'half_float' }, { type: 'wildcard' }, 'FLOAT', 'STRING'],
    ['date and keyword', { type: 'date' }, word, 'LONG', 'STRING'],
  ])('is refused for %s', async (_, first, second, one, other) => {
    const store = await twoIndices(first, second);
    const answer = await store.request('POST', '/m-*/_search', { sort: ['key'] });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(failure('key', one, other));
  });

  it('is refused for an address and a number, and for a boolean and a word', async () => {
    const addresses = await twoIndices({ type: 'ip' }, number, ['192.0.2.1', 8]);
    expect((await addresses.request('POST', '/m-*/_search', { sort: ['key'] })).body).toEqual(
      failure('key', 'STRING', 'LONG'),
    );
    const booleans = await twoIndices({ type: 'boolean' }, word, [true, 'x']);
    expect((await booleans.request('POST', '/m-*/_search', { sort: [{ key: 'desc' }] })).body).toEqual(
      failure('key', 'LONG', 'STRING'),
    );
  });

  it.each<[string, object, object]>([
    ['long and double', number, { type: 'double' }],
    ['long and integer', number, { type: 'integer' }],
    ['long and date', number, { type: 'date' }],
    ['keyword and wildcard', word, { type: 'wildcard' }],
  ])('sorts %s together', async (_, first, second) => {
    const store = await twoIndices(first, second);
    expect(await store.ids('m-*', { sort: ['key'] })).toEqual(['1', '2']);
    expect(await store.ids('m-*', { sort: [{ key: 'desc' }] })).toEqual(['2', '1']);
  });

  it('is refused where only a later key differs', async () => {
    const store = await twoIndices(number, word);
    const sort = [{ _index: 'asc' }, { key: 'asc' }];
    expect((await store.request('POST', '/m-*/_search', { sort })).body).toEqual(
      failure('key', 'LONG', 'STRING'),
    );
  });

  it('is refused where the type of an index without the field differs, which has no name there', async () => {
    const store = await testStore();
    await store.request('PUT', '/m-1', { mappings: { properties: { key: word } } });
    await store.index('m-1', { '1': { key: 'a' } });
    await store.index('m-2', { '2': { other: 1 } });
    const sort = (type: string) => ({ sort: [{ key: { order: 'asc', unmapped_type: type } }] });
    expect((await store.request('POST', '/m-*/_search', sort('long'))).body).toEqual(
      failure('__anonymous_', 'STRING', 'LONG'),
    );
    expect(await store.ids('m-*', sort('keyword'))).toEqual(['1', '2']);
  });

  it('is no error where only one index has documents to show', async () => {
    const store = await twoIndices(number, word);
    expect(await store.ids('m-*', { sort: ['key'], query: { term: { key: 7 } } })).toEqual(['1']);
    const none = { sort: ['key'], query: { match_none: {} } };
    expect(await store.ids('m-*', none)).toEqual([]);
    const filtered = { sort: ['key'], post_filter: { term: { key: 8 } } };
    expect(await store.ids('m-*', filtered)).toEqual(['2']);
  });

  it('is no error where no hits are asked for', async () => {
    const store = await twoIndices(number, word);
    const answer = await store.request('POST', '/m-*/_search', { sort: ['key'], size: 0 });
    expect([answer.status, answer.at('hits.total.value')]).toEqual([200, 2]);
  });

  it('is refused by its numeric type before, which names the index', async () => {
    const store = await twoIndices(number, word);
    const sort = [{ key: { order: 'asc', numeric_type: 'long' } }];
    const answer = await store.request('POST', '/m-*/_search', { sort });
    expect(answer.at('error.failed_shards.0.index')).toBe('m-2');
    expect(answer.at('error.root_cause.0.reason')).toContain('[numeric_type] option cannot be set');
  });

  it('is refused on each page of a scroll from its first', async () => {
    const store = await twoIndices(number, word);
    const answer = await store.request('POST', '/m-*/_search?scroll=1m', { sort: ['key'], size: 1 });
    expect(answer.status).toBe(400);
  });
});
