import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { elasticsearch, indexing as indexingSchema } from '../../../src/config/schema/outputs.ts';
import { createClient, type ElasticsearchClient } from '../../../src/sinks/elasticsearch/client/client.ts';
import { installTemplates, templatesFor } from '../../../src/sinks/elasticsearch/setup/install-templates.ts';
import type { Capabilities } from '../../../src/sinks/elasticsearch/setup/server.ts';
import { setUp } from '../../../src/sinks/elasticsearch/setup/setup.ts';
import { piecesFor } from '../../../src/sinks/elasticsearch/setup/templates/pieces.ts';
import { type FakeElasticsearch, startFakeElasticsearch } from '../support/fake-elasticsearch.ts';
import { items, testSink } from '../support/sink.ts';

let server: FakeElasticsearch;
let client: ElasticsearchClient;
const modern: Capabilities = {
  lifecycle: 'stream',
  dataStreams: true,
  mayMissComponents: true,
  ignoresTooManyFields: true,
  retains: false,
};
const old: Capabilities = {
  ...modern,
  lifecycle: 'none',
  mayMissComponents: false,
  ignoresTooManyFields: false,
};
const indexing = indexingSchema.parse({});
const templates = templatesFor({ alerts: 'alerts' });
const pieces = piecesFor(templates, modern, indexing.retention);
const names = pieces.map(({ name }) => name);
const refused = (status: number, type: string, reason = 'because') => ({
  status,
  body: { error: { type, reason } },
});
const forbidden = refused(403, 'security_exception');
const install = (capabilities = modern, more: object = {}) =>
  installTemplates(client, indexing, { ...capabilities }, more);

beforeEach(async () => {
  server = await startFakeElasticsearch();
  client = createClient(elasticsearch.parse({ hosts: [server.url] }));
});
afterEach(async () => {
  await client.close();
  await server.close();
});

describe('the templates', () => {
  it('are above the built-in ones for our streams and below them for everyone’s', () => {
    const byPattern = Object.fromEntries(
      templates.map(({ patterns, priority }) => [patterns.join(), priority]),
    );
    expect(byPattern).toEqual({
      alerts: 200,
      'logs-logboom.alerts-*': 200,
      'metrics-logboom.windows-*': 200,
      'logs-logboom.deadletters-*': 200,
      'metrics-logboom.server-*': 200,
      'metrics-logboom.stats-*': 200,
      'logs-*-*': 50,
    });
  });

  it('make data streams of all but the index of episodes, which are updated in place', () => {
    const streams = pieces.filter(({ kind, body }) => kind === 'index template' && 'data_stream' in body);
    expect(streams.map(({ name }) => name)).toEqual(
      names.slice(-7).filter((name) => name !== 'logboom-alerts'),
    );
  });

  it('are made of components, of which the user’s comes last and need not be there', () => {
    const windows = pieces.find(({ path }) => path === '/_index_template/logboom-windows');
    const custom = 'logboom-windows@custom';
    expect(windows?.body).toMatchObject({
      composed_of: ['logboom@settings', 'logboom@lifecycle', 'logboom-windows@mappings', custom],
      ignore_missing_component_templates: [custom],
    });
    expect(names).not.toContain(custom);
  });

  it('say who installed them, in which version and with what content', () => {
    for (const { body, version } of pieces) {
      const content = expect.stringMatching(/^[0-9a-f]{16}$/);
      expect(body).toMatchObject({ _meta: { managed_by: 'logboom', version, content } });
    }
  });

  it('use only field types that every distribution has', () => {
    const types = new Set([...JSON.stringify(pieces).matchAll(/"type":"(\w+)"/g)].map((match) => match[1]));
    const everywhere = ['keyword', 'text', 'date', 'long', 'double', 'ip', 'boolean', 'object', 'geo_point'];
    expect([...types].filter((type) => !everywhere.includes(type!))).toEqual([]);
  });
});

describe('installing', () => {
  it('puts all of them where there are none, components first', async () => {
    expect(await install()).toEqual({ installed: names, kept: [], changed: [], missing: [] });
    expect([...server.templates.keys()]).toEqual(names);
  });

  it('leaves them alone the second time', async () => {
    await install();
    expect(await install()).toMatchObject({ installed: [], changed: [], missing: [] });
  });

  it.each([
    ['of a newer version', { managed_by: 'logboom', version: 9 }, /version 9 is there, newer than 6/],
    ['that someone else made', { version: 0 }, /not made by logboom/],
    ['without any marks', undefined, /not made by logboom/],
    [
      'that was changed',
      { managed_by: 'logboom', version: 6, content: '0123456789abcdef' },
      /was changed since logboom installed it; `logboom setup --overwrite`/,
    ],
    [
      'that was changed and is older',
      { managed_by: 'logboom', version: 1, content: '0123456789abcdef' },
      /stays at version 1/,
    ],
  ])('leaves one %s', async (_, meta, reason) => {
    const theirs = { index_patterns: ['alerts'], _meta: meta };
    server.templates.set('logboom-alerts', theirs);
    const { installed, kept } = await install();
    expect(installed).toEqual(names.filter((name) => name !== 'logboom-alerts'));
    expect(kept).toEqual([expect.stringMatching(reason)]);
    expect(server.templates.get('logboom-alerts')).toBe(theirs);
  });

  it('replaces one that was changed where that is asked for', async () => {
    await install();
    const theirs = server.templates.get('logboom-alerts')!;
    server.templates.set('logboom-alerts', { ...theirs, priority: 999 });
    expect((await install()).changed).toHaveLength(1);
    const { installed } = await install(modern, { overwrite: true });
    expect(installed).toEqual(['logboom-alerts: in place of one that was changed']);
    expect(server.templates.get('logboom-alerts')).toMatchObject({ priority: 200 });
  });

  it('replaces an older one of ours, from before contents had names, and says so', async () => {
    server.templates.set('logboom-alerts', { _meta: { managed_by: 'logboom', version: 1 } });
    const { installed } = await install();
    expect(installed).toContain('logboom-alerts: in place of version 1');
  });

  it('makes the user’s components empty where the server insists on them, and never touches them again', async () => {
    const { installed } = await install(old);
    expect(installed.filter((name) => name.endsWith('@custom'))).toHaveLength(templates.length);
    const theirs = { template: { settings: { 'index.refresh_interval': '7s' } } };
    server.templates.set('logboom-events@custom', theirs);
    expect(await install(old, { overwrite: true })).toMatchObject({ installed: [] });
    expect(server.templates.get('logboom-events@custom')).toBe(theirs);
  });

  it('names what is missing where a right is, and goes on with the others', async () => {
    server.onOther = ({ method, path }) =>
      method === 'PUT' && path === '/_index_template/logboom-events' ? forbidden : undefined;
    const { installed, missing } = await install();
    expect(installed).toEqual(names.slice(0, -1));
    expect(missing).toEqual([
      expect.stringMatching(/^index template logboom-events: .*security_exception.*manage_index_templates/),
    ]);
  });

  it('makes plain indices of the same names where the server has no data streams', async () => {
    server.onOther = ({ method, body }) =>
      method === 'PUT' && body.includes('"data_stream":{}')
        ? refused(400, 'illegal_argument_exception', '[index_template] unknown field [data_stream]')
        : undefined;
    const { missing } = await install(old);
    expect(missing).toEqual([]);
    const made = server.templates.get('logboom-events');
    expect(made).not.toHaveProperty('data_stream');
    expect(made?.composed_of).not.toContain('logboom@lifecycle');
    const puts = server.requests.filter(
      ({ method, body }) => method === 'PUT' && body.includes('"data_stream":{}'),
    );
    expect(puts).toHaveLength(1);
  });

  it('sends nothing in a dry run, and tells each request', async () => {
    const told: string[] = [];
    await install(modern, { dryRun: ({ path }: { path: string }) => told.push(path) });
    expect(told).toEqual(pieces.map(({ path }) => path));
    expect(server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('rejects where the server cannot be asked now', async () => {
    server.onOther = () => ({ status: 503 });
    await expect(install()).rejects.toThrow();
  });
});

describe('the lifecycle', () => {
  it('is a policy of ILM’s where there is one, deleting at the age that is asked for', async () => {
    server.ilm = true;
    const { capabilities, installed } = await setUp(
      client,
      indexingSchema.parse({ retention: { age: '16d' } }),
    );
    expect(capabilities.lifecycle).toBe('ilm');
    expect(installed[0]).toBe('logboom');
    expect(server.templates.get('logboom')).toMatchObject({
      policy: {
        _meta: { managed_by: 'logboom' },
        phases: {
          hot: { actions: { rollover: { max_age: '2d', max_primary_shard_size: '10gb' } } },
          delete: { min_age: '16d', actions: { delete: {} } },
        },
      },
    });
    expect(server.templates.get('logboom@lifecycle')).toMatchObject({
      template: { settings: { 'index.lifecycle.name': 'logboom' } },
    });
  });

  it('is changed in place with the configuration, and deletes nothing where no age is set', async () => {
    server.ilm = true;
    await setUp(client, indexingSchema.parse({ retention: { age: '16d' } }));
    const { installed } = await setUp(client, indexing);
    expect(installed).toEqual(['logboom: with the settings as they are now']);
    expect(server.templates.get('logboom')).not.toHaveProperty('policy.phases.delete');
  });

  it('keeps a policy that somebody changed', async () => {
    server.ilm = true;
    await setUp(client, indexing);
    const { policy } = server.templates.get('logboom') as { policy: { phases: object } };
    const phases = { ...policy.phases, warm: { min_age: '2d', actions: { readonly: {} } } };
    server.templates.set('logboom', { policy: { ...policy, phases } });
    const { changed } = await setUp(client, indexingSchema.parse({ retention: { age: '16d' } }));
    expect(changed).toEqual([expect.stringMatching(/^logboom: was changed/)]);
    expect(server.templates.get('logboom')).toHaveProperty('policy.phases.warm');
  });

  it('is the data stream’s own where there is no ILM', async () => {
    await setUp(client, indexingSchema.parse({ retention: { age: '36h' } }));
    expect(server.templates.get('logboom@lifecycle')).toMatchObject({
      template: { lifecycle: { data_retention: '36h' } },
    });
  });

  it('is nobody’s in OpenSearch, where logboom deletes by itself', async () => {
    server.onOther = ({ path }) =>
      path === '/'
        ? { status: 200, body: { version: { number: '3.6.0', distribution: 'opensearch' } } }
        : undefined;
    const { capabilities } = await setUp(client, indexingSchema.parse({ retention: { age: '36h' } }));
    expect(capabilities).toMatchObject({ lifecycle: 'none', mayMissComponents: false });
    expect(server.templates.get('logboom@lifecycle')).toMatchObject({ template: {} });
  });
});

describe('rights', () => {
  it('that are missing are named, each with what it is about', async () => {
    server.rights = { manage_index_templates: false, create_doc: false };
    const { missingRights } = await setUp(client, indexing);
    expect(missingRights).toEqual([
      'cluster: manage_index_templates',
      'index logs-*-*: create_doc',
      'index metrics-logboom.*: create_doc',
    ]);
  });

  it('are those that the configuration needs', async () => {
    const ours = indexingSchema.parse({
      index: '%{[@metadata][beat]}-%{+yyyy.MM.dd}',
      retention: { size: '10gb', age: '7d' },
    });
    server.ilm = true;
    const { rights } = await setUp(client, ours);
    expect(rights.cluster).toEqual(['monitor', 'read_ilm', 'manage_index_templates', 'manage_ilm']);
    expect(rights.indices).toContainEqual({ names: ['*-*'], privileges: ['auto_configure', 'create_doc'] });
    expect(rights.indices).toContainEqual({
      names: ['logs-*-*', 'metrics-logboom.*'],
      privileges: ['auto_configure', 'create_doc', 'manage'],
    });
    expect(rights.indices).toContainEqual({
      names: ['metrics-logboom.windows-*'],
      privileges: ['index', 'read', 'view_index_metadata'],
    });
    expect(rights.indices.flatMap(({ names }) => names)).toEqual([
      ...['logs-*-*', 'metrics-logboom.*', 'metrics-logboom.windows-*', '*-*', 'alerts'],
    ]);
  });

  it('to install are not missed where everything is there', async () => {
    await setUp(client, indexing);
    server.rights = { manage_index_templates: false };
    expect((await setUp(client, indexing)).missingRights).toEqual([]);
  });

  it('are nobody’s concern where the server knows of none', async () => {
    expect((await setUp(client, indexing)).missingRights).toBeUndefined();
  });

  it('let a user who may not ask for the version get what every server takes', async () => {
    server.onOther = ({ path }) => (path === '/' ? forbidden : undefined);
    const { server: who, capabilities, missing } = await setUp(client, indexing);
    expect(who).toBeUndefined();
    expect(capabilities).toMatchObject({ lifecycle: 'none', mayMissComponents: false });
    expect(missing).toEqual([]);
  });
});

it('takes nothing else for an Elasticsearch', async () => {
  server.onOther = () => ({ status: 200, body: { hello: 'world' } });
  await expect(setUp(client, indexing)).rejects.toThrow('no Elasticsearch');
});

describe('a sink at its start', () => {
  it('sends no document before the templates are there, for the first one decides what the index is', async () => {
    const { sink } = testSink({ hosts: [server.url], index: { installTemplates: true } });
    await sink.deliver(items(1));
    const order = server.requests.map(({ method, path }) => `${method} ${path.split('?')[0]}`);
    expect(order.at(-1)).toBe('POST /_bulk');
    expect(order.filter((request) => request.startsWith('PUT /_index_template'))).toHaveLength(
      templates.length,
    );
    expect(order).toContain('PUT /alerts');
    await sink.close();
  });

  it('tries again while the server is down, and delivers afterwards', async () => {
    let failures = 3;
    server.onOther = () => (failures-- > 0 ? { status: 503 } : undefined);
    const { sink, pauses } = testSink({ hosts: [server.url], index: { installTemplates: true } });
    expect(sink.status().state).toBe('preparing');
    expect(await sink.deliver(items(2))).toMatchObject({ indexed: 2 });
    expect(pauses).toEqual([1_000, 2_000, 4_000]);
    expect(server.templates.size).toBe(pieces.length);
    await sink.close();
  });

  it('goes on without them where they are refused, and its status and log say so', async () => {
    server.onOther = ({ method, path }) => (path !== '/' || method !== 'GET' ? forbidden : undefined);
    const { sink, log } = testSink({ hosts: [server.url], index: { installTemplates: true } });
    expect(await sink.deliver(items(2))).toMatchObject({ indexed: 2 });
    expect(sink.status().missingTemplates).toHaveLength(pieces.length + 1);
    expect(log.filter(({ msg }) => msg.includes('not installed'))).toHaveLength(pieces.length + 1);
    await sink.close();
  });

  it('can be closed while it waits for the server', async () => {
    server.onOther = () => 'never';
    const { sink } = testSink({ hosts: [server.url], index: { installTemplates: true } });
    const delivery = sink.deliver(items(1));
    delivery.catch(() => undefined);
    await sink.close();
    await expect(delivery).rejects.toMatchObject({ code: 'SINK_CLOSED' });
  });
});
