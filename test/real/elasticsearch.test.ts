import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elasticsearch, indexing } from '../../src/config/schema/outputs.ts';
import type { BulkItem, DeadLetter } from '../../src/model.ts';
import {
  type DeadLetters,
  openDeadLetters,
} from '../../src/sinks/elasticsearch/dead-letters/dead-letters.ts';
import { readDeadLetters } from '../../src/sinks/elasticsearch/dead-letters/records.ts';
import { createElasticsearchSink, type ElasticsearchSink } from '../../src/sinks/elasticsearch/sink.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { type ElasticsearchMajor, type RealElasticsearch, startElasticsearch } from './support/peers.ts';

const event = (id: string, more: object = {}, index = 'logs-app-default'): BulkItem => ({
  action: 'create',
  index,
  id,
  document: JSON.stringify({ '@timestamp': '2026-11-21T05:40:07.490Z', message: `line ${id}`, ...more }),
});
const events = (count: number, prefix: string, index?: string) =>
  Array.from({ length: count }, (_, i) => event(`${prefix}${i}`, {}, index));

const majors: ElasticsearchMajor[] = ['8', '9'];
describe.each(majors)('against a real Elasticsearch %s', (major) => {
  let server: RealElasticsearch;
  let folder: string;
  let letters: DeadLetters;
  const sinks: ElasticsearchSink[] = [];

  function sinkWith(config: object = {}, index: object = {}): ElasticsearchSink {
    const sink = createElasticsearchSink({
      elasticsearch: elasticsearch.parse({ hosts: [server.url], timeout: '20s', ...config }),
      indexing: indexing.parse({ retryInitial: '50ms', retryMax: '1s', ...index }),
      deadLetters: letters,
      instruments: silentInstruments(),
    });
    sinks.push(sink);
    return sink;
  }

  async function count(index: string): Promise<number> {
    await server.request('POST', `/${index}/_refresh`);
    return (await server.request('GET', `/${index}/_count`)).body.count;
  }

  async function search(index: string) {
    await server.request('POST', `/${index}/_refresh`);
    const { body } = await server.request('GET', `/${index}/_search?size=100`);
    return body.hits.hits.map((hit: { _source: unknown }) => hit._source);
  }

  async function backingIndex(stream: string): Promise<string | undefined> {
    const { body } = await server.request('GET', `/_resolve/index/${stream}`);
    return body.data_streams?.[0]?.backing_indices?.[0];
  }

  beforeAll(async () => {
    server = await startElasticsearch(major);
    folder = await mkdtemp(join(tmpdir(), 'logboom-sink-'));
    letters = await openDeadLetters(join(folder, 'dead-letters.ndjson'));
  });
  afterAll(async () => {
    await Promise.all(sinks.map((sink) => sink.close()));
    await server?.stop();
    if (folder) await rm(folder, { recursive: true });
  });

  it('makes a data stream of events with the types of ECS, rolled over by the server', async () => {
    const document = {
      source: { ip: '10.1.2.3' },
      http: { response: { status_code: 404 } },
      custom: { colour: 'red' },
    };
    expect(await sinkWith().deliver([event('typed', document)])).toMatchObject({ indexed: 1 });
    expect(await backingIndex('logs-app-default')).toMatch(/^\.ds-logs-app-default-/);
    const { body } = await server.request('GET', '/logs-app-default/_mapping');
    const { properties } = (Object.values(body)[0] as { mappings: { properties: Record<string, unknown> } })
      .mappings;
    expect(properties).toMatchObject({
      source: { properties: { ip: { type: 'ip' } } },
      http: { properties: { response: { properties: { status_code: { type: 'long' } } } } },
      custom: { properties: { colour: { type: 'keyword' } } },
    });
    const { body: lifecycle } = await server.request('GET', '/_component_template/logboom@lifecycle');
    expect(lifecycle.component_templates[0].component_template.template.lifecycle).toBeDefined();
  });

  it('counts a replay as duplicates', async () => {
    const sink = sinkWith();
    await sink.deliver(events(50, 'replay-'));
    expect(await sink.deliver(events(60, 'replay-'))).toEqual({
      indexed: 10,
      duplicates: 50,
      deadLettered: 0,
    });
  });

  it('is told why a whole request is refused, although it asks for parts of the answer only', async () => {
    const { status, body } = await server.request('POST', '/_bulk?filter_path=items.*.status', { nope: 1 });
    expect(status).toBe(400);
    expect(body.error.reason).toMatch(/must be terminated by a newline|Malformed/);
  });

  it('sends a document that conflicts with the mapping to the dead letters, and no other', async () => {
    const sink = sinkWith();
    const conflict = event('conflict', { source: 'a string where an object belongs' });
    const report = await sink.deliver([...events(5, 'beside-'), conflict, ...events(5, 'behind-')]);
    expect(report).toEqual({ indexed: 10, duplicates: 0, deadLettered: 1 });
    const stored: DeadLetter[] = [];
    for await (const letter of readDeadLetters(join(folder, 'dead-letters.ndjson'))) stored.push(letter);
    expect(stored.at(-1)).toMatchObject({ id: 'conflict', index: 'logs-app-default' });
    expect(stored.at(-1)?.reason).toMatch(/document_parsing_exception/);
    const [told] = await search('logs-logboom.deadletters-default');
    expect(told.error.message).toMatch(/document_parsing_exception/);
    expect(JSON.parse(told.event.original).message).toBe('line conflict');
  });

  it.each([
    ['no JSON', { document: 'not json' }],
    ['a name that no index may have', { index: 'Upper-Case' }],
    ['an id that is too long', { id: 'x'.repeat(600) }],
    ['a line feed', { document: '{"a":1}\n{"delete":{"_index":"logs-app-default","_id":"typed"}}\n{}' }],
  ])('finds the one document with %s among many', async (what, wrong) => {
    const before = letters.count;
    const poison = { ...event(`poison ${what}`), ...wrong };
    const report = await sinkWith().deliver([...events(20, `${what}-a`), poison, ...events(20, `${what}-b`)]);
    expect(report).toEqual({ indexed: 40, duplicates: 0, deadLettered: 1 });
    expect(letters.count - before).toBe(1);
  });

  it('updates an episode in place, and an older revision that comes late changes nothing', async () => {
    const sink = sinkWith();
    const revision = (version: number, status: string): BulkItem => ({
      action: 'index',
      index: 'alerts',
      id: 'episode-1',
      document: JSON.stringify({
        '@timestamp': '2026-11-21T05:40:07Z',
        alert: { status, value: 5, revision: version },
      }),
      version,
    });
    expect(await sink.deliver([revision(1, 'active'), revision(3, 'inactive')])).toMatchObject({
      indexed: 2,
    });
    expect(await sink.deliver([revision(2, 'recovering')])).toMatchObject({ indexed: 0, duplicates: 1 });
    expect((await search('alerts')).map((found: { alert: object }) => found.alert)).toMatchObject([
      { status: 'inactive' },
    ]);
  });

  it('delivers as soon as an index is writable again', async () => {
    const sink = sinkWith();
    await sink.deliver([event('before', {}, 'logs-full-default')]);
    const block = (value: boolean | null) =>
      server.request('PUT', '/logs-full-default/_settings', { 'index.blocks.read_only_allow_delete': value });
    await block(true);
    const delivery = sink.deliver([
      event('after', {}, 'logs-full-default'),
      event('other', {}, 'logs-other-default'),
    ]);
    await expect.poll(() => count('logs-other-default')).toBe(1);
    expect(await Promise.race([delivery, 'still waiting'])).toBe('still waiting');
    await block(null);
    expect(await delivery).toEqual({ indexed: 2, duplicates: 0, deadLettered: 0 });
  });

  it('has every document exactly once after the server was killed under load, twice', async () => {
    const sink = sinkWith({}, { maxBulkItems: 500 });
    let sent = 0;
    let killing = true;
    const settled = { indexed: 0, duplicates: 0, deadLettered: 0 };
    async function load(name: string): Promise<void> {
      for (let i = 0; killing; i++) {
        const run = events(1_000, `${name}-${i}-`, 'logs-load-default');
        sent += run.length;
        const report = await sink.deliver(run);
        for (const outcome of ['indexed', 'duplicates', 'deadLettered'] as const)
          settled[outcome] += report[outcome];
      }
    }
    const loads = [load('a'), load('b'), load('c')];
    for (let kills = 1; kills <= 2; kills++) {
      const before = settled.indexed;
      await expect.poll(() => settled.indexed, { timeout: 20_000 }).toBeGreaterThan(before + 3_000);
      await server.kill();
      await server.restart();
    }
    killing = false;
    await Promise.all(loads);
    expect(settled.deadLettered).toBe(0);
    expect(settled.indexed + settled.duplicates).toBe(sent);
    expect(await count('logs-load-default')).toBe(sent);
  });
});
