import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { elasticsearch, indexing } from '../../../src/config/schema/outputs.ts';
import { createClient } from '../../../src/sinks/elasticsearch/client/client.ts';
import { Retention } from '../../../src/sinks/elasticsearch/setup/retention.ts';
import type { Capabilities } from '../../../src/sinks/elasticsearch/setup/server.ts';
import {
  type FakeElasticsearch,
  type FakeRequest,
  startFakeElasticsearch,
} from '../support/fake-elasticsearch.ts';
import { testSink } from '../support/sink.ts';

const day = 86_400_000;
const now = Date.parse('2026-11-21T00:00:00Z');
const capabilities: Capabilities = {
  lifecycle: 'none',
  dataStreams: true,
  mayMissComponents: false,
  ignoresTooManyFields: false,
  retains: false,
};

interface Backing {
  name: string;
  daysAgo: number;
  bytes?: number;
  documents?: number;
}

let server: FakeElasticsearch;
beforeEach(async () => {
  server = await startFakeElasticsearch();
});
afterEach(() => server.close());

/** What a cluster holds: data streams with their indices, and plain indices; all ours unless named otherwise. */
function holding(streams: Record<string, Backing[]>, plain: string[] = [], foreign: string[] = []): void {
  const all = Object.values(streams).flat();
  const rows = all.map(({ name, daysAgo, bytes = 100, documents = 1 }) => ({
    index: name,
    'pri.store.size': String(bytes),
    'creation.date': String(now - daysAgo * day),
    'docs.count': String(documents),
  }));
  const mark = { mappings: { _meta: { managed_by: 'logboom' } } };
  const ours = [...all.map(({ name }) => name), ...plain].filter((name) => !foreign.includes(name));
  const data_streams = Object.entries(streams).map(([name, indices]) => ({
    name,
    backing_indices: indices.map((index) => index.name),
  }));
  const answer = ({ method, path }: FakeRequest): object | undefined => {
    if (path.startsWith('/_resolve')) return { indices: plain.map((name) => ({ name })), data_streams };
    if (path.startsWith('/_cat/indices')) return rows;
    if (path.includes('/_mapping')) return Object.fromEntries(ours.map((name) => [name, mark]));
    return path.includes('_delete_by_query') ? { deleted: 7 } : method === 'GET' ? undefined : {};
  };
  server.onOther = (request) => {
    const body = answer(request);
    return body && { status: 200, body };
  };
}

async function look(retention: object, more: Partial<Capabilities> = {}): Promise<string[]> {
  const client = createClient(elasticsearch.parse({ hosts: [server.url] }));
  const expired: string[] = [];
  const telemetry = { expired: (what: string, reason: string) => expired.push(`${reason}: ${what}`) };
  const able = { ...capabilities, ...more };
  const { signal } = new AbortController();
  await new Retention(client, indexing.parse({ retention }), able, telemetry, signal).run(now);
  await client.close();
  return expired;
}

const asked = (part: string) =>
  server.requests.filter(({ method, path }) => method !== 'GET' && path.includes(part));

describe('retention by age', () => {
  const stream = [
    { name: 'a-1', daysAgo: 30 },
    { name: 'a-2', daysAgo: 8 },
    { name: 'a-3', daysAgo: 6 },
  ];

  it('takes an index away when its last document is old enough: when the next one began that long ago', async () => {
    holding({ 'logs-a-default': stream });
    expect(await look({ age: '7d' })).toEqual(['age: index a-1']);
    expect(asked('/a-').map(({ path }) => path)).toEqual(['/a-1']);
  });

  it('never takes the one that is written to, however old it is', async () => {
    holding({ 'logs-a-default': [{ name: 'a-1', daysAgo: 400 }] });
    expect(await look({ age: '7d' })).toEqual([]);
  });

  it('lets each stream go on to its next index in time, unless there is nothing in this one', async () => {
    holding({ 'logs-a-default': stream, 'logs-b-default': [{ name: 'b-1', daysAgo: 9, documents: 0 }] });
    await look({ age: '8d', rollover: '2gb' });
    const rollovers = asked('_rollover');
    expect(rollovers.map(({ path }) => path)).toEqual(['/logs-a-default/_rollover']);
    expect(JSON.parse(rollovers[0]!.body)).toEqual({ conditions: { max_age: '1d', max_size: '2gb' } });
  });

  it('leaves streams alone whose templates are not ours', async () => {
    holding({ 'logs-a-default': stream }, [], ['a-3']);
    expect(await look({ age: '1d' })).toEqual([]);
    expect(asked('')).toEqual([]);
  });

  it.each(['ilm', 'stream'] as const)(
    'leaves streams to the server where it has a lifecycle: %s',
    async (lifecycle) => {
      holding({ 'logs-a-default': stream });
      expect(await look({ age: '1d' }, { lifecycle })).toEqual([]);
      expect(asked('')).toEqual([]);
    },
  );

  it('takes old documents out of plain indices, which the server ages nowhere', async () => {
    holding({}, ['alerts', 'theirs'], ['theirs']);
    expect(await look({ age: '7d' }, { lifecycle: 'ilm' })).toEqual(['age: 7 documents of alerts']);
    // That would need a right on the streams that only who ages them has.
    expect(server.requests.filter(({ path }) => path.startsWith('/_cat'))).toEqual([]);
    const [query] = asked('_delete_by_query');
    expect(query?.path).toBe('/alerts/_delete_by_query?conflicts=proceed');
    const old = { range: { '@timestamp': { lt: '2026-11-14T00:00:00.000Z' } } };
    const isOpen = {
      bool: {
        filter: [{ exists: { field: 'alert.revision' } }],
        must_not: [{ exists: { field: 'event.end' } }],
      },
    };
    expect(JSON.parse(query!.body)).toEqual({ query: { bool: { filter: [old], must_not: [isOpen] } } });
  });
});

describe('a stream in trouble', () => {
  const old = (name: string) => [
    { name: `${name}-1`, daysAgo: 30 },
    { name: `${name}-2`, daysAgo: 8 },
  ];

  /** Those requests fail; all others meet what `holding` set up. */
  function failing(isMeant: (request: FakeRequest) => boolean, status: number): void {
    const others = server.onOther;
    server.onOther = (request) => (isMeant(request) ? { status, body: {} } : others(request));
  }

  it('keeps nothing of the others, and is told', async () => {
    holding({ 'logs-a-default': old('a'), 'logs-b-default': old('b') }, ['alerts']);
    failing(({ method, path }) => method === 'DELETE' && path === '/a-1', 503);
    await expect(look({ age: '7d' })).rejects.toThrow();
    expect(asked('/b-1')).toHaveLength(1);
    expect(asked('/logs-b-default/_rollover')).toHaveLength(1);
    expect(asked('/alerts/_delete_by_query')).toHaveLength(1);
  });

  it('cannot go on to another index where the cluster has no room for shards, and makes room all the same', async () => {
    holding({ 'logs-a-default': old('a') });
    failing(({ path }) => path.endsWith('/_rollover'), 400);
    await expect(look({ age: '7d' })).rejects.toThrow();
    expect(asked('/a-1')).toHaveLength(1);
  });

  it('does not count as gone where it is to make room', async () => {
    holding({ 'logs-a-default': old('a'), 'logs-b-default': old('b') });
    failing(({ method, path }) => method === 'DELETE' && path === '/a-1', 503);
    await expect(look({ size: '300b' })).rejects.toThrow();
    expect(asked('/b-1')).toHaveLength(1);
  });

  it('may have any name that a sender gave it', async () => {
    holding({ 'logs-grün%?-default': [{ name: '.ds-logs-grün%-1', daysAgo: 30 }, ...old('a')] });
    await look({ age: '7d' });
    expect(asked('_rollover').map(({ path }) => decodeURIComponent(path))).toEqual([
      '/logs-grün%?-default/_rollover',
    ]);
    expect(asked('/.ds').map(({ path }) => decodeURIComponent(path))).toEqual(['/.ds-logs-grün%-1']);
  });
});

describe('retention by size', () => {
  it('takes the oldest indices of all streams until the rest is small enough', async () => {
    holding({
      'logs-a-default': [
        { name: 'a-1', daysAgo: 5 },
        { name: 'a-2', daysAgo: 1 },
      ],
      'logs-b-default': [
        { name: 'b-1', daysAgo: 9 },
        { name: 'b-2', daysAgo: 3 },
        { name: 'b-3', daysAgo: 0 },
      ],
    });
    expect(await look({ size: '300b' }, { lifecycle: 'ilm' })).toEqual([
      'size: index b-1',
      'size: index a-1',
    ]);
  });

  it('takes nothing while all is small enough', async () => {
    holding({
      'logs-a-default': [
        { name: 'a-1', daysAgo: 5 },
        { name: 'a-2', daysAgo: 1 },
      ],
    });
    expect(await look({ size: '200b' })).toEqual([]);
  });
});

describe('a sink', () => {
  it('looks again and again, and says once why it cannot', async () => {
    server.onOther = ({ path }) => (path.startsWith('/_resolve') ? { status: 403 } : undefined);
    const { sink, log } = testSink({
      hosts: [server.url],
      index: { retention: { age: '7d', every: '10ms' } },
      realTime: true,
    });
    await expect.poll(() => asked('').length + server.requests.length).toBeGreaterThan(4);
    await sink.close();
    const told = log.filter(({ msg }) => msg.includes('old documents are not deleted'));
    expect(told).toHaveLength(1);
    expect(told[0]?.msg).toContain('403');
  });

  it('that is to look once a month does not look all the time', async () => {
    holding({ 'logs-a-default': [{ name: 'a-1', daysAgo: 1 }] });
    const { sink } = testSink({
      hosts: [server.url],
      index: { retention: { size: '1gb', every: '30d' } },
      realTime: true,
    });
    await expect.poll(() => asked('_rollover').length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(asked('_rollover')).toHaveLength(1);
    await sink.close();
  });

  it('asks for nothing where no retention is configured', async () => {
    const { sink } = testSink({ hosts: [server.url] });
    await sink.deliver([]);
    expect(server.requests).toEqual([]);
    await sink.close();
  });

  it('leaves an embedded store to its own retention', async () => {
    server.onOther = ({ path }) =>
      path === '/'
        ? { status: 200, body: { name: 'logboom', version: { number: '8.19.0', build_hash: 'unknown' } } }
        : undefined;
    const retention = { age: '7d', every: '10ms' };
    const { sink, log } = testSink({
      hosts: [server.url],
      index: { retention, installTemplates: true },
      realTime: true,
    });
    await expect.poll(() => log.map(({ msg }) => msg).join()).toContain('`store.keepAge`');
    expect(server.requests.filter(({ path }) => path.startsWith('/_resolve'))).toEqual([]);
    await sink.close();
  });
});
