import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeElasticsearch, type Fault, startFakeElasticsearch } from '../support/fake-elasticsearch.ts';
import { items, type TestSink, type TestSinkOptions, testSink } from '../support/sink.ts';

let servers: FakeElasticsearch[] = [];
let open: TestSink[] = [];

beforeEach(async () => {
  servers = [await startFakeElasticsearch()];
});
afterEach(async () => {
  await Promise.all(open.map(({ sink }) => sink.close()));
  await Promise.all(servers.map((server) => server.close()));
  open = [];
});

function sinkFor(options: TestSinkOptions = {}): TestSink {
  const made = testSink({ hosts: servers.map(({ url }) => url), ...options });
  open.push(made);
  return made;
}

const error = (type: string, reason: string) => ({ error: { type, reason } });
const each = (status: number, type: string, reason = type): Fault => ({
  items: Array.from({ length: 100 }, () => ({ status, type, reason })),
});
const whole = (status: number, type: string, reason = type): Fault => ({ status, body: error(type, reason) });
/** How often a fault strikes before it is over. */
const strikes = 12;

const readOnly =
  'index [logs-app-default] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];';

/** Each trouble, what the server answers in it, and how the status words it meanwhile. */
const troubles: [trouble: string, fault: Fault, words: RegExp][] = [
  ['connections are cut', 'reset', /not reachable/],
  ['429, the whole request', whole(429, 'es_rejected_execution_exception'), /429/],
  ['429, each document', each(429, 'es_rejected_execution_exception'), /documents wait: es_rejected/],
  ['a tripped circuit breaker', whole(429, 'circuit_breaking_exception'), /circuit_breaking/],
  ['500', { status: 500 }, /status 500/],
  ['502 of a proxy', { status: 502 }, /status 502/],
  ['503 without a master', whole(503, 'master_not_discovered_exception'), /master_not_discovered/],
  ['504 of a proxy', { status: 504 }, /status 504/],
  ['a red index', each(503, 'unavailable_shards_exception', 'primary shard is not active'), /primary shard/],
  ['a full disk, by 429', each(429, 'cluster_block_exception', readOnly), /flood-stage watermark/],
  ['a full disk, by 403', each(403, 'cluster_block_exception', readOnly), /flood-stage watermark/],
  ['no room for another shard', each(400, 'validation_exception', 'maximum normal shards open'), /shards/],
  ['expired credentials', whole(401, 'security_exception', 'api key is expired'), /expired.*`api_key`/],
  ['a missing right', whole(403, 'security_exception', 'is unauthorized'), /lacks a right/],
  ['a missing right for one index', each(403, 'security_exception', 'is unauthorized'), /unauthorized/],
  ['an answer that is no JSON object', { status: 200, body: [] }, /holds no items/],
];

describe('Elasticsearch in trouble', () => {
  it.each(troubles)('%s: everything waits, is told, and arrives once', async (_, fault, words) => {
    const [server] = servers;
    const seen: (string | undefined)[] = [];
    const { sink, letters, pauses } = sinkFor();
    server!.onBulk = (_request, number) => {
      if (number > 1) seen.push(sink.status().reason);
      return number < strikes ? fault : undefined;
    };
    const reports = await Promise.all([sink.deliver(items(10, 'a-')), sink.deliver(items(10, 'b-'))]);
    expect(reports.map(({ indexed }) => indexed)).toEqual([10, 10]);
    expect(letters).toEqual([]);
    expect([...server!.writes.values()]).toEqual(Array.from({ length: 20 }, () => 1));
    expect(seen[0]).toMatch(words);
    expect(pauses.length).toBeGreaterThan(2);
    expect(sink.status()).toMatchObject({ state: 'delivering', reason: undefined, deferred: 0 });
  });

  it('down at start: it waits, templates come first, and then every document once', async () => {
    const [server] = servers;
    const { port } = new URL(server!.url);
    await server!.close();
    const { sink, letters } = sinkFor({
      index: { installTemplates: true, retryInitial: '20ms', retryMax: '50ms' },
      realTime: true,
    });
    const delivery = sink.deliver(items(10));
    await expect.poll(() => sink.status().state).toBe('retrying');
    servers = [await startFakeElasticsearch(Number(port))];
    expect(await delivery).toMatchObject({ indexed: 10 });
    expect(servers[0]!.templates.size).toBeGreaterThanOrEqual(5);
    const firstBulk = servers[0]!.requests.findIndex(({ path }) => path.startsWith('/_bulk'));
    const lastTemplate = servers[0]!.requests.findLastIndex(({ path }) => path.includes('template'));
    expect(firstBulk).toBeGreaterThan(lastTemplate);
    expect(letters).toEqual([]);
  });

  it('slow: fewer requests wait for it at once, and an answer that comes too late is asked for again', async () => {
    const [server] = servers;
    server!.onBulk = (_, number) => (number < 3 ? 'never' : { after: 20 });
    const { sink, letters } = sinkFor({
      config: { timeout: '150ms' },
      index: { maxBulkItems: 5, maxBulksInFlight: 4, retryInitial: '10ms' },
      realTime: true,
    });
    const delivery = sink.deliver(items(40));
    await expect.poll(() => sink.status().inFlightBound).toBeLessThan(4);
    expect(await delivery).toMatchObject({ indexed: 40 });
    expect(letters).toEqual([]);
  });

  it('a node of three dead, in the middle of its work: the others take over without a pause', async () => {
    servers.push(await startFakeElasticsearch(), await startFakeElasticsearch());
    const { sink, pauses, letters } = sinkFor({ index: { maxBulkItems: 10, maxBulksInFlight: 3 } });
    servers[0]!.onBulk = (_, number) => {
      if (number === 2) void servers[0]!.close();
      return number < 2 ? undefined : 'reset';
    };
    for (let run = 0; run < 5; run++)
      expect(await sink.deliver(items(60, `run-${run}-`))).toMatchObject({ indexed: 60 });
    const written = servers.flatMap(({ writes }) => [...writes.keys()]);
    expect(written).toHaveLength(300);
    expect(new Set(written).size).toBe(300);
    expect(pauses).toEqual([]);
    expect(letters).toEqual([]);
  });

  it('one index red: the server is asked to answer well before the request would be given up', async () => {
    const { sink } = sinkFor({ config: { timeout: '60s' } });
    await sink.deliver(items(1));
    const { searchParams } = new URL(servers[0]!.bulks()[0]!.path, 'http://localhost');
    expect(searchParams.get('timeout')).toBe('15000ms');
  });

  it('one index read-only: documents for others pass it, and it holds up what is behind it in the queue only', async () => {
    const [server] = servers;
    let blocked = true;
    server!.onBulk = ({ actions }) => ({
      items: actions.map(({ index }) =>
        blocked && index === 'logs-full-default'
          ? { status: 403, type: 'cluster_block_exception', reason: 'blocked' }
          : { status: 201 },
      ),
    });
    const { sink } = sinkFor();
    const both = [...items(5, 'full-', 'logs-full-default'), ...items(5, 'other-', 'logs-other-default')];
    const delivery = sink.deliver(both);
    await expect.poll(() => sink.status().deferred).toBe(5);
    expect(sink.status()).toMatchObject({
      state: 'retrying',
      reason: '5 documents wait: cluster_block_exception: blocked',
    });
    expect(await sink.deliver(items(5, 'more-', 'logs-other-default'))).toMatchObject({ indexed: 5 });
    blocked = false;
    expect(await delivery).toMatchObject({ indexed: 10 });
    expect(sink.status()).toMatchObject({ state: 'delivering', deferred: 0 });
  });
});

describe('what Elasticsearch finally refuses', () => {
  it.each([
    ['a mapping conflict', 400, 'document_parsing_exception', 'object mapping for [source] tried to parse'],
    ['a type that does not fit', 400, 'mapper_parsing_exception', 'failed to parse field [n] of type [long]'],
    ['too many fields', 400, 'illegal_argument_exception', 'Limit of total fields [1000] has been exceeded'],
    ['a name that no index may have', 400, 'invalid_index_name_exception', 'must be lowercase'],
  ])('%s is a dead letter with its reason, alone among its neighbours', async (_, status, type, reason) => {
    const [server] = servers;
    server!.onBulk = ({ actions }) => ({
      items: actions.map(({ id }) => (id === 'id-3' ? { status, type, reason } : { status: 201 })),
    });
    const { sink, letters } = sinkFor();
    expect(await sink.deliver(items(8))).toEqual({ indexed: 7, duplicates: 0, deadLettered: 1 });
    expect(letters).toMatchObject([{ id: 'id-3', index: 'logs-test-default', reason: `${type}: ${reason}` }]);
  });
});
