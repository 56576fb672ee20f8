import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { elasticsearch, indexing } from '../../src/config/schema/outputs.ts';
import { connect } from '../../src/generator/client.ts';
import type { BulkItem, DeadLetter } from '../../src/model.ts';
import { createElasticsearchSink } from '../../src/sinks/elasticsearch/sink.ts';
import { memoryDeadLetters } from '../sinks/support/sink.ts';
import { reported } from '../support/eventually.ts';
import { anHttpServer, reply } from '../support/http.ts';
import { startLogboom } from './support/logboom.ts';
import { eventually, type RealElasticsearch, startElasticsearch } from './support/peers.ts';

const password = 'correct horse battery staple';
let server: RealElasticsearch;

beforeAll(async () => {
  const settings = {
    'http.max_content_length': '256kb',
    'thread_pool.write.size': 1,
    'thread_pool.write.queue_size': 1,
  };
  server = await startElasticsearch('9', { password, settings });
});
afterAll(() => server?.stop());

const event = (id: string, index: string, more: object = {}): BulkItem => ({
  action: 'create',
  index,
  id,
  document: JSON.stringify({ '@timestamp': '2026-11-21T05:40:07.490Z', message: `line ${id}`, ...more }),
});
const events = (count: number, prefix: string, index: string, more: object = {}) =>
  Array.from({ length: count }, (_, i) => event(`${prefix}${i}`, index, more));

function aSink(config: object = {}, index: object = {}) {
  const letters: DeadLetter[] = [];
  const metrics = new Registry();
  const sink = createElasticsearchSink({
    elasticsearch: elasticsearch.parse({
      hosts: [server.url],
      user: 'elastic',
      password,
      timeout: '8s',
      ...config,
    }),
    indexing: indexing.parse({ retryInitial: '50ms', retryMax: '500ms', ...index }),
    deadLetters: memoryDeadLetters(letters),
    instruments: { log: pino({ level: 'silent' }), metrics },
  });
  onTestFinished(() => sink.close());
  const again = async () => {
    const text = await metrics.getSingleMetricAsString('logboom_elasticsearch_documents_total');
    return Number(/outcome="again"\} (\d+)/.exec(text)?.[1] ?? 0);
  };
  return { sink, letters, again };
}

async function count(index: string): Promise<number> {
  await server.request('POST', `/${index}/_refresh`);
  return (await server.request('GET', `/${index}/_count`)).body.count;
}

describe('a real Elasticsearch in trouble', () => {
  it.each([true, false])(
    'that takes small bodies only (compressed: %s) gets smaller ones; the one document that never fits is a dead letter',
    async (compression) => {
      const index = `logs-small${compression}-default`;
      const { sink, letters } = aSink({ compression });
      // Random, so that a compressed body is large as well.
      const noise = () => Array.from({ length: 40 }, () => Math.random().toString(36)).join('');
      const items = Array.from({ length: 3_000 }, (_, i) => event(`s${i}`, index, { noise: noise() }));
      const giant = event('giant', index, {
        noise: Array.from({ length: 60_000 }, () => Math.random().toString(36)).join(''),
      });
      const report = await sink.deliver([...items, giant]);
      expect(report).toEqual({ indexed: 3_000, duplicates: 0, deadLettered: 1 });
      expect(letters.map(({ id, reason }) => [id, reason])).toEqual([
        ['giant', expect.stringMatching(/larger than the server takes \(413\)/)],
      ]);
      expect(await count(index)).toBe(3_000);
    },
  );

  it('that knows a parameter of the requests not keeps them waiting; a document that it cannot read is a dead letter', async () => {
    const wrong = aSink({ parameters: { tiemout: '1m' } });
    const waiting = wrong.sink.deliver(events(5, 'p', 'logs-parameters-default'));
    waiting.catch(() => undefined);
    await eventually('the sink waits', () => wrong.sink.status().state === 'retrying');
    expect(wrong.sink.status().reason).toMatch(
      /unrecognized parameter: \[tiemout\].*`elasticsearch.parameters`/,
    );
    expect(wrong.letters).toEqual([]);
    // Somebody who may only write is told apart as well.
    const indices = [{ names: ['logs-*'], privileges: ['create_doc', 'auto_configure'] }];
    await server.request('PUT', '/_security/role/only_writes', { indices });
    await server.request('PUT', '/_security/user/only_writes', { password, roles: ['only_writes'] });
    const right = aSink({ user: 'only_writes' }, { installTemplates: false });
    const broken = event('x'.repeat(600), 'logs-parameters-default');
    expect(await right.sink.deliver([broken, ...events(5, 'p', 'logs-parameters-default')])).toEqual({
      ...{ indexed: 5, duplicates: 0, deadLettered: 1 },
    });
    expect(right.letters).toMatchObject([
      { reason: expect.stringMatching(/^action_request_validation_exception: /) },
    ]);
  });

  it('in a storm of 429s takes every document once', async () => {
    const { sink, letters, again } = aSink({}, { maxBulkItems: 20, maxBulksInFlight: 24 });
    const reports = await Promise.all(
      Array.from({ length: 20 }, (_, run) => sink.deliver(events(200, `run-${run}-`, 'logs-storm-default'))),
    );
    const sum = (outcome: 'indexed' | 'duplicates' | 'deadLettered') =>
      reports.reduce((total, report) => total + report[outcome], 0);
    expect(sum('indexed') + sum('duplicates')).toBe(4_000);
    expect(sum('deadLettered')).toBe(0);
    expect(letters).toEqual([]);
    expect(await count('logs-storm-default')).toBe(4_000);
    // Without this the test would have proved nothing.
    expect(await again()).toBeGreaterThan(0);
  });

  it('with a red index takes what is for others, and the rest when it is well again', async () => {
    const settings = { 'index.routing.allocation.include._name': 'nowhere', number_of_shards: 1 };
    await server.request('PUT', '/red?wait_for_active_shards=0&timeout=1s', { settings });
    const { sink, letters } = aSink();
    const delivery = sink.deliver([...events(5, 'r', 'red'), ...events(5, 'g', 'logs-green-default')]);
    await expect.poll(() => count('logs-green-default').catch(() => 0), { timeout: 20_000 }).toBe(5);
    await expect
      .poll(() => sink.status().reason, { timeout: 20_000 })
      .toMatch(/5 documents wait: unavailable_shards/);
    expect(await sink.deliver(events(5, 'more', 'logs-green-default'))).toMatchObject({ indexed: 5 });
    await server.request('PUT', '/red/_settings', { 'index.routing.allocation.include._name': null });
    const report = await delivery;
    expect(report.indexed + report.duplicates).toBe(10);
    expect(report.deadLettered).toBe(0);
    expect(await count('red')).toBe(5);
    expect(letters).toEqual([]);
    expect(sink.status()).toMatchObject({ state: 'delivering', deferred: 0 });
  });

  it('with a read-only index as of a full disk keeps its documents until the block is gone', async () => {
    const { sink, letters } = aSink();
    await sink.deliver(events(1, 'before', 'logs-full-default'));
    const block = (value: boolean | null) =>
      server.request('PUT', '/logs-full-default/_settings', { 'index.blocks.read_only_allow_delete': value });
    await block(true);
    const delivery = sink.deliver(events(5, 'after', 'logs-full-default'));
    await expect
      .poll(() => sink.status().reason)
      .toMatch(/5 documents wait: cluster_block_exception.*flood-stage/);
    await block(null);
    expect(await delivery).toEqual({ indexed: 5, duplicates: 0, deadLettered: 0 });
    expect(letters).toEqual([]);
  });

  it('whose key was invalidated under load says so, and a new key takes what was left, each document once', async () => {
    const { body: key } = await server.request('POST', '/_security/api_key', { name: 'short-lived' });
    const { sink, letters } = aSink({ api_key: key.encoded, user: undefined, password: undefined });
    const runs = Array.from({ length: 6 }, (_, run) => events(50, `k${run}-`, 'logs-key-default'));
    expect(await sink.deliver(runs[0]!)).toMatchObject({ indexed: 50 });
    await server.request('DELETE', '/_security/api_key', { ids: [key.id] });
    const pending = Promise.allSettled(runs.slice(1).map((run) => sink.deliver(run)));
    await expect.poll(() => sink.status().reason).toMatch(/401.*`api_key`/s);
    await sink.close();
    expect((await pending).every(({ status }) => status === 'rejected')).toBe(true);
    expect(letters).toEqual([]);
    const next = aSink();
    for (const run of runs) await next.sink.deliver(run);
    expect(await count('logs-key-default')).toBe(300);
    expect(next.letters).toEqual([]);
  });

  it('of three front ends one dies under load, and comes back: every document once, without a dead letter', async () => {
    const fronts = await Promise.all([aFrontEnd(), aFrontEnd(), aFrontEnd()]);
    const { sink, letters } = aSink(
      { hosts: fronts.map(({ url }) => url) },
      { maxBulkItems: 50, maxBulksInFlight: 3 },
    );
    const settled = { indexed: 0, duplicates: 0, deadLettered: 0 };
    for (let run = 0; run < 30; run++) {
      if (run === 8) await fronts[1]!.die();
      if (run === 20) await fronts[1]!.revive();
      const report = await sink.deliver(events(100, `f${run}-`, 'logs-fronts-default'));
      for (const outcome of ['indexed', 'duplicates', 'deadLettered'] as const)
        settled[outcome] += report[outcome];
    }
    expect(settled.indexed + settled.duplicates).toBe(3_000);
    expect(settled.deadLettered).toBe(0);
    expect(letters).toEqual([]);
    expect(await count('logs-fronts-default')).toBe(3_000);
    for (const { served } of fronts) expect(served()).toBeGreaterThan(0);
  });
});

describe('a whole server in front of it', () => {
  it('tells people while it is killed under load, and has every document once when it is back', async () => {
    // A second try finds what the first one left.
    const namespace = `outage${Date.now()}`;
    const webhook = await anHttpServer((_, response) => reply(response, 200));
    const logboom = await startLogboom({
      elasticsearch: { hosts: [server.url], user: 'elastic', password, timeout: '5s' },
      indexing: { retryInitial: '100ms', retryMax: '1s', namespace },
      selfMonitoring: { every: '200ms', sinkDown: '1s', keepActiveFor: '0s' },
      time: { idleAfter: '1s' },
      notifiers: { ops: { kind: 'webhook', url: webhook.url } },
      rules: [{ name: 'burst', over: '1s', every: '100ms', lateness: '0s', when: '>= 50', notify: ['ops'] }],
    });
    onTestFinished(() => logboom.discard());
    const [host, port] = logboom.lumberjack.split(':');
    const client = await connect({ host: host!, port: Number(port) });
    onTestFinished(() => client.close());
    let sent = 0;
    async function ship(runs: number): Promise<void> {
      for (let run = 0; run < runs; run++) {
        const time = Date.now();
        await client.send(
          Array.from({ length: 100 }, (_, i) =>
            JSON.stringify({ '@timestamp': new Date(time + i).toISOString(), number: sent + i }),
          ),
        );
        sent += 100;
      }
    }
    const begin = new Date().toISOString();
    await ship(20);
    await server.kill();
    await ship(20);
    const told = () => webhook.received.map(({ body }) => (body as { rule: { name: string } }).rule.name);
    await eventually('both alerts were told', async () => {
      const names = new Set(told());
      return names.has('burst') && names.has('logboom-sink-down');
    });
    expect((await logboom.status()).alerts.own).toMatchObject([{ rule: 'logboom-sink-down' }]);
    await server.restart();
    await ship(10);
    const events = `logs-generic-${namespace}`;
    await eventually(
      'all documents are there',
      async () => (await count(events).catch(() => 0)) === sent,
      120_000,
    );
    // On a slow machine the server may falter again as it comes up: each time is an episode, and each is told and ended.
    const episodes = async (status: string) => {
      await server.request('POST', '/alerts/_refresh');
      const query = `rule.name:"logboom-sink-down" AND alert.status:${status} AND @timestamp:["${begin}" TO *]`;
      return (await server.request('GET', `/alerts/_count?q=${encodeURIComponent(query)}`)).body
        .count as number;
    };
    await eventually(
      'the alert about itself is over and in the index',
      async () => (await episodes('inactive')) > 0 && (await episodes('active')) === 0,
      120_000,
    );
    await reported(logboom, 'logboom_dead_letters_kept', 0);
    await eventually('each episode was reported and its end, too', async () => {
      const open = await episodes('active');
      const reports = told().filter((name) => name === 'logboom-sink-down').length;
      return open === 0 && reports === 2 * (await episodes('inactive'));
    });
    await logboom.stop();
  });
});

/** One of several addresses of the same cluster, which dies by closing its port and cutting what is under way. */
async function aFrontEnd() {
  const target = new URL(server.url);
  let served = 0;
  let port = 0;
  let front: Server;
  async function revive(): Promise<void> {
    front = createServer((from, to) => {
      served += 1;
      const { method, url: path, headers } = from;
      const onward = httpRequest(
        { host: target.hostname, port: target.port, method, path, headers },
        (answer) => {
          to.writeHead(answer.statusCode!, answer.headers);
          answer.pipe(to);
        },
      );
      onward.on('error', () => to.destroy());
      from.pipe(onward);
    });
    await new Promise<void>((resolve) => front.listen(port, '127.0.0.1', resolve));
    port = (front.address() as AddressInfo).port;
  }
  async function die(): Promise<void> {
    front.closeAllConnections();
    await new Promise((resolve) => front.close(resolve));
  }
  await revive();
  onTestFinished(() => void front.close());
  return { url: `http://127.0.0.1:${port}`, served: () => served, die, revive };
}
