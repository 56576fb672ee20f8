import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Engine } from '../src/engine.ts';
import { hasDuplicateKeys } from '../src/json.ts';
import { newFolder, testStore } from './support.ts';

const mapping = {
  settings: { index: { mapping: { ignore_malformed: true } } },
  mappings: {
    properties: {
      k: { type: 'keyword' },
      n: { type: 'long' },
      d: { type: 'date' },
      ip: { type: 'ip' },
      f: { type: 'flattened' },
      o: { properties: { p: { type: 'keyword' } } },
    },
  },
};

/** What Elasticsearch 8.19 answers to each (`requests/hard-documents.ts` compares more of them). */
const answers: [document: string, status: number][] = [
  ['{"k":{"a":1}}', 400],
  ['{"n":{"a":1}}', 400],
  ['{"d":{"a":1}}', 400],
  ['{"ip":{"a":1}}', 400],
  ['{"k":["x",{"a":1}]}', 400],
  ['{"n":"no number"}', 201],
  ['{"d":"no date"}', 201],
  ['{"_id":"x"}', 400],
  ['{"_source":{"x":1}}', 400],
  ['{"_ignored":"x"}', 400],
  ['{"_id":[[]]}', 201],
  ['{"f":[]}', 201],
  ['{"_other":"x"}', 201],
  ['{"q":{"a":1,"a":2}}', 400],
  ['{"q":[{"a":1},{"a":2}]}', 201],
  ['{"x":[1,{"p":1}]}', 400],
  ['{"a.":1}', 201],
  ['{"a..b":1}', 400],
  ['{".":1}', 400],
  ['{"k":"\\u', 400],
  ['{"k":"\\u00e"}', 400],
];

describe('a document that Elasticsearch refuses', () => {
  it.each(answers)('is refused here, and others are not: %s', async (document, status) => {
    const store = await testStore();
    await store.request('PUT', '/t', mapping);
    expect((await store.request('PUT', '/t/_doc/1', document)).status).toBe(status);
  });

  it('stays, without its values, where a later mapping has no room for it', async () => {
    const folder = newFolder();
    const store = await testStore({ folder });
    await store.index('t', { 1: { k: 'x', n: 1 }, 2: { n: 2 } });
    await store.stop();
    const engine = new Engine(join(folder, 'store'), Date.now);
    const properties = { k: { properties: { p: { type: 'keyword' } } }, n: { type: 'long' } };
    await engine.write(() => engine.remap(engine.open('t'), { properties }));
    await engine.close();
    const again = await testStore({ folder });
    expect((await again.ids('t', {})).sort()).toEqual(['1', '2']);
    expect(await again.ids('t', { query: { range: { n: { gte: 0 } } } })).toEqual(['2']);
    expect((await again.request('GET', '/t/_source/1')).body).toEqual({ k: 'x', n: 1 });
  });

  it('is told from others by counting colons and members', () => {
    const texts: [text: string, expected: boolean][] = [
      ['{"a":":","b":{"c":"\\":"}}', false],
      ['{"a":1,"\\u0061":2}', true],
      ['{"a":[{"b":1},{"b":1,"b":2}]}', true],
      ['{"__proto__":1,"a":{"__proto__":{"x":1}}}', false],
      ['{}', false],
    ];
    for (const [text, expected] of texts)
      expect([text, hasDuplicateKeys(Buffer.from(text), JSON.parse(text))]).toEqual([text, expected]);
  });
});

it('counts fields, objects and sub-fields against the limit as Elasticsearch does', async () => {
  const store = await testStore();
  const cases: [document: object, fits: boolean][] = [
    [Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`f${at}`, at])), true],
    [Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`f${at}`, at])), false],
    [Object.fromEntries(Array.from({ length: 5 }, (_, at) => [`f${at}`, 'text'])), true],
    [{ ...Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`f${at}`, at])), t: 'text' }, false],
    [{ o: Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`f${at}`, at])) }, true],
    [{ o: Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`f${at}`, at])) }, false],
  ];
  for (const [at, [document, fits]] of cases.entries()) {
    await store.request('PUT', `/t${at}`, { settings: { 'index.mapping.total_fields.limit': 10 } });
    const { status, text } = await store.request('PUT', `/t${at}/_doc/1`, document);
    expect([at, status]).toEqual([at, fits ? 201 : 400]);
    if (!fits) expect(text).toContain('Limit of total fields [10] has been exceeded');
  }
});

it('finds documents by the names of their data stream and their aliases', async () => {
  const store = await testStore();
  await store.request('PUT', '/_index_template/logs', { index_patterns: ['logs-*'], data_stream: {} });
  await store.request('PUT', '/logs-a/_create/1', { '@timestamp': '2026-11-29' });
  await store.request('PUT', '/plain', { aliases: { called: {} } });
  await store.request('PUT', '/plain/_doc/2', { a: 1 });
  const found = async (query: object) => (await store.ids('logs-*,plain', { query })).sort();
  const names: [name: string, ids: string[]][] = [
    ['logs-a', ['1']],
    ['plain', ['2']],
    ['called', ['2']],
    ['logs-*', ['1']],
    ['nope', []],
  ];
  for (const [name, ids] of names) {
    expect([name, await found({ term: { _index: name } })]).toEqual([name, ids]);
    expect([name, await found({ terms: { _index: [name, 'other'] } })]).toEqual([name, ids]);
  }
  expect(await found({ prefix: { _index: 'logs' } })).toEqual(['1']);
  expect(await found({ query_string: { query: '_index:called' } })).toEqual(['2']);
});
