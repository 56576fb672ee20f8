import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLogboom } from './support/logboom.ts';
import {
  eventually,
  filebeatTemplate,
  type RealElasticsearch,
  startElasticsearch,
  startFilebeat,
} from './support/peers.ts';

type Json = Record<string, unknown>;

/** What people log: an access line, characters that encoders differ about, JSON with numbers of all kinds. */
const lines = [
  '203.0.113.9 - - [21/Nov/2026:05:40:07 +0000] "GET /a?b=1&c=<d> HTTP/1.1" 404 99840 "-" "curl/8.0"',
  'plain text with "quotes", a \\ backslash, a tab\there, ünïcödé, 日本語, 😀 and a \u2028 separator',
  '{"level":"error","n":9007199254740993,"x":1.0,"y":1e3,"z":-0.5,"nested":{"a":["&",null,"<b>"]}}',
  '{"message":"own message","@timestamp":"2020-01-01T00:00:00Z","host":{"name":"theirs"}}',
  '   leading blanks, and a number: 3.14',
];

const shipper = (paths: string[]) => ({
  inputs: [
    {
      type: 'filestream',
      id: 'files',
      paths,
      tags: ['one', 'two'],
      fields: { team: 'ops', level: 3 },
      fields_under_root: true,
      'prospector.scanner.check_interval': '200ms',
    },
  ],
});
const common = {
  processors: [
    { decode_json_fields: { fields: ['message'], target: 'json', add_error_key: true } },
    { add_fields: { target: 'event', fields: { dataset: 'shop.access', module: 'shop' } } },
    { add_host_metadata: null },
  ],
};

/** Of two Filebeats each has its own, whatever way their documents go. */
const ownOfEach = ['@timestamp', 'agent.id', 'agent.ephemeral_id'];

/** Types that the distribution of the tests lacks, and what comes closest; both kinds of documents meet the same. */
const fallbacks: Record<string, object> = {
  wildcard: { type: 'keyword' },
  constant_keyword: { type: 'keyword' },
  match_only_text: { type: 'text' },
  flattened: { type: 'object', enabled: false },
  scaled_float: { type: 'double' },
  histogram: { type: 'object', enabled: false },
  version: { type: 'keyword' },
};

function withFallbacks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withFallbacks);
  if (typeof value !== 'object' || value === null) return value;
  const { type } = value as { type?: unknown };
  const fallback = typeof type === 'string' ? fallbacks[type] : undefined;
  if (fallback) return fallback;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withFallbacks(member)]));
}

function flat(value: unknown, path = ''): Array<[string, unknown]> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, member]) => flat(member, path === '' ? key : `${path}.${key}`));
}

describe('a document that came through logboom, beside the same one from Filebeat itself', () => {
  const direct = 'filebeat-7.17.29-direct';
  const through = 'filebeat-7.17.29-through';
  let server: RealElasticsearch;
  let folder: string;
  const stops: Array<() => Promise<unknown>> = [];

  async function arrived(index: string): Promise<Json[]> {
    return eventually(`${lines.length} documents in ${index}`, async () => {
      await server.request('POST', `/${index}/_refresh`);
      const { body } = await server.request('GET', `/${index}/_search?size=100&sort=log.offset`);
      const hits = body?.hits?.hits ?? [];
      return hits.length === lines.length ? hits.map((hit: { _source: Json }) => hit._source) : undefined;
    });
  }

  async function ship(config: object): Promise<void> {
    const filebeat = await startFilebeat({
      ...shipper([join(folder, 'app.log')]),
      config: { ...common, ...config },
    });
    stops.push(() => filebeat.stop());
  }

  beforeAll(async () => {
    server = await startElasticsearch('8');
    folder = await mkdtemp(join(tmpdir(), 'logboom-compatible-'));
    stops.push(
      () => server.stop(),
      () => rm(folder, { recursive: true }),
    );
    await writeFile(join(folder, 'app.log'), lines.map((line) => `${line}\n`).join(''));
    const template = withFallbacks(await filebeatTemplate());
    const { status, body } = await server.request('PUT', '/_index_template/filebeat-7.17.29', template);
    expect([status, body.error]).toEqual([200, undefined]);
    const logboom = await startLogboom({
      elasticsearch: { hosts: [server.url] },
      parsers: { default: 'none', timestamp: '@timestamp' },
      indexing: { index: '%{[@metadata][beat]}-%{[@metadata][version]}-through' },
    });
    stops.push(
      () => logboom.discard(),
      () => logboom.stop(),
    );
    const direct = { hosts: [server.url], index: 'filebeat-%{[agent.version]}-direct' };
    await ship({
      'output.elasticsearch': direct,
      'setup.template.name': 'x',
      'setup.template.pattern': 'x',
    });
    await ship({ 'output.logstash': { hosts: [logboom.lumberjack] } });
  });
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  it('goes into the index that Filebeat’s name and version make', async () => {
    expect(await arrived(through)).toHaveLength(lines.length);
  });

  it('is equal, field by field, but for the time of receipt', async () => {
    const ofFilebeat = await arrived(direct);
    for (const [i, document] of (await arrived(through)).entries()) {
      const expected = new Map(flat(ofFilebeat[i]));
      const found = new Map(flat(document));
      for (const name of ownOfEach) {
        expect(found.has(name)).toBe(expected.has(name));
        expected.delete(name);
        found.delete(name);
      }
      expect(found.get('event.ingested')).toMatch(/^\d{4}-\d\d-\d\dT/);
      found.delete('event.ingested');
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
    }
  });

  it('is indexed alike by Filebeat’s own template, to which no field is new', async () => {
    const mappingOf = async (index: string) =>
      (await server.request('GET', `/${index}/_mapping`)).body[index].mappings;
    const ofLogboom = await mappingOf(through);
    expect(ofLogboom).toEqual(await mappingOf(direct));
    expect(ofLogboom._meta).toEqual({ beat: 'filebeat', version: '7.17.29' });
    expect(ofLogboom.properties.event.properties.ingested).toEqual({ type: 'date' });
  });
});
