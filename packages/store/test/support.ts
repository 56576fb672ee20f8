import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { type StoreOptions, startStore } from '../src/store.ts';

/** An answer of the store; `body` is read with `at`, so that tests need no types for Elasticsearch's JSON. */
export interface TestAnswer {
  status: number;
  headers: Headers;
  text: string;
  body: unknown;
  /** The value at a dotted path of the body; numbers count array items. */
  at(path: string): unknown;
}

export interface TestStore {
  url: string;
  folder: string;
  port: number;
  request(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<TestAnswer>;
  /** Indexes documents by id into an index. */
  index(index: string, documents: Record<string, unknown>): Promise<void>;
  /** Ids of the hits, in their order. */
  ids(index: string, search: unknown): Promise<string[]>;
  stop(): Promise<void>;
}

const defaults: StoreOptions = { host: '127.0.0.1', port: 0, keepAge: 7 * 86_400_000, keepSize: 2 ** 34 };

const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'logboom-store-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function valueAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce((place, step) => (place as Record<string, unknown> | undefined)?.[step], value);
}

export async function send(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<TestAnswer> {
  const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
  const type = isRaw ? 'application/x-ndjson' : 'application/json';
  const response = await fetch(url + path, {
    method,
    headers: { ...(body !== undefined && { 'content-type': type }), ...headers },
    ...(body !== undefined && { body: isRaw ? (body as string) : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').includes('json') && text !== '';
  const parsed: unknown = isJson ? JSON.parse(text) : text;
  const { status, headers: received } = response;
  return { status, headers: received, text, body: parsed, at: (place) => valueAt(parsed, place) };
}

/** A store on a free port; stopped, and its folder removed, after the test. */
export async function testStore(
  options: Partial<StoreOptions> & { folder?: string; now?: () => number } = {},
): Promise<TestStore> {
  const { folder = newFolder(), now, ...rest } = options;
  const store = await startStore({
    folder,
    config: { ...defaults, ...rest },
    ...(now && { now }),
  });
  cleanups.push(() => store.stop());
  const request: TestStore['request'] = (...arguments_) => send(store.url, ...arguments_);
  return {
    url: store.url,
    port: store.port,
    folder,
    request,
    stop: () => store.stop(),
    async index(index, documents) {
      const lines = Object.entries(documents).map(
        ([id, document]) =>
          `${JSON.stringify({ index: { _index: index, _id: id } })}\n${JSON.stringify(document)}\n`,
      );
      const answer = await request('POST', '/_bulk', lines.join(''));
      if (answer.at('errors') !== false) throw new Error(answer.text);
    },
    async ids(index, search) {
      const answer = await request('POST', `/${index}/_search`, search);
      if (answer.status !== 200) throw new Error(answer.text);
      return (answer.at('hits.hits') as { _id: string }[]).map((hit) => hit._id);
    },
  };
}

/** A few log lines of every kind of field; what Elasticsearch 8.19 answers on them stands in the tables of the tests. */
export const mapping = {
  mappings: {
    properties: {
      '@timestamp': { type: 'date' },
      message: { type: 'text' },
      status: { type: 'long' },
      host: { properties: { name: { type: 'keyword' } } },
      ip: { type: 'ip' },
      ok: { type: 'boolean' },
      dur: { type: 'double' },
      labels: { type: 'flattened' },
      tags: { type: 'keyword' },
      short: { type: 'keyword', ignore_above: 5 },
    },
  },
};

const day = '2026-11-20T';
export const documents: Record<string, unknown> = {
  1: {
    '@timestamp': `${day}10:00:00.000Z`,
    message: 'GET /index.html HTTP/1.1 200 quick brown fox',
    status: 200,
    host: { name: 'web1' },
    ip: '10.0.0.1',
    ok: true,
    dur: 1.5,
    labels: { env: 'prod', n: 1 },
    tags: ['a', 'b'],
    short: 'abc',
  },
  2: {
    '@timestamp': `${day}10:05:00.000Z`,
    message: 'POST /login HTTP/1.1 500 error error: quick failure',
    status: 500,
    host: { name: 'web2' },
    ip: '10.0.0.2',
    ok: false,
    dur: 2.25,
    labels: { env: 'dev' },
    tags: 'b',
    short: 'abcdefgh',
  },
  3: {
    '@timestamp': `${day}11:00:00.000Z`,
    message: 'GET /index.html HTTP/1.1 404 not found lazy dog',
    status: 404,
    host: { name: 'web1' },
    ip: '192.168.1.1',
    ok: true,
    tags: [],
  },
  4: {
    '@timestamp': `${day}23:30:00.000Z`,
    message: 'the brown dog, the quick fox.',
    status: 200,
    host: { name: 'db1' },
    ip: '2001:db8::1',
    dur: 10,
    tags: ['c', 'c'],
  },
  5: {
    '@timestamp': '2026-11-21T00:30:00.000Z',
    message: 'Error in module foo.bar at 10.0.0.1',
    status: 503,
    'host.name': 'web3',
    dur: -1,
  },
  6: { '@timestamp': '2026-11-25T00:30:00+02:00', status: 200, host: { name: 'web1' }, message: '' },
};

export async function filledStore(): Promise<TestStore> {
  const store = await testStore();
  await store.request('PUT', '/t1', mapping);
  await store.index('t1', documents);
  return store;
}
