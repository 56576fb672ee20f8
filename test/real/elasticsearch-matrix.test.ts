import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elasticsearch, indexing } from '../../src/config/schema/outputs.ts';
import type { BulkItem } from '../../src/model.ts';
import { createClient } from '../../src/sinks/elasticsearch/client/client.ts';
import { Retention } from '../../src/sinks/elasticsearch/setup/retention.ts';
import { setUp } from '../../src/sinks/elasticsearch/setup/setup.ts';
import { createElasticsearchSink, type ElasticsearchSink } from '../../src/sinks/elasticsearch/sink.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { memoryDeadLetters } from '../sinks/support/sink.ts';
import { type ElasticsearchMajor, type RealElasticsearch, startElasticsearch } from './support/peers.ts';

/** What each server is found to be able to do, in the distribution that the tests have. */
const servers: Array<[ElasticsearchMajor, { lifecycle: string; dataStreams: boolean }]> = [
  ['7', { lifecycle: 'none', dataStreams: false }],
  ['8', { lifecycle: 'stream', dataStreams: true }],
  ['9', { lifecycle: 'stream', dataStreams: true }],
  ['opensearch', { lifecycle: 'none', dataStreams: true }],
];
const day = 86_400_000;

const create = (id: string, index = 'logs-app-default', more: object = {}): BulkItem => ({
  action: 'create',
  index,
  id,
  document: JSON.stringify({ '@timestamp': '2026-11-21T05:40:07.490Z', message: `line ${id}`, ...more }),
});

describe.each(servers)('a real server of line %s', (major, able) => {
  let server: RealElasticsearch;
  let client: ReturnType<typeof createClient>;
  const sinks: ElasticsearchSink[] = [];
  const at = (more: object = {}) => elasticsearch.parse({ hosts: [server.url], ...more });

  function sinkWith(index: object = {}): ElasticsearchSink {
    const sink = createElasticsearchSink({
      elasticsearch: at(),
      indexing: indexing.parse({ retryInitial: '50ms', retryMax: '1s', ...index }),
      deadLetters: memoryDeadLetters(),
      instruments: silentInstruments(),
    });
    sinks.push(sink);
    return sink;
  }

  async function search(index: string) {
    await server.request('POST', `/${index}/_refresh`);
    const { body } = await server.request('GET', `/${index}/_search?size=100`);
    return body.hits.hits;
  }

  beforeAll(async () => {
    server = await startElasticsearch(major);
    client = createClient(at());
  });
  afterAll(async () => {
    await Promise.all(sinks.map((sink) => sink.close()));
    await client?.close();
    await server?.stop();
  });

  it('is recognised, and gets everything that it can take', async () => {
    const outcome = await setUp(client, indexing.parse({}));
    expect(outcome.server?.version).toBe(server.version);
    expect(outcome.capabilities).toMatchObject(able);
    expect(outcome.missing).toEqual([]);
    expect(outcome.kept).toEqual([]);
    expect(outcome.installed).toContain('logboom-events');
    expect(outcome.missingRights).toBeUndefined();
  });

  it('is left alone the second time, for what it gives back is what was installed', async () => {
    const outcome = await setUp(client, indexing.parse({}));
    expect(outcome).toMatchObject({ installed: [], changed: [], missing: [] });
  });

  it('keeps what somebody changed, and says so; what belongs to the user is never touched', async () => {
    const path = '/_component_template/logboom-windows@mappings';
    const { body } = await server.request('GET', path);
    const { template, version, _meta } = body.component_templates[0].component_template;
    template.mappings.properties.mine = { type: 'keyword' };
    await server.request('PUT', path, { template, version, _meta });
    const custom = { template: { settings: { 'index.refresh_interval': '7s' } } };
    await server.request('PUT', '/_component_template/logboom-events@custom', custom);
    const kept = await setUp(client, indexing.parse({}));
    expect(kept.installed).toEqual([]);
    expect(kept.changed).toEqual([expect.stringMatching(/^logboom-windows@mappings: was changed since/)]);
    const replaced = await setUp(client, indexing.parse({}), { overwrite: true });
    expect(replaced.installed).toEqual([expect.stringMatching(/^logboom-windows@mappings: in place of/)]);
    expect(JSON.stringify((await server.request('GET', path)).body)).not.toContain('"mine"');
  });

  it('has the settings replaced that the configuration changed', async () => {
    const { installed } = await setUp(client, indexing.parse({ retention: { age: '3d' } }));
    const lifecycle = 'logboom@lifecycle: with the settings as they are now';
    expect(installed).toEqual(able.lifecycle === 'stream' ? [lifecycle] : []);
    await setUp(client, indexing.parse({}));
  });

  it('takes events, episodes and dead letters, typed by our templates and the user’s own component', async () => {
    const sink = sinkWith();
    const wrong = create('wrong', 'logs-app-default', { source: 'no object' });
    const typed = create('typed', 'logs-app-default', {
      source: { ip: '10.1.2.3' },
      custom: { colour: 'red' },
    });
    expect(await sink.deliver([typed, wrong])).toEqual({ indexed: 1, duplicates: 0, deadLettered: 1 });
    expect(await sink.deliver([typed])).toMatchObject({ duplicates: 1 });
    const episode = { ...create('episode', 'alerts'), action: 'index' as const, version: 1 };
    expect(await sink.deliver([episode, episode])).toMatchObject({ indexed: 1, duplicates: 1 });
    const [hit] = await search('logs-app-default');
    expect(hit._index).toMatch(able.dataStreams ? /^\.ds-logs-app-default-/ : /^logs-app-default$/);
    const { body } = await server.request('GET', `/${hit._index}`);
    const { mappings, settings } = body[hit._index];
    expect(mappings.properties.source.properties.ip.type).toBe('ip');
    expect(mappings.properties.custom.properties.colour.type).toBe('keyword');
    expect(settings.index).toMatchObject({ codec: 'best_compression', refresh_interval: '7s' });
    const [letter] = await search('logs-logboom.deadletters-default');
    expect(JSON.parse(letter._source.event.original).message).toBe('line wrong');
  });

  it('takes a routing value, and a document that replaces another, in plain indices', async () => {
    const item = { ...create('routed', 'plain-index'), routing: 'here' };
    const again = {
      ...item,
      action: 'index' as const,
      document: '{"@timestamp":"2026-11-21T00:00:00Z","n":2}',
    };
    const sink = sinkWith();
    expect(await sink.deliver([item])).toMatchObject({ indexed: 1 });
    expect(await sink.deliver([again])).toMatchObject({ indexed: 1 });
    expect(await search('plain-index')).toMatchObject([{ _routing: 'here', _source: { n: 2 } }]);
  });

  it('is asked for its nodes, and written to by the address that it tells', async () => {
    const sniffing = createClient(at({ sniffing: true }));
    await expect
      .poll(() => sniffing.connectionPool.connections.map(({ id }) => id))
      .not.toEqual([`${server.url}/`]);
    const answer = await sniffing.transport.request({ method: 'GET', path: '/_cluster/health' });
    expect(answer).toMatchObject({ cluster_name: 'logboom-test' });
    await sniffing.close();
  });

  it.runIf(able.dataStreams)(
    'deletes whole indices by size and by age, never the one that is written to',
    async () => {
      const gone: string[] = [];
      const look = (retention: object, lifecycle: 'none' | 'stream', now: number) =>
        new Retention(
          client,
          indexing.parse({ retention }),
          {
            lifecycle,
            dataStreams: true,
            mayMissComponents: true,
            ignoresTooManyFields: true,
            retains: false,
          },
          { expired: (what, reason) => gone.push(`${reason} ${what}`) },
          new AbortController().signal,
        ).run(now);
      const foreign = { index_patterns: ['logs-foreign-*'], data_stream: {}, priority: 300 };
      await server.request('PUT', '/_index_template/foreign', foreign);
      await sinkWith().deliver([create('a', 'logs-kept-default'), create('b', 'logs-foreign-default')]);
      await server.request('POST', '/logs-foreign-default/_rollover');
      await server.request('POST', '/logs-*/_refresh');
      await look({ size: '1b' }, 'stream', Date.now());
      expect(gone.filter((entry) => entry.includes('logs-kept')).length).toBe(1);
      expect(gone.every((entry) => entry.startsWith('size index .ds-logs-'))).toBe(true);
      await sinkWith().deliver([create('c', 'logs-kept-default')]);
      gone.length = 0;
      await server.request('POST', '/logs-kept-default/_rollover');
      await look({ age: '1d' }, 'none', Date.now() + 0.9 * day).catch(() => undefined);
      expect(gone.filter((entry) => entry.includes('index'))).toEqual([]);
      await look({ age: '1d' }, 'none', Date.now() + 1.1 * day).catch(() => undefined);
      expect(gone.some((entry) => /^age index \.ds-logs-kept/.test(entry))).toBe(true);
      expect(gone.join()).not.toContain('foreign');
      // Deleting by query is a module that the distribution of Elasticsearch lacks.
      expect(gone.includes('age 1 documents of alerts')).toBe(major === 'opensearch');
      const { body } = await server.request('GET', '/_resolve/index/logs-*-default');
      const streams = Object.fromEntries(
        body.data_streams.map((stream: { name: string; backing_indices: string[] | string }) => [
          stream.name,
          [stream.backing_indices].flat().length,
        ]),
      );
      expect(streams).toMatchObject({ 'logs-kept-default': 1, 'logs-foreign-default': 2 });
    },
  );
});
