import { readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startStore } from '../src/store.ts';
import { newFolder, testStore } from './support.ts';

const config = { host: '127.0.0.1', keepAge: 1e9, keepSize: 1e9 };

describe('the store', () => {
  it('introduces itself as an Elasticsearch 8', async () => {
    const store = await testStore();
    const answer = await store.request('GET', '/');
    expect(answer.body).toMatchObject({
      cluster_name: 'logboom',
      cluster_uuid: expect.stringMatching(/^[\da-f-]{36}$/),
      version: { number: '8.19.0', build_flavor: 'default' },
      tagline: 'You Know, for Search',
    });
    expect(answer.headers.get('x-elastic-product')).toBe('Elasticsearch');
  });

  it('answers in the content type that clients ask for', async () => {
    const store = await testStore();
    const type = 'application/vnd.elasticsearch+json; compatible-with=8';
    const asked = await store.request('POST', '/_search', '{}', { accept: type, 'content-type': type });
    expect([asked.status, asked.headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^application\/vnd\.elasticsearch\+json; ?compatible-with="?8/),
    ]);
    expect((await store.request('GET', '/')).headers.get('content-type')).toContain('application/json');
    expect((await store.request('GET', '/?pretty')).text).toContain('\n  "name"');
  });

  it('has what shippers ask before they send', async () => {
    const store = await testStore();
    expect((await store.request('GET', '/_license')).at('license')).toMatchObject({
      status: 'active',
      type: 'basic',
    });
    expect((await store.request('GET', '/_xpack')).at('license.status')).toBe('active');
    expect((await store.request('GET', '/_nodes')).at('_nodes.total')).toBe(1);
    expect((await store.request('GET', '/_cluster/health')).body).toMatchObject({
      status: 'green',
      number_of_nodes: 1,
      timed_out: false,
    });
  });

  it('lists its indices as a table and as JSON', async () => {
    const store = await testStore();
    await store.index('b', { 1: { x: 1 } });
    await store.index('aa', { 1: { x: 1 }, 2: { x: 1 } });
    expect((await store.request('GET', '/_cat/indices?v&h=index,docs.count')).text).toBe(
      'index docs.count\naa             2\nb              1\n',
    );
    expect((await store.request('GET', '/_cat/indices/b?format=json&h=index,dc,health')).body).toEqual([
      { index: 'b', dc: '1', health: 'green' },
    ]);
    expect((await store.request('GET', '/_cat/indices?s=docs.count&h=i')).text).toBe('b\naa\n');
    expect((await store.request('GET', '/_cat/count/aa?h=count')).text).toBe('2\n');
    expect((await store.request('GET', '/_cat/health?h=status,cluster')).text).toBe('green logboom\n');
  });

  it('creates, shows and deletes indices', async () => {
    const store = await testStore();
    const body = {
      settings: { number_of_shards: 3, 'index.refresh_interval': '5s' },
      mappings: { properties: { a: { type: 'ip' } } },
      aliases: { al: {} },
    };
    expect((await store.request('PUT', '/i', body)).body).toEqual({
      acknowledged: true,
      shards_acknowledged: true,
      index: 'i',
    });
    expect((await store.request('GET', '/i')).at('i')).toMatchObject({
      aliases: { al: {} },
      mappings: body.mappings,
    });
    expect((await store.request('GET', '/i/_settings/index.refresh_interval')).body).toEqual({
      i: { settings: { index: { refresh_interval: '5s' } } },
    });
    expect((await store.request('GET', '/_alias/al')).body).toEqual({ i: { aliases: { al: {} } } });
    expect((await store.request('POST', '/i/_refresh')).body).toEqual({
      _shards: { total: 1, successful: 1, failed: 0 },
    });
    expect((await store.request('DELETE', '/i')).body).toEqual({ acknowledged: true });
    expect((await store.request('HEAD', '/i')).status).toBe(404);
    await store.index('i', { 1: { a: 'no ip any more' } });
    expect((await store.request('GET', '/i/_count')).at('count')).toBe(1);
  });

  it('is readable by its owner only', async () => {
    const store = await testStore();
    await store.index('t', { 1: { x: 1 } });
    const folder = join(store.folder, 'store');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(folder))
      expect([file, statSync(join(folder, file)).mode & 0o777]).toEqual([file, 0o600]);
  });

  it('can be stopped twice', async () => {
    const store = await testStore();
    await store.stop();
    await store.stop();
  });
});

describe('a port that is taken', () => {
  it('by an Elasticsearch is left to it, with the setting that uses it', async () => {
    const other = await testStore();
    const start = startStore({
      folder: newFolder(),
      config: { ...config, port: other.port },
    });
    await expect(start).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      isElasticsearch: true,
      url: other.url,
    });
    expect((await other.request('GET', '/')).status).toBe(200);
  });

  it('by anything else is left to it, too', async () => {
    const server = createServer((_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const start = startStore({
      folder: newFolder(),
      config: { ...config, port },
    });
    await expect(start).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      isElasticsearch: false,
      message: expect.stringContaining('another program'),
    });
    server.close();
  });
});
