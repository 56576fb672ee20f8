import { describe, expect, it } from 'vitest';
import { type TestStore, testStore } from './support.ts';

const template = {
  index_patterns: ['mylogs-*'],
  priority: 500,
  data_stream: {},
  template: {
    settings: { number_of_replicas: 0 },
    mappings: {
      properties: { message: { type: 'text' }, 'host.name': { type: 'keyword' } },
      dynamic_templates: [{ strings: { match_mapping_type: 'string', mapping: { type: 'keyword' } } }],
    },
  },
};
const at = '2026-11-20T00:00:00Z';
const now = () => Date.parse('2026-11-21T12:00:00Z');
const backing = '.ds-mylogs-a-2026.11.21-000001';

async function withStream(): Promise<TestStore> {
  const store = await testStore({ now });
  await store.request('PUT', '/_index_template/mine', template);
  const body = [
    { create: { _index: 'mylogs-a', _id: '1' } },
    { '@timestamp': at, message: 'hi', other: 'x' },
  ];
  await store.request('POST', '/_bulk', body.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return store;
}

describe('index templates', () => {
  it('are put, shown, tested for and deleted', async () => {
    const store = await testStore();
    expect((await store.request('HEAD', '/_index_template/mine')).status).toBe(404);
    expect((await store.request('PUT', '/_index_template/mine', template)).body).toEqual({
      acknowledged: true,
    });
    expect((await store.request('HEAD', '/_index_template/mine')).status).toBe(200);
    const shown = await store.request('GET', '/_index_template/mi*');
    expect(shown.at('index_templates.0.name')).toBe('mine');
    expect(shown.at('index_templates.0.index_template.template.settings')).toEqual({
      index: { number_of_replicas: '0' },
    });
    expect((await store.request('DELETE', '/_index_template/mine')).body).toEqual({ acknowledged: true });
    expect((await store.request('GET', '/_index_template/mine')).status).toBe(404);
    expect((await store.request('DELETE', '/_index_template/mine')).at('error.type')).toBe(
      'index_template_missing_exception',
    );
  });

  const refusals: [why: string, body: object, type: string][] = [
    ['an unknown member', { nope: 1 }, 'x_content_parse_exception'],
    [
      'a component that is not there',
      { index_patterns: ['x'], composed_of: ['missing'] },
      'invalid_index_template_exception',
    ],
    ['no pattern', { template: {} }, 'parsing_exception'],
    [
      'the pattern and priority of another',
      { index_patterns: ['mylogs-*'], priority: 500 },
      'illegal_argument_exception',
    ],
    [
      'a type that is not there',
      { index_patterns: ['y'], template: { mappings: { properties: { a: { type: 'nope' } } } } },
      'mapper_parsing_exception',
    ],
  ];
  it.each(refusals)('are refused with %s', async (_why, body, type) => {
    const store = await testStore();
    await store.request('PUT', '/_index_template/mine', template);
    const answer = await store.request('PUT', '/_index_template/bad', body);
    expect([answer.status, answer.at('error.type')]).toEqual([400, type]);
  });

  it('are composed of components, the later over the earlier', async () => {
    const store = await testStore();
    const component = (properties: object, settings = {}) => ({
      template: { mappings: { properties }, settings },
    });
    await store.request(
      'PUT',
      '/_component_template/a',
      component({ x: { type: 'keyword' }, y: { type: 'keyword' } }, { index: { codec: 'a' } }),
    );
    await store.request(
      'PUT',
      '/_component_template/b',
      component({ 'o.z': { type: 'ip' }, y: { type: 'long' } }),
    );
    const composed_of = ['a', 'b'];
    await store.request('PUT', '/_index_template/t', {
      index_patterns: ['t-*'],
      composed_of,
      template: { mappings: { properties: { x: { type: 'double' } } } },
    });
    await store.index('t-1', { 1: { x: 1 } });
    const shown = await store.request('GET', '/t-1');
    expect((shown.body as Record<string, { mappings: unknown }>)['t-1']!.mappings).toEqual({
      properties: { o: { properties: { z: { type: 'ip' } } }, x: { type: 'double' }, y: { type: 'long' } },
    });
    expect((await store.request('DELETE', '/_component_template/a')).status).toBe(400);
    expect((await store.request('GET', '/_component_template/a')).at('component_templates.0.name')).toBe('a');
    expect((await store.request('GET', '/_component_template/c')).status).toBe(404);
  });

  it('win by priority over the built-in ones', async () => {
    const store = await testStore();
    await store.request('PUT', '/_index_template/own', {
      index_patterns: ['logs-own-*'],
      priority: 200,
      template: { mappings: { properties: { k: { type: 'keyword' } } } },
    });
    await store.index('logs-own-x', { 1: { k: 'v' } });
    expect((await store.request('GET', '/_data_stream')).at('data_streams')).toEqual([]);
  });
});

describe('data streams', () => {
  it('are made by the first document, with a backing index of the day', async () => {
    const store = await withStream();
    const found = await store.request('GET', '/mylogs-a/_search');
    expect(found.at('hits.hits.0')).toMatchObject({ _index: backing, _id: '1' });
    const stream = await store.request('GET', '/_data_stream/mylogs-*');
    expect(stream.at('data_streams.0')).toMatchObject({
      name: 'mylogs-a',
      generation: 1,
      status: 'GREEN',
      template: 'mine',
      timestamp_field: { name: '@timestamp' },
      indices: [{ index_name: backing }],
    });
    const properties = (
      (await store.request('GET', '/mylogs-a/_mapping')).body as Record<
        string,
        { mappings: { properties: unknown } }
      >
    )[backing]!.mappings.properties;
    expect(properties).toMatchObject({ '@timestamp': { type: 'date' }, other: { type: 'keyword' } });
  });

  it('take creation only, with a timestamp, and each id once', async () => {
    const store = await withStream();
    const attempt = async (action: object, document: object) => {
      const body = `${JSON.stringify(action)}\n${JSON.stringify(document)}\n`;
      const item = Object.values(
        (await store.request('POST', '/mylogs-a/_bulk', body)).at('items.0') as object,
      )[0] as { status: number; error?: { type: string; reason: string } };
      return [item.status, item.error?.type, item.error?.reason];
    };
    expect(await attempt({ index: {} }, { '@timestamp': at })).toEqual([
      400,
      'illegal_argument_exception',
      'only write ops with an op_type of create are allowed in data streams',
    ]);
    expect(await attempt({ create: {} }, { message: 'x' })).toEqual([
      400,
      'document_parsing_exception',
      'failed to parse: data stream timestamp field [@timestamp] is missing',
    ]);
    expect((await attempt({ create: { _id: '1' } }, { '@timestamp': at })).slice(0, 2)).toEqual([
      409,
      'version_conflict_engine_exception',
    ]);
    expect((await attempt({ create: {} }, { '@timestamp': at }))[0]).toBe(201);
    expect((await store.request('POST', '/mylogs-a/_doc', { '@timestamp': at })).status).toBe(201);
    expect((await store.request('PUT', '/mylogs-a/_doc/9', { '@timestamp': at })).status).toBe(400);
  });

  it('let backing indices take updates only, which say what they replace', async () => {
    const store = await withStream();
    const document = { '@timestamp': at, message: 'again' };
    const put = async (path: string, sent = document) => {
      const answer = await store.request('PUT', `/${backing}/${path}`, sent);
      return [answer.status, answer.at('error.reason')];
    };
    const refused =
      'targeting backing indices is disallowed, target corresponding data stream [mylogs-a] instead';
    expect(await put('_create/2')).toEqual([400, `index request with op_type=create ${refused}`]);
    const plain = `index request with op_type=index and no if_primary_term and if_seq_no set ${refused}`;
    expect(await put('_doc/1')).toEqual([400, plain]);
    expect(await put('_doc/1?version=7&version_type=external')).toEqual([400, plain]);
    const { _seq_no, _primary_term } = (await store.request('GET', `/${backing}/_doc/1`)).body as {
      _seq_no: number;
      _primary_term: number;
    };
    const earlier = `if_seq_no=${_seq_no}&if_primary_term=${_primary_term}`;
    expect(await put(`_doc/1?${earlier}`)).toEqual([200, undefined]);
    expect((await put(`_doc/1?${earlier}`))[0]).toBe(409);
    expect((await store.request('GET', '/mylogs-a/_search')).at('hits.hits.0._source')).toEqual(document);
    expect((await store.request('POST', `/${backing}/_update/1`, { doc: { message: 'b' } })).status).toBe(
      200,
    );
  });

  it('are not indices, and are deleted with their documents', async () => {
    const store = await withStream();
    expect((await store.request('PUT', '/mylogs-b', {})).status).toBe(400);
    expect((await store.request('DELETE', '/mylogs-a')).status).toBe(404);
    expect((await store.request('DELETE', `/${backing}`)).status).toBe(400);
    expect((await store.request('DELETE', '/_data_stream/mylogs-a')).body).toEqual({ acknowledged: true });
    expect((await store.request('GET', '/mylogs-a/_search')).status).toBe(404);
    expect((await store.request('GET', '/_data_stream/mylogs-a')).status).toBe(404);
  });

  it('are shown by _resolve/index and hidden from _cat/indices patterns', async () => {
    const store = await withStream();
    const resolved = await store.request('GET', '/_resolve/index/mylogs*');
    expect(resolved.body).toEqual({
      indices: [],
      aliases: [],
      data_streams: [{ name: 'mylogs-a', backing_indices: [backing], timestamp_field: '@timestamp' }],
    });
    expect((await store.request('GET', '/_cat/indices/mylogs-a?h=index,docs.count')).text).toBe(
      `${backing} 1\n`,
    );
  });

  it('find events of any shipper by the built-in templates', async () => {
    const store = await testStore();
    const event = {
      '@timestamp': at,
      message: 'a line',
      host: { name: 'web1', ip: ['10.0.0.1'] },
      log: { offset: 5 },
    };
    await store.request('POST', '/logs-nginx.access-default/_doc', event);
    const find = (query: unknown) => store.ids('logs-*', { query }).then((ids) => ids.length);
    expect(await find({ match: { message: 'line' } })).toBe(1);
    expect(await find({ term: { 'host.name': 'web1' } })).toBe(1);
    expect(await find({ term: { 'host.ip': '10.0.0.0/24' } })).toBe(1);
  });
});
