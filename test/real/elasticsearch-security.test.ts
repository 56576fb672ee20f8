import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elasticsearch, indexing } from '../../src/config/schema/outputs.ts';
import type { BulkItem, DeadLetter } from '../../src/model.ts';
import { createClient } from '../../src/sinks/elasticsearch/client/client.ts';
import { Retention } from '../../src/sinks/elasticsearch/setup/retention.ts';
import { setUp } from '../../src/sinks/elasticsearch/setup/setup.ts';
import { createElasticsearchSink, type ElasticsearchSink } from '../../src/sinks/elasticsearch/sink.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { memoryDeadLetters } from '../sinks/support/sink.ts';
import {
  type Answer,
  type ElasticsearchMajor,
  type RealElasticsearch,
  startElasticsearch,
} from './support/peers.ts';

const event = (id: string, more: object = {}, index = 'logs-app-default'): BulkItem => ({
  action: 'create',
  index,
  id,
  document: JSON.stringify({ '@timestamp': '2026-11-21T05:40:07.490Z', message: `line ${id}`, ...more }),
});
const majors: ElasticsearchMajor[] = ['8', '9'];
describe.each(majors)('against a real Elasticsearch %s with security', (major) => {
  const password = 'correct horse battery staple';
  let server: RealElasticsearch;
  const letters: DeadLetter[] = [];

  function sinkWith(config: object, index: object = {}): ElasticsearchSink {
    return createElasticsearchSink({
      elasticsearch: elasticsearch.parse({ hosts: [server.url], ...config }),
      indexing: indexing.parse({ retryInitial: '50ms', retryMax: '200ms', ...index }),
      deadLetters: memoryDeadLetters(letters),
      instruments: silentInstruments(),
    });
  }

  async function countOf(index: string): Promise<number | undefined> {
    await server.request('POST', `/${index}/_refresh`);
    return (await server.request('GET', `/${index}/_count`)).body.count;
  }

  async function deliverOnce(config: object, id: string) {
    const sink = sinkWith(config);
    try {
      return { report: await sink.deliver([event(id)]), status: sink.status() };
    } finally {
      await sink.close();
    }
  }

  beforeAll(async () => {
    server = await startElasticsearch(major, { password });
  });
  afterAll(async () => {
    await server?.stop();
  });

  it('signs in with a user and password', async () => {
    const { report } = await deliverOnce({ user: 'elastic', password }, 'basic');
    expect(report).toMatchObject({ indexed: 1 });
  });

  it.each([
    ['as Beats write it', (key: Answer) => `${key.id}:${key.api_key}`],
    ['in base64', (key: Answer) => key.encoded],
  ])('signs in with an API key %s', async (how, write) => {
    const { body: key } = await server.request('POST', '/_security/api_key', { name: `logboom ${how}` });
    const { report } = await deliverOnce({ api_key: write(key) }, `key ${how}`);
    expect(report).toMatchObject({ indexed: 1 });
  });

  it('goes on without templates where the right to install them is missing, and says which right', async () => {
    const indices = [{ names: ['logs-*'], privileges: ['create_doc', 'auto_configure', 'create_index'] }];
    const role = { writer: { cluster: [], indices } };
    const wanted = { name: 'writer', role_descriptors: role };
    const { body: key } = await server.request('POST', '/_security/api_key', wanted);
    const { report, status } = await deliverOnce({ api_key: key.encoded }, 'without templates');
    expect(report).toMatchObject({ indexed: 1 });
    const names = status.missingTemplates.join();
    expect(names).toMatch(/component template logboom-alerts@mappings: .*manage_index_templates/);
    expect(names).toMatch(/index template logboom-events: .*manage_index_templates/);
  });

  it('needs no other rights than those that it names, and names each one that is missing', async () => {
    const ours = indexing.parse({ retention: { size: '1gb', age: '5d' } });
    const asElastic = createClient(elasticsearch.parse({ hosts: [server.url], user: 'elastic', password }));
    const { rights, missingRights } = await setUp(asElastic, ours);
    expect(missingRights).toEqual([]);
    await asElastic.close();
    const signedIn = async (name: string, role: object, retention: object) => {
      await server.request('PUT', `/_security/role/${name}`, role);
      await server.request('PUT', `/_security/user/${name}`, { password: `${name} password`, roles: [name] });
      const user = { hosts: [server.url], user: name, password: `${name} password` };
      const client = createClient(elasticsearch.parse(user));
      const outcome = await setUp(client, indexing.parse({ retention }));
      const { signal } = new AbortController();
      const look = () =>
        new Retention(
          client,
          indexing.parse({ retention }),
          outcome.capabilities,
          { expired: () => {} },
          signal,
        ).run(0);
      return { client, outcome, look };
    };
    const full = await signedIn('full', rights, { size: '1gb', age: '9d' });
    expect(full.outcome).toMatchObject({ missing: [], missingRights: [] });
    // Its last step is a module that this distribution lacks; all before it was allowed.
    await expect(full.look()).rejects.toThrow(/no handler found for uri .*_delete_by_query/);
    const [first, ...others] = rights.indices;
    const fewer = {
      cluster: ['monitor'],
      indices: [{ ...first!, privileges: ['auto_configure', 'manage'] }, ...others],
    };
    const less = await signedIn('less', fewer, { size: '1gb', age: '3d' });
    expect(less.outcome.missing).toEqual([
      expect.stringMatching(/logboom@lifecycle.*manage_index_templates/),
    ]);
    expect(less.outcome.missingRights).toEqual(
      expect.arrayContaining(['cluster: manage_index_templates', 'index logs-*-*: create_doc']),
    );
    const ready = await signedIn('ready', { ...rights, cluster: ['monitor'] }, { size: '1gb', age: '9d' });
    expect(ready.outcome).toMatchObject({ missing: [], missingRights: [] });
    await ready.client.close();
    // Where the server ages the streams, less will do.
    const asElasticToo = createClient(
      elasticsearch.parse({ hosts: [server.url], user: 'elastic', password }),
    );
    const aged = await setUp(asElasticToo, indexing.parse({ retention: { age: '9d' } }));
    await asElasticToo.close();
    expect(JSON.stringify(aged.rights)).not.toContain('manage"');
    const ageing = await signedIn('ageing', aged.rights, { age: '9d' });
    expect(ageing.outcome).toMatchObject({ missing: [], missingRights: [] });
    await expect(ageing.look()).rejects.toThrow(/no handler found for uri .*_delete_by_query/);
    await ageing.client.close();
    await Promise.all([full.client.close(), less.client.close()]);
  });

  it('goes on by itself once a wrong password is right', async () => {
    const sink = sinkWith({ user: 'late', password: 'late password' });
    const delivery = sink.deliver([event('late')]);
    await expect.poll(() => sink.status().reason).toMatch(/401.*user.*password/);
    await server.request('PUT', '/_security/user/late', { password: 'late password', roles: ['superuser'] });
    expect(await delivery).toMatchObject({ indexed: 1 });
    await sink.close();
  });

  it('keeps what it may not write yet, and delivers what it may', async () => {
    const names = { names: ['logs-mine-*'], privileges: ['create_doc', 'auto_configure', 'create_index'] };
    const role = (indices: object[]) =>
      server.request('PUT', '/_security/role/narrow', { cluster: ['manage_index_templates'], indices });
    await role([names]);
    await server.request('PUT', '/_security/user/narrow', { password: 'narrow password', roles: ['narrow'] });
    const sink = sinkWith({ user: 'narrow', password: 'narrow password' });
    const delivery = sink.deliver([
      event('m', {}, 'logs-mine-default'),
      event('y', {}, 'logs-yours-default'),
    ]);
    await expect.poll(() => countOf('logs-mine-default')).toBe(1);
    expect(await Promise.race([delivery, 'still waiting'])).toBe('still waiting');
    await role([names, { ...names, names: ['logs-yours-*'] }]);
    expect(await delivery).toEqual({ indexed: 2, duplicates: 0, deadLettered: 0 });
    await sink.close();
  });
});
