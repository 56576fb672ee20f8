import { describe, expect, it } from 'vitest';
import { testStore } from './support.ts';

describe('dynamic mapping', () => {
  it('chooses the types that Elasticsearch chooses', async () => {
    const store = await testStore();
    const document = {
      s: 'text',
      d: '2026-01-02',
      d2: '2026/01/02 10:00:00',
      i: 1,
      f: 1.5,
      b: true,
      o: { a: { b: 'c' } },
      arr: [1, 2],
      arro: [{ x: 1 }, { x: 2 }],
      n: null,
      e: [],
      dt: '2026-01-02T03:04:05.678Z',
      notd: '2026',
      obj: {},
    };
    await store.index('dyn', { 1: document });
    const answer = await store.request('GET', '/dyn/_mapping');
    const text = { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 256 } } };
    expect(answer.at('dyn.mappings.properties')).toEqual({
      arr: { type: 'long' },
      arro: { properties: { x: { type: 'long' } } },
      b: { type: 'boolean' },
      d: { type: 'date' },
      d2: { type: 'date', format: 'yyyy/MM/dd HH:mm:ss||yyyy/MM/dd||epoch_millis' },
      dt: { type: 'date' },
      f: { type: 'float' },
      i: { type: 'long' },
      notd: text,
      o: { properties: { a: { properties: { b: text } } } },
      obj: { type: 'object' },
      s: text,
    });
  });

  it('makes a float of a whole number that is written as a real', async () => {
    const store = await testStore();
    await store.request('PUT', '/r/_doc/1', '{"a":5.0,"b":[1e2],"c":5}', {
      'content-type': 'application/json',
    });
    const answer = await store.request('GET', '/r/_mapping');
    expect(answer.at('r.mappings.properties')).toEqual({
      a: { type: 'float' },
      b: { type: 'float' },
      c: { type: 'long' },
    });
  });

  it('leaves no trace of a document that is refused', async () => {
    const store = await testStore();
    await store.index('t', { 1: { n: 1 } });
    const answer = await store.request('PUT', '/t/_doc/2', { fresh: { deep: 1 }, n: 'word' });
    expect(answer.status).toBe(400);
    expect(answer.at('error.type')).toBe('document_parsing_exception');
    expect(answer.at('error.reason')).toBe(
      "failed to parse field [n] of type [long] in document with id '2'. Preview of field's value: 'word'",
    );
    expect(
      Object.keys((await store.request('GET', '/t/_mapping')).at('t.mappings.properties') as object),
    ).toEqual(['n']);
    expect((await store.request('GET', '/t/_count')).at('count')).toBe(1);
    await store.index('t', { 3: { fresh: 'a word' } });
    expect(await store.ids('t', { query: { match: { fresh: 'word' } } })).toEqual(['3']);
  });

  it('stops at the limit of fields', async () => {
    const store = await testStore();
    await store.request('PUT', '/t', { settings: { 'index.mapping.total_fields.limit': 5 } });
    const answer = await store.request('PUT', '/t/_doc/1', { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 });
    expect([answer.status, answer.at('error.reason')]).toEqual([
      400,
      expect.stringContaining('Limit of total fields [5]'),
    ]);
  });

  const misfits: [document: object, reason: string][] = [
    [{ o: 'x' }, 'object mapping for [o] tried to parse field [o] as object, but found a concrete value'],
    [
      { l: { a: 1 } },
      "failed to parse field [l] of type [long] in document with id '1'. Preview of field's value: '{a=1}'",
    ],
    [{ l: 2 ** 70 }, 'failed to parse field [l] of type [long]'],
    [{ y: 128 }, 'failed to parse field [y] of type [byte]'],
    [{ d: 'yesterday' }, 'failed to parse field [d] of type [date]'],
    [{ d: '2026-02-30' }, 'failed to parse field [d] of type [date]'],
    [{ b: 'maybe' }, 'failed to parse field [b] of type [boolean]'],
    [{ ip: '1.2.3.400' }, 'failed to parse field [ip] of type [ip]'],
    [{ k: 'x'.repeat(40_000) }, 'failed to parse field [k] of type [keyword]'],
    [{ f: 'x' }, 'failed to parse field [f] of type [flattened]'],
    [{ c: 'other' }, 'failed to parse field [c] of type [constant_keyword]'],
    [{ a: 1 }, 'Cannot write to a field alias [a].'],
    [{ '': 1 }, 'field name cannot be an empty string'],
    [{ 'a..b': 1 }, 'field name cannot contain only whitespace'],
  ];
  it.each(misfits)('refuses %j', async (document, reason) => {
    const store = await testStore();
    const properties = {
      o: { properties: { x: { type: 'long' } } },
      l: { type: 'long' },
      y: { type: 'byte' },
      d: { type: 'date' },
      b: { type: 'boolean' },
      ip: { type: 'ip' },
      k: { type: 'keyword' },
      f: { type: 'flattened' },
      c: { type: 'constant_keyword', value: 'one' },
      a: { type: 'alias', path: 'l' },
    };
    await store.request('PUT', '/t', { mappings: { properties } });
    const answer = await store.request('PUT', '/t/_doc/1', document);
    expect([answer.status, answer.at('error.type'), answer.at('error.reason')]).toEqual([
      400,
      'document_parsing_exception',
      expect.stringContaining(reason),
    ]);
  });

  it('keeps what is malformed out of the index where it is told to', async () => {
    const store = await testStore();
    await store.request('PUT', '/t', {
      mappings: { properties: { n: { type: 'long', ignore_malformed: true } } },
    });
    await store.index('t', { 1: { n: 'word' }, 2: { n: 2 } });
    expect(await store.ids('t', { query: { exists: { field: 'n' } } })).toEqual(['2']);
    expect(await store.ids('t', { query: { term: { _ignored: 'n' } } })).toEqual(['1']);
  });

  it('obeys dynamic: false and strict', async () => {
    const store = await testStore();
    await store.request('PUT', '/f', { mappings: { dynamic: false, properties: { a: { type: 'long' } } } });
    await store.index('f', { 1: { a: 1, b: 2 } });
    expect(await store.ids('f', { query: { term: { b: 2 } } })).toEqual([]);
    await store.request('PUT', '/s', {
      mappings: { dynamic: 'strict', properties: { a: { type: 'long' } } },
    });
    const answer = await store.request('PUT', '/s/_doc/1', { a: 1, b: 2 });
    expect([answer.status, answer.at('error.type')]).toEqual([400, 'strict_dynamic_mapping_exception']);
  });

  it('finds aliases, sub-fields, constants and flattened keys by their names', async () => {
    const store = await testStore();
    const properties = {
      message: { type: 'text', fields: { raw: { type: 'keyword' } } },
      other: { type: 'alias', path: 'message.raw' },
      kind: { type: 'constant_keyword', value: 'log' },
      labels: { type: 'flattened' },
    };
    await store.request('PUT', '/t', { mappings: { properties } });
    await store.index('t', {
      1: { message: 'Hello World', labels: { app: { name: 'shop' } } },
      2: { message: 'Bye' },
    });
    const find = (query: unknown) => store.ids('t', { query });
    expect(await find({ term: { 'message.raw': 'Hello World' } })).toEqual(['1']);
    expect(await find({ term: { other: 'Bye' } })).toEqual(['2']);
    expect(await find({ term: { kind: 'log' } })).toEqual(['1', '2']);
    expect(await find({ term: { 'labels.app.name': 'shop' } })).toEqual(['1']);
    expect(await find({ term: { labels: 'shop' } })).toEqual(['1']);
    expect(await find({ exists: { field: 'labels.app.name' } })).toEqual(['1']);
  });
});

describe('a mapping', () => {
  it('takes new fields and no new types', async () => {
    const store = await testStore();
    await store.index('t', { 1: { n: 1 } });
    expect(
      (await store.request('PUT', '/t/_mapping', { properties: { k: { type: 'keyword' } } })).body,
    ).toEqual({ acknowledged: true });
    const answer = await store.request('PUT', '/t/_mapping', { properties: { n: { type: 'keyword' } } });
    expect([answer.status, answer.at('error.reason')]).toEqual([
      400,
      'mapper [n] cannot be changed from type [long] to [keyword]',
    ]);
  });

  const unknown: [mapping: object, reason: string][] = [
    [
      { properties: { a: { type: 'nonsense' } } },
      'The mapper type [nonsense] declared on field [a] does not exist',
    ],
    [{ properties: { a: { type: 'keyword', copy_to: 'b' } } }, 'parameter [copy_to]'],
    [{ properties: { a: { type: 'text', analyzer: 'german' } } }, 'analyzer [german]'],
    [{ properties: { a: 1 } }, 'Expected map for property'],
    [{ properties: { a: { type: 'date', format: 'nonsense_format' } } }, 'Invalid format'],
  ];
  it.each(unknown)('is refused as %j', async (mappings, reason) => {
    const store = await testStore();
    const answer = await store.request('PUT', '/t', { mappings });
    expect([answer.status, answer.at('error.reason')]).toEqual([400, expect.stringContaining(reason)]);
    expect((await store.request('HEAD', '/t')).status).toBe(404);
  });
});
