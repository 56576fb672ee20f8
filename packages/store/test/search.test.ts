import { describe, expect, it } from 'vitest';
import { filledStore, testStore } from './support.ts';

describe('a search', () => {
  it('has the envelope of Elasticsearch', async () => {
    const store = await filledStore();
    const answer = await store.request('POST', '/t1/_search', { query: { term: { status: 500 } } });
    expect(answer.body).toEqual({
      took: expect.any(Number),
      timed_out: false,
      _shards: { total: 1, successful: 1, skipped: 0, failed: 0 },
      hits: {
        total: { value: 1, relation: 'eq' },
        max_score: 1,
        hits: [{ _index: 't1', _id: '2', _score: 1, _ignored: ['short'], _source: expect.any(Object) }],
      },
    });
  });

  it('returns documents byte for byte as they were sent', async () => {
    const store = await testStore();
    const document = '{"long":1234567890123456789, "real":1.0,\t"text":"\\u00fc"}';
    await store.request('PUT', '/raw/_doc/1', document, { 'content-type': 'application/json' });
    const search = await store.request('GET', '/raw/_search');
    expect(search.status).toBe(200);
    expect(search.text).toContain(`"_source":${document}`);
  });

  it('pages with from and size, up to ten thousand', async () => {
    const store = await filledStore();
    const page = { sort: ['status', '@timestamp'], from: 1, size: 2 };
    expect(await store.ids('t1', page)).toEqual(['4', '6']);
    const beyond = await store.request('POST', '/t1/_search', { from: 9999, size: 2 });
    expect(beyond.status).toBe(400);
    expect(beyond.at('error.root_cause.0.reason')).toContain('Result window is too large');
  });

  it('goes on after the last hit with search_after', async () => {
    const store = await filledStore();
    const sort = [{ dur: 'desc' }, { '@timestamp': 'asc' }];
    const seen: string[] = [];
    let after: unknown;
    for (let page = 0; page < 4; page++) {
      const search = { size: 2, sort, ...(after !== undefined && { search_after: after }) };
      const answer = await store.request('POST', '/t1/_search', search);
      const hits = answer.at('hits.hits') as { _id: string; sort: unknown }[];
      seen.push(...hits.map((hit) => hit._id));
      after = hits.at(-1)?.sort ?? after;
    }
    expect(seen).toEqual(['4', '2', '1', '5', '3', '6']);
  });

  it('scrolls through everything, whatever is written meanwhile', async () => {
    const store = await filledStore();
    const first = await store.request('POST', '/t1/_search?scroll=1m', { size: 4, sort: ['_doc'] });
    await store.index('t1', { 99: { status: 1 } });
    const scroll = { scroll: '1m', scroll_id: first.at('_scroll_id') };
    const second = await store.request('POST', '/_search/scroll', scroll);
    const ids = (answer: typeof first) => (answer.at('hits.hits') as { _id: string }[]).map((hit) => hit._id);
    expect([...ids(first), ...ids(second)]).toEqual(['1', '2', '3', '4', '5', '6']);
    expect(ids(await store.request('POST', '/_search/scroll', scroll))).toEqual([]);
    const closed = await store.request('DELETE', '/_search/scroll', { scroll_id: first.at('_scroll_id') });
    expect(closed.body).toEqual({ succeeded: true, num_freed: 1 });
    expect((await store.request('POST', '/_search/scroll', scroll)).status).toBe(404);
  });

  it('sees nothing newer than its point in time', async () => {
    const store = await filledStore();
    const pit = (await store.request('POST', '/t1/_pit?keep_alive=1m')).at('id');
    await store.index('t1', { 99: { status: 1, '@timestamp': '2026-11-30' } });
    const search = { pit: { id: pit, keep_alive: '1m' }, sort: [{ '@timestamp': 'desc' }], size: 1 };
    const answer = await store.request('POST', '/_search', search);
    expect([answer.at('hits.total.value'), answer.at('hits.hits.0._id'), answer.at('pit_id')]).toEqual([
      6,
      '6',
      pit,
    ]);
    expect(answer.at('hits.hits.0.sort.length')).toBe(2);
    expect((await store.request('DELETE', '/_pit', { id: pit })).at('num_freed')).toBe(1);
    expect((await store.request('POST', '/_search', search)).status).toBe(404);
  });

  it('counts up to what is tracked', async () => {
    const store = await filledStore();
    const total = async (track: unknown) =>
      (await store.request('POST', '/t1/_search', { track_total_hits: track })).at('hits.total');
    expect(await total(2)).toEqual({ value: 2, relation: 'gte' });
    expect(await total(true)).toEqual({ value: 6, relation: 'eq' });
    expect(await total(false)).toBeUndefined();
  });

  const sources: [source: unknown, shown: unknown][] = [
    [false, undefined],
    [['status', 'host.*'], { status: 503, 'host.name': 'web3' }],
    ['dur', { dur: -1 }],
    [{ excludes: ['message', '@*', 'host'] }, { status: 503, dur: -1 }],
    [{ includes: ['d*', 'status'], excludes: ['status'] }, { dur: -1 }],
    [['nothing'], {}],
  ];
  it.each(sources)('shows the source that %j asks for', async (_source, shown) => {
    const store = await filledStore();
    const answer = await store.request('POST', '/t1/_search', { _source, query: { ids: { values: ['5'] } } });
    expect(answer.at('hits.hits.0._source')).toEqual(shown);
  });

  it('gives fields by the names of the mapping, formatted', async () => {
    const store = await filledStore();
    const search = {
      query: { ids: { values: ['1'] } },
      _source: false,
      fields: ['host.*', { field: '@timestamp', format: 'dd/MM/yyyy' }, 'ip'],
      docvalue_fields: ['tags', 'ok'],
    };
    const answer = await store.request('POST', '/t1/_search', search);
    expect(answer.at('hits.hits.0.fields')).toEqual({
      'host.name': ['web1'],
      '@timestamp': ['20/11/2026'],
      ip: ['10.0.0.1'],
      tags: ['a', 'b'],
      ok: [true],
    });
  });

  it('answers several at once, each with its own error', async () => {
    const store = await filledStore();
    const lines = [
      { index: 't1' },
      { size: 0 },
      { index: 'nope' },
      {},
      {},
      { query: { term: { status: 500 } } },
    ];
    const answer = await store.request(
      'POST',
      '/t1/_msearch',
      lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    );
    expect([answer.at('responses.0.hits.total.value'), answer.at('responses.0.status')]).toEqual([6, 200]);
    expect([answer.at('responses.1.error.type'), answer.at('responses.1.status')]).toEqual([
      'index_not_found_exception',
      404,
    ]);
    expect(answer.at('responses.2.hits.hits.0._id')).toBe('2');
  });

  it('takes lists, patterns, exclusions and aliases for indices', async () => {
    const store = await testStore();
    for (const name of ['logs-a', 'logs-b', 'other']) await store.index(name, { [name]: { x: 1 } });
    await store.request('PUT', '/other/_alias/second', {});
    const ids = (index: string) => store.ids(index, { sort: ['_doc'] });
    expect(await ids('logs-*')).toEqual(['logs-a', 'logs-b']);
    expect(await ids('logs-*,-logs-a')).toEqual(['logs-b']);
    expect(await ids('other,logs-a')).toEqual(['logs-a', 'other']);
    expect(await ids('_all')).toEqual(['logs-a', 'logs-b', 'other']);
    expect(await ids('second')).toEqual(['other']);
    expect(await ids('nothing*')).toEqual([]);
    expect((await store.request('GET', '/nothing/_search')).status).toBe(404);
    expect((await store.request('GET', '/nothing/_search?ignore_unavailable=true')).status).toBe(200);
  });

  it('describes fields across indices', async () => {
    const store = await filledStore();
    await store.index('t2', { 1: { status: 'up', message: 'm' } });
    const answer = await store.request('GET', '/t1,t2/_field_caps?fields=status,host.name,message');
    expect(answer.at('indices')).toEqual(['t1', 't2']);
    expect(answer.at('fields.status.long')).toMatchObject({
      searchable: true,
      aggregatable: true,
      indices: ['t1'],
    });
    expect(answer.at('fields.message.text')).toEqual({
      type: 'text',
      metadata_field: false,
      searchable: true,
      aggregatable: false,
    });
    expect((answer.at('fields') as Record<string, unknown>).host).toBeDefined();
  });

  it('describes a field as searchable where all indices can search it, and names those that cannot', async () => {
    const store = await testStore();
    const properties = (options: object) => ({
      mappings: { properties: { n: { type: 'long', ...options } } },
    });
    await store.request('PUT', '/plain', properties({}));
    await store.request('PUT', '/hidden', properties({ index: false, doc_values: false }));
    const capabilities = async (indices: string) =>
      (await store.request('GET', `/${indices}/_field_caps?fields=n`)).at('fields.n.long');
    const none = { type: 'long', metadata_field: false, searchable: false, aggregatable: false };
    // The answer of Elasticsearch 8.19.
    expect(await capabilities('plain,hidden')).toEqual({
      ...none,
      non_searchable_indices: ['hidden'],
      non_aggregatable_indices: ['hidden'],
    });
    expect(await capabilities('hidden')).toEqual(none);
    expect(await capabilities('plain')).toEqual({ ...none, searchable: true, aggregatable: true });
  });

  it('sorts by whole numbers where it is asked to, and refuses what has no numbers', async () => {
    const store = await testStore();
    await store.request('PUT', '/real', {
      mappings: { properties: { n: { type: 'double' }, m: { type: 'long' } } },
    });
    await store.request('PUT', '/word', { mappings: { properties: { n: { type: 'keyword' } } } });
    await store.index('real', {
      a: { n: 50.9, m: 1 },
      b: { n: 50.1, m: 2 },
      c: { n: 51, m: 3 },
      d: { m: 4 },
    });
    const sorted = (index: string, options: object) => {
      const sort = [{ n: { order: 'desc', unmapped_type: 'long', ...options } }, { m: 'asc' }];
      return store.request('POST', `/${index}/_search`, { sort });
    };
    const whole = await sorted('real', { numeric_type: 'long' });
    const hits = whole.at('hits.hits') as { _id: string; sort: unknown[] }[];
    // The answers of Elasticsearch 8.19.
    expect(hits.map(({ _id, sort }) => [_id, sort[0]])).toEqual([
      ...[
        ['c', 51],
        ['a', 50],
        ['b', 50],
      ],
      ['d', Number('-9223372036854775808')],
    ]);
    expect((await sorted('real', {})).at('hits.hits.1.sort.0')).toBe(50.9);
    const refused = await sorted('word', { numeric_type: 'long' });
    expect([refused.status, refused.at('error.root_cause.0.reason')]).toEqual([
      400,
      '[numeric_type] option cannot be set on a non-numeric field, got keyword',
    ]);
    expect((await sorted('real', { numeric_type: 'date_nanos' })).status).toBe(400);
  });
});
