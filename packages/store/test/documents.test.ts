import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { testStore } from './support.ts';

const lines = (...parts: unknown[]) => parts.map((part) => `${JSON.stringify(part)}\n`).join('');

const statusOnly = 'took,errors,items.*.status,items.*.failure_store,items.*.error.type,items.*.error.reason';

describe('the answer to a bulk request that asks for the status only', () => {
  const twoAndOne = lines(
    { create: { _index: 't', _id: 'a' } },
    { x: 1 },
    { index: { _index: 't', _id: 'b' } },
    { x: 2 },
    { delete: { _index: 't', _id: 'b' } },
  );

  it('equals the filtered part of the whole answer', async () => {
    const [store, other] = [await testStore(), await testStore()];
    const short = await store.request('POST', `/_bulk?filter_path=${statusOnly}`, twoAndOne);
    const whole = await other.request('POST', '/_bulk', twoAndOne);
    const items = (whole.at('items') as Record<string, { status: number }>[]).map((item) =>
      Object.fromEntries(Object.entries(item).map(([action, { status }]) => [action, { status }])),
    );
    expect(short.body).toEqual({ errors: false, took: expect.any(Number), items });
    expect(items).toEqual([
      { create: { status: 201 } },
      { index: { status: 201 } },
      { delete: { status: 200 } },
    ]);
  });

  it('names the errors of those that were refused', async () => {
    const store = await testStore();
    await store.request('POST', '/_bulk', twoAndOne);
    const answer = await store.request('POST', `/_bulk?filter_path=${statusOnly}`, twoAndOne);
    expect(answer.at('errors')).toBe(true);
    expect(answer.at('items.0.create')).toEqual({
      status: 409,
      error: { type: 'version_conflict_engine_exception', reason: expect.stringContaining('already exists') },
    });
    expect(answer.at('items.1')).toEqual({ index: { status: 201 } });
  });

  it.each(['items.*.status', 'took,errors,items', 'errors,items.*._id,items.*.status,took', '-took'])(
    'is filtered as ever by %s',
    async (filter) => {
      const store = await testStore();
      const answer = await store.request('POST', `/_bulk?filter_path=${filter}`, twoAndOne);
      expect(answer.at('took') !== undefined).toBe(/^took|took$/.test(filter) && filter !== '-took');
      if (filter.includes('_id')) expect(answer.at('items.0.create._id')).toBe('a');
    },
  );
});

describe('documents', () => {
  it('are created, replaced, updated, read and deleted with the answers of Elasticsearch', async () => {
    const store = await testStore();
    const steps: [method: string, path: string, body: unknown, status: number, part: object][] = [
      [
        'PUT',
        '/t/_doc/a',
        { x: 1 },
        201,
        { _index: 't', _id: 'a', _version: 1, result: 'created', _seq_no: 0, _primary_term: 1 },
      ],
      ['PUT', '/t/_doc/a', { x: 2 }, 200, { _version: 2, result: 'updated', _seq_no: 1 }],
      [
        'PUT',
        '/t/_create/a',
        { x: 3 },
        409,
        {
          status: 409,
          error: {
            type: 'version_conflict_engine_exception',
            reason: '[a]: version conflict, document already exists (current version [2])',
          },
        },
      ],
      ['PUT', '/t/_doc/a?op_type=create', { x: 3 }, 409, { status: 409 }],
      ['GET', '/t/_doc/a', undefined, 200, { _id: 'a', _version: 2, found: true, _source: { x: 2 } }],
      ['GET', '/t/_source/a', undefined, 200, { x: 2 }],
      ['GET', '/t/_doc/b', undefined, 404, { _index: 't', _id: 'b', found: false }],
      ['GET', '/t/_source/b', undefined, 404, { error: { type: 'resource_not_found_exception' } }],
      ['GET', '/nope/_doc/b', undefined, 404, { error: { type: 'index_not_found_exception' } }],
      ['POST', '/t/_update/a', { doc: { y: { z: 1 } } }, 200, { result: 'updated', _version: 3 }],
      ['POST', '/t/_update/a', { doc: { y: { z: 1 } } }, 200, { result: 'noop', _version: 3 }],
      [
        'POST',
        '/t/_update/a?_source=true',
        { doc: { y: { w: 2 } } },
        200,
        { get: { found: true, _source: { x: 2, y: { z: 1, w: 2 } } } },
      ],
      ['POST', '/t/_update/b', { doc: { x: 1 } }, 404, { error: { type: 'document_missing_exception' } }],
      ['POST', '/t/_update/b', { doc: { x: 1 }, doc_as_upsert: true }, 201, { result: 'created' }],
      ['POST', '/t/_update/a', { script: 'x' }, 400, { error: { type: 'illegal_argument_exception' } }],
      ['PUT', '/t/_doc/a?if_seq_no=0&if_primary_term=1', { x: 9 }, 409, { status: 409 }],
      ['DELETE', '/t/_doc/a', undefined, 200, { result: 'deleted' }],
      ['DELETE', '/t/_doc/a', undefined, 404, { result: 'not_found' }],
      ['GET', '/t/_doc/a', undefined, 404, { found: false }],
      ['PUT', '/t/_doc/a', { x: 4 }, 201, { result: 'created', _version: 1 }],
    ];
    for (const [method, path, body, status, part] of steps) {
      const answer = await store.request(method, path, body);
      expect([method, path, answer.status, answer.body]).toMatchObject([method, path, status, part]);
    }
  });

  it('answer HEAD without a body', async () => {
    const store = await testStore();
    await store.index('t', { 1: { x: 1 } });
    for (const [path, status] of [
      ['/t/_doc/1', 200],
      ['/t/_doc/2', 404],
      ['/t', 200],
      ['/nope', 404],
      ['/', 200],
    ] as const) {
      const answer = await store.request('HEAD', path);
      expect([path, answer.status, answer.text]).toEqual([path, status, '']);
    }
  });

  it('get an id of their own where none is given', async () => {
    const store = await testStore();
    const ids = new Set<unknown>();
    for (let at = 0; at < 20; at++) ids.add((await store.request('POST', '/t/_doc', { at })).at('_id'));
    expect(ids.size).toBe(20);
    expect([...ids].every((id) => typeof id === 'string' && id.length === 20)).toBe(true);
  });

  it('are read several at once', async () => {
    const store = await testStore();
    await store.index('t', { 1: { x: 1 }, 2: { x: 2 } });
    const docs = [
      { _index: 't', _id: '2', _source: false },
      { _index: 't', _id: '9' },
      { _index: 'nope', _id: '1' },
    ];
    const answer = await store.request('POST', '/_mget', { docs });
    expect(answer.at('docs')).toMatchObject([
      { _id: '2', found: true },
      { _id: '9', found: false },
      { _index: 'nope', error: { type: 'index_not_found_exception' } },
    ]);
    expect((await store.request('POST', '/t/_mget', { ids: ['1'] })).at('docs.0._source')).toEqual({ x: 1 });
  });

  it('may have ids of any characters, up to 512 bytes', async () => {
    const store = await testStore();
    for (const id of ['a/b', 'ü', 'x y', '%', 'x'.repeat(512)]) {
      expect((await store.request('PUT', `/t/_doc/${encodeURIComponent(id)}`, { id })).status).toBe(201);
      expect((await store.request('GET', `/t/_doc/${encodeURIComponent(id)}`)).at('_source.id')).toBe(id);
    }
    expect((await store.request('PUT', `/t/_doc/${'x'.repeat(513)}`, {})).status).toBe(400);
  });

  it('are deleted by query', async () => {
    const store = await testStore();
    await store.index('t', Object.fromEntries(Array.from({ length: 50 }, (_, at) => [at, { n: at }])));
    const answer = await store.request('POST', '/t/_delete_by_query', {
      query: { range: { n: { lt: 20 } } },
    });
    expect(answer.body).toMatchObject({ deleted: 20, total: 20, failures: [], timed_out: false });
    expect((await store.request('GET', '/t/_count')).at('count')).toBe(30);
    expect((await store.request('POST', '/t/_delete_by_query', {})).status).toBe(400);
  });
});

describe('a bulk request', () => {
  it('reports on each item and keeps the good ones', async () => {
    const store = await testStore();
    const body = lines(
      { index: { _index: 't', _id: '1' } },
      { a: 1 },
      { create: { _index: 't', _id: '1' } },
      { a: 1 },
      { index: { _index: 't', _id: '2' } },
      { a: 'word' },
      { update: { _index: 't', _id: '1' } },
      { doc: { b: 2 } },
      { update: { _index: 't', _id: '9' } },
      { doc: { b: 2 } },
      { delete: { _index: 't', _id: '1' } },
      { delete: { _index: 't', _id: '1' } },
      { index: { _index: 'Upper' } },
      { a: 1 },
    );
    const answer = await store.request('POST', '/_bulk', body);
    expect(answer.status).toBe(200);
    expect(answer.at('errors')).toBe(true);
    const items = answer.at('items') as Record<string, { status: number; error?: { type: string } }>[];
    expect(
      items
        .map((item) => Object.entries(item)[0]!)
        .map(([action, { status, error }]) => [action, status, error?.type]),
    ).toEqual([
      ['index', 201, undefined],
      ['create', 409, 'version_conflict_engine_exception'],
      ['index', 400, 'document_parsing_exception'],
      ['update', 200, undefined],
      ['update', 404, 'document_missing_exception'],
      ['delete', 200, undefined],
      ['delete', 404, undefined],
      ['index', 400, 'invalid_index_name_exception'],
    ]);
  });

  const refusals: [why: string, body: string, reason: string][] = [
    [
      'a body without a newline at its end',
      '{"index":{"_index":"t"}}\n{"a":1}',
      'must be terminated by a newline',
    ],
    [
      'an unknown action',
      '{"nope":{}}\n{}\n',
      'expected field [create], [delete], [index] or [update] but found [nope]',
    ],
    ['an action that is no JSON', 'x\n{}\n', 'Malformed action/metadata line [1]'],
    [
      'an unknown parameter',
      '{"index":{"_index":"t","nope":1}}\n{}\n',
      'contains an unknown parameter [nope]',
    ],
    ['an action without its document', '{"index":{"_index":"t"}}\n', 'expected a document'],
    ['no index', '{"index":{}}\n{}\n', 'index is missing'],
    ['a pipeline', '{"index":{"_index":"t","pipeline":"p"}}\n{}\n', 'pipeline with id [p] does not exist'],
    ['nothing', '', 'request body is required'],
  ];
  it.each(refusals)('is refused as a whole for %s', async (_why, body, reason) => {
    const store = await testStore();
    const answer = await store.request('POST', '/_bulk', body);
    expect([answer.status, answer.at('error.reason')]).toEqual([400, expect.stringContaining(reason)]);
    expect((await store.request('HEAD', '/t')).status).toBe(404);
  });

  it('may be compressed', async () => {
    const store = await testStore();
    const body = gzipSync(lines({ index: { _index: 't', _id: '1' } }, { a: 1 }));
    const answer = await store.request('POST', '/_bulk', body, { 'content-encoding': 'gzip' });
    expect(answer.at('errors')).toBe(false);
    const broken = await store.request('POST', '/_bulk', Buffer.from('no gzip'), {
      'content-encoding': 'gzip',
    });
    expect(broken.status).toBe(400);
  });

  it('may not grow beyond a hundred megabytes when it is unpacked', async () => {
    const store = await testStore();
    const bomb = gzipSync(Buffer.alloc(101 * 2 ** 20, 32));
    const answer = await store.request('POST', '/_bulk', bomb, { 'content-encoding': 'gzip' });
    expect([answer.status, answer.at('error.type')]).toEqual([413, 'content_too_long_exception']);
  });

  it('is cut down to what filter_path names', async () => {
    const store = await testStore();
    const answer = await store.request(
      'POST',
      '/t/_bulk?filter_path=errors,items.*.status',
      lines({ index: {} }, { a: 1 }),
    );
    expect(answer.body).toEqual({ errors: false, items: [{ index: { status: 201 } }] });
  });

  it('may come with many others at once, and every document is there', async () => {
    const store = await testStore();
    const bodies = Array.from({ length: 40 }, (_, bulk) =>
      Array.from({ length: 50 }, (_, at) =>
        lines({ create: { _index: 't', _id: `${bulk}-${at}` } }, { bulk, at }),
      ).join(''),
    );
    const answers = await Promise.all(
      [...bodies, ...bodies].map((body) => store.request('POST', '/_bulk', body)),
    );
    const statuses = answers.flatMap((answer) =>
      (answer.at('items') as { create: { status: number } }[]).map((item) => item.create.status),
    );
    expect(statuses.filter((status) => status === 201)).toHaveLength(2000);
    expect(statuses.filter((status) => status === 409)).toHaveLength(2000);
    expect((await store.request('GET', '/t/_count')).at('count')).toBe(2000);
  });
});
