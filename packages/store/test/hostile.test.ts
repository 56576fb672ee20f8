import { FullDisk } from '@logboom/common';
import { describe, expect, it } from 'vitest';
import { type Files, openFiles } from '../src/storage/files.ts';
import { WriteQueue } from '../src/storage/write-queue.ts';
import { newFolder, type TestStore, testStore } from './support.ts';

const nested = (depth: number, inner = '1') => `${'{"a":'.repeat(depth)}${inner}${'}'.repeat(depth)}`;
const listed = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const long = 'n'.repeat(3_000);

/** Requests that came to the end of the stack, of a key's room or of the calendar, and were answered with a 500. */
const refused: [what: string, method: string, path: string, body: string, reason: string][] = [
  ['objects', 'PUT', '/a/_doc/1', nested(30_000), 'failed to parse'],
  ['lists', 'PUT', '/a/_doc/1', `{"a":${listed(30_000)}}`, 'failed to parse'],
  ['fields below fields', 'PUT', '/a/_doc/1', nested(100), 'Limit of mapping depth [20]'],
  ['dots', 'PUT', '/a/_doc/1', `{"${'a.'.repeat(20_000)}a":1}`, 'Limit of mapping depth [20]'],
  ['an update', 'POST', '/a/_update/1', `{"doc":${nested(30_000)}}`, 'failed to parse'],
  ['a search', 'POST', '/a/_search', `{"_source":${listed(30_000)}}`, 'nesting depth (1001)'],
  ['a mapping', 'PUT', '/b', `{"mappings":${nested(30_000, '{}')}}`, 'nesting depth (1001)'],
  ['settings', 'PUT', '/b', `{"settings":${nested(30_000)}}`, 'nesting depth (1001)'],
  ['_msearch', 'POST', '/_msearch', `{}\n{"_source":${listed(30_000)}}\n`, 'nesting depth (1001)'],
  ['an action', 'POST', '/_bulk', `{"index":${nested(30_000)}}\n{}\n`, 'no JSON'],
  ['a long name', 'PUT', `/_index_template/${long}`, '{"index_patterns":["x*"]}', 'the name [nnn'],
  ['a long name of a component', 'PUT', `/_component_template/${long}`, '{"template":{}}', 'the name [nnn'],
  ['no finite number', 'PUT', '/typed/_doc/1', '{"real":1e400}', 'failed to parse field [real]'],
  ['a date beyond all calendars', 'PUT', '/typed/_doc/1', '{"date":99999999999999999}', 'field [date]'],
  ['an id that is none', 'POST', '/a/_bulk', '{"index":{"_id":{"a":1}}}\n{"b":1}\n', 'field [_id]'],
];

describe('a request that is made to hurt', () => {
  it.each(refused)('is told what is wrong: %s', async (_, method, path, body, reason) => {
    const store = await testStore();
    const properties = { date: { type: 'date' }, real: { type: 'double' } };
    await store.request('PUT', '/typed', { mappings: { properties } });
    await store.index('a', { known: { b: 1 } });
    const answer = await store.request(method, path, body);
    expect([answer.status, answer.text.slice(0, 2_000)]).toEqual([400, expect.stringContaining(reason)]);
    expect(await store.ids('a', {})).toEqual(['known']);
  });

  it('leaves searches alone where a document is as deep as may be', async () => {
    const store = await testStore();
    await store.request('PUT', '/deep', { mappings: { properties: { a: { enabled: false } } } });
    expect((await store.request('PUT', '/deep/_doc/1', nested(1_000))).status).toBe(201);
    expect((await store.request('PUT', '/deep/_doc/2', nested(1_001))).status).toBe(400);
    for (const [path, body] of [
      ['/deep/_search?pretty', {}],
      ['/deep/_search?filter_path=**.x', {}],
      ['/deep/_search', { _source: ['a.a.a'], fields: ['*'] }],
    ] as const)
      expect((await store.request('POST', path, body)).status).toBe(200);
  });

  it('costs its bulk request nothing but its own item', async () => {
    const store = await testStore();
    const lines = ['1', nested(30_000), '{"n":2}', '{"n":1e400}', '{"n":"\\u00'].map((document, at) =>
      [`{"index":{"_index":"a","_id":"${at}"}}`, at === 0 ? '{"n":1.5}' : document].join('\n'),
    );
    const { at } = await store.request('POST', '/_bulk', `${lines.join('\n')}\n`);
    const statuses = [0, 1, 2, 3, 4].map((place) => at(`items.${place}.index.status`));
    expect(statuses).toEqual([201, 400, 201, 400, 400]);
  });

  it('does not use up the number of fields with documents that are refused', async () => {
    const store = await testStore();
    await store.request('PUT', '/a', { mappings: { properties: { when: { type: 'date' } } } });
    const lines = Array.from({ length: 1_200 }, (_, at) => `{"index":{}}\n{"new${at}":1,"when":"never"}\n`);
    expect((await store.request('POST', '/a/_bulk', lines.join(''))).at('items.1199.index.status')).toBe(400);
    expect((await store.request('PUT', '/a/_doc/1', { other: 1 })).status).toBe(201);
  });

  it('refuses the version after the last', async () => {
    const store = await testStore();
    const { status } = await store.request('PUT', '/a/_doc/1?version=4294967295&version_type=external', {
      a: 1,
    });
    expect(status).toBe(201);
    expect((await store.request('PUT', '/a/_doc/1', { a: 2 })).status).toBe(400);
  });
});

it('keeps and finds what stands under a name longer than a key', async () => {
  const folder = newFolder();
  const first = await testStore({ folder });
  for (let part = 0; part < 4; part++)
    await first.index(
      'a',
      Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`${part}-${at}`, { [long]: at }])),
    );
  const check = async (store: TestStore) =>
    expect(
      (await store.request('POST', '/a/_count', { query: { range: { [long]: { lt: 10 } } } })).at('count'),
    ).toBe(40);
  await check(first);
  await first.stop();
  await check(await testStore({ folder }));
});

it('undoes of several writes only the one that failed', async () => {
  const folder = newFolder();
  const files: Files = openFiles(folder);
  let undone = 0;
  const queue = new WriteQueue(files, () => undone++, new FullDisk(() => Number.POSITIVE_INFINITY));
  const put = (key: string) => queue.run(() => files.meta.putSync(Buffer.from(key), Buffer.from(key)));
  const failing = queue.run(() => {
    files.meta.putSync(Buffer.from('half'), Buffer.from('half'));
    throw new RangeError('broken');
  });
  const settled = await Promise.allSettled([put('a'), failing, put('b')]);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect([...files.meta.getKeys({})].map(String)).toEqual(['a', 'b']);
  expect(undone).toBeGreaterThan(0);
  await queue.close();
  await files.root.close();
});

describe('where the disk fails', () => {
  /** A queue over a disk of the test. Its transactions run, and are then not on disk. */
  const aQueue = (free: number) => {
    const disk = { free, takes: false, now: 0, transactions: 0, undone: 0 };
    const transactionSync = (run: () => void) => {
      disk.transactions += 1;
      run();
      if (!disk.takes) throw new Error(`no space (${disk.transactions})`);
    };
    const full = new FullDisk(
      () => disk.free,
      () => disk.now,
    );
    const queue = new WriteQueue(
      { root: { transactionSync } } as unknown as Files,
      () => disk.undone++,
      full,
    );
    const write = async (jobs: number) => {
      const all = await Promise.allSettled(Array.from({ length: jobs }, (_, n) => queue.run(() => n)));
      return all.map((one) => (one.status === 'fulfilled' ? one.value : one.reason.message));
    };
    return { disk, write };
  };

  it('refuses all writes after the first transaction, and tries again where there is more room', async () => {
    const { disk, write } = aQueue(0);
    for (const _ of [1, 2, 3])
      expect(await write(3)).toEqual(['no space (1)', 'no space (1)', 'no space (1)']);
    expect(disk).toMatchObject({ transactions: 1, undone: 1 });
    Object.assign(disk, { free: 2 ** 20, takes: true });
    expect(await write(3)).toEqual([0, 1, 2]);
    expect(disk.transactions).toBe(2);
  });

  it('tries again after a while, for deleted documents leave room within the file', async () => {
    const { disk, write } = aQueue(0);
    await write(1);
    disk.now = 999;
    expect(await write(1)).toEqual(['no space (1)']);
    disk.now = 1_000;
    expect(await write(1)).toEqual(['no space (2)']);
    Object.assign(disk, { now: 3_000, takes: true });
    expect(await write(2)).toEqual([0, 1]);
  });

  it('tries each write alone where the disk has room', async () => {
    const { disk, write } = aQueue(2 ** 30);
    expect(await write(3)).toEqual(['no space (2)', 'no space (3)', 'no space (4)']);
    expect(disk).toMatchObject({ transactions: 4, undone: 4 });
  });
});
