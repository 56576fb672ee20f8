import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Producer } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOutput, parseScenario } from '../../../src/generator/scenario/load.ts';
import { runScenario } from '../../../src/generator/scenario/run.ts';
import { accessLines } from '../support/access-lines.ts';
import { requestsTo } from '../support/findings.ts';
import { type RealKafka, saslUser, startKafka } from '../support/kafka.ts';
import { type RealLogboom, startLogboom } from '../support/logboom.ts';
import { eventually, startFilebeat } from '../support/peers.ts';

const lines = accessLines().slice(0, 6_000);
let folder: string;
let kafka: RealKafka;
let server: RealLogboom;
let producer: Producer;
const stops: (() => Promise<unknown>)[] = [];

const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'];
const statusOf = async (name: string) => (await server.status()).inputs[name]!;

async function search(index: string, body: object) {
  const answer = await requestsTo(server.store)('POST', `/${index}/_search`, { size: 100, ...body });
  return answer.status === 404 ? { total: 0, hits: [], aggregations: {} } : resultOf(answer.body);
}

// biome-ignore lint/suspicious/noExplicitAny: an answer of the store
const resultOf = ({ hits, aggregations }: any) => ({
  total: hits.total.value as number,
  // biome-ignore lint/suspicious/noExplicitAny: documents
  hits: hits.hits.map((hit: any) => hit._source) as any[],
  aggregations,
});

const found = (index: string, total: number) =>
  eventually(`${total} documents in ${index}`, async () => {
    const result = await search(index, { track_total_hits: true });
    return result.total === total ? result : undefined;
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logboom-kafka-lines-'));
  kafka = await startKafka();
  const admin = kafka.client().admin();
  await admin.connect();
  await admin.createTopics({
    topics: ['filebeat', 'lines-a', 'secure', 'generated'].map((topic) => ({
      topic,
      numPartitions: 3,
      replicationFactor: 1,
    })),
  });
  await admin.disconnect();
  await kafka.kill();
  const { authority, certificate, key } = kafka.certificates;
  const input = (name: string, rest: object) => ({ kind: 'kafka', name, group: name, ...rest });
  server = await startLogboom({
    inputs: [
      input('main', { brokers: [kafka.plain], topics: ['filebeat', 'lines-*', 'generated', 'not-there'] }),
      ...mechanisms.map((sasl_mechanism) =>
        input(sasl_mechanism.toLowerCase(), {
          ...{ brokers: [kafka.sasl], topics: ['secure'], ...saslUser, sasl_mechanism },
          dataset: sasl_mechanism.toLowerCase().replaceAll('-', '_'),
        }),
      ),
      input('tls', {
        ...{ brokers: [kafka.tls], topics: ['secure'], dataset: 'tls', ssl_enabled: true },
        ...{ ssl_certificate_authorities: [authority], ssl_certificate: certificate, ssl_key: key },
      }),
    ],
  });
});
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
  await producer?.disconnect();
  await server?.discard();
  await kafka?.stop();
  if (folder) await rm(folder, { recursive: true });
});

describe('a server whose brokers are away at its start', () => {
  it('starts, says so, and reads as soon as they are there', async () => {
    await eventually('the status says it', async () =>
      (await statusOf('main')).problems?.[0]?.startsWith('not connected'),
    );
    await kafka.restart();
    producer = kafka.client().producer();
    await producer.connect();
    await producer.send({ topic: 'secure', messages: [{ value: 'secret line' }] });
    await eventually(
      'it is connected',
      async () => (await statusOf('main')).problems?.join() === 'no topic is named not-there',
    );
  });
});

describe('a topic behind SASL or TLS', () => {
  it.each([...mechanisms.map((one) => one.toLowerCase().replaceAll('-', '_')), 'tls'])(
    'is read with %s',
    async (dataset) => {
      const { hits } = await found(`logs-${dataset}-default`, 1);
      expect(hits[0]).toMatchObject({ message: 'secret line', kafka: { topic: 'secure' } });
    },
  );
});

describe('what producers write', () => {
  it('becomes events with their place in the topic', async () => {
    const timestamp = String(Date.parse('2026-11-29T10:00:00Z'));
    const values = [
      'a plain line\n',
      '{"ts":"2026-11-29T09:00:00Z","level":"error","msg":"own time"}',
      '{"@timestamp":"2026-11-29T08:00:00Z","message":"of Logstash","host":{"name":"web-1"}}',
      '{"schema":{"type":"string","optional":false},"payload":"of Kafka Connect"}',
      '{"schema":null,"payload":{"@timestamp":"2026-11-29T07:00:00Z","message":"of Connect"}}',
    ];
    const messages = values.map((value) => ({
      key: 'k',
      value,
      timestamp,
      partition: 0,
      headers: { source: 'test' },
    }));
    await producer.send({
      topic: 'lines-a',
      messages: [...messages, { key: 'k', value: null, partition: 0 }],
    });
    const { hits } = await found('logs-lines_a-default', values.length);
    const byOffset = hits.sort((a, b) => a.kafka.offset - b.kafka.offset);
    expect(byOffset.map(({ message }) => message)).toEqual([
      'a plain line',
      'own time',
      'of Logstash',
      'of Kafka Connect',
      'of Connect',
    ]);
    expect(byOffset.map((event) => Date.parse(event['@timestamp']))).toEqual(
      [10, 9, 8, 10, 7].map((hour) => Date.UTC(2026, 10, 29, hour)),
    );
    expect(byOffset[0]).toMatchObject({
      kafka: { topic: 'lines-a', partition: 0, offset: 0, key: 'k', headers: ['source: test'] },
      event: { dataset: 'lines-a' },
      input: { type: 'kafka' },
    });
    expect(byOffset[2].host.name).toBe('web-1');
    expect(
      await server.metric('logboom_input_skipped_messages_total{input="main",kind="kafka",reason="empty"}'),
    ).toBe(1);
  });

  it('is read of topics that come later and match', async () => {
    await producer.send({ topic: 'lines-b', messages: [{ value: 'later' }] });
    await found('logs-lines_b-default', 1);
  });
});

describe("Filebeat's output.kafka", () => {
  it.each(['snappy', 'lz4'])(
    'with %s arrives once, though server and broker are killed',
    async (compression) => {
      const path = join(folder, `${compression}.log`);
      const half = lines.length / 2;
      const [from, to] = compression === 'snappy' ? [0, half] : [half, lines.length];
      await appendFile(
        path,
        lines
          .slice(from, to)
          .map(({ message }) => `${message}\n`)
          .join(''),
      );
      const before = (await statusOf('main')).events ?? 0;
      const filebeat = await startFilebeat({
        paths: [path],
        config: {
          'output.kafka': { hosts: [kafka.plain], topic: 'filebeat', compression, bulk_max_size: 100 },
        },
      });
      stops.push(() => filebeat.stop());
      await eventually('some are read', async () => ((await statusOf('main')).events ?? 0) > before + 100);
      await server.kill();
      await server.restart();
      await filebeat.acked(half, 120_000);
      await kafka.kill();
      await kafka.restart();
      const query = { term: { 'log.file.path': path } };
      const all = await eventually(
        'all are indexed',
        async () => {
          const aggs = { offsets: { cardinality: { field: 'log.offset', precision_threshold: 40_000 } } };
          const result = await search('logs-filebeat-default', {
            query,
            aggs,
            track_total_hits: true,
            size: 1,
          });
          return result.aggregations?.offsets?.value >= half ? result : undefined;
        },
        120_000,
      );
      expect(all.aggregations.offsets.value).toBe(half);
      // Filebeat sends a message again whose answer it did not get: then the topic holds it twice.
      const positions = await search('logs-filebeat-default', {
        ...{ query, size: 0, track_total_hits: true },
        aggs: Object.fromEntries(
          [0, 1, 2].map((partition) => [
            `p${partition}`,
            {
              filter: { term: { 'kafka.partition': partition } },
              aggs: { offsets: { cardinality: { field: 'kafka.offset', precision_threshold: 40_000 } } },
            },
          ]),
        ),
      });
      // biome-ignore lint/suspicious/noExplicitAny: an answer of the store
      const distinct = Object.values<any>(positions.aggregations).reduce(
        (sum, one) => sum + one.offsets.value,
        0,
      );
      expect(positions.total).toBe(distinct);
      expect(all.hits[0]).toMatchObject({
        agent: { type: 'filebeat' },
        http: { version: expect.any(String) },
      });
    },
  );

  it('leaves no lag, and committed offsets', async () => {
    await eventually(
      'no lag',
      async () => (await server.metric('logboom_kafka_lag_messages{input="main",topic="filebeat"}')) === 0,
    );
    expect((await statusOf('main')).lagMessages).toBe(0);
    const admin = kafka.client().admin();
    await admin.connect();
    const [ends, [committed]] = [
      await admin.fetchTopicOffsets('filebeat'),
      await admin.fetchOffsets({ groupId: 'main', topics: ['filebeat'] }),
    ];
    await admin.disconnect();
    for (const { partition, high } of ends)
      expect(committed!.partitions.find((one) => one.partition === partition)!.offset).toBe(high);
  });
});

describe('the generator', () => {
  it('writes to a topic, and each line is in the index once, with its host and its time', async () => {
    const count = 4_000;
    const written = {
      ...{ clock: 'simulated', count, seed: 3 },
      streams: [
        {
          ...{ name: 'generated', format: 'json', hosts: ['shop-1', 'shop-2'] },
          traffic: { shape: 'poisson', rate: 500 },
          messages: [{ text: 'job {n} done' }],
        },
      ],
      output: { kind: 'kafka', brokers: [kafka.plain], topic: 'generated' },
    };
    const scenario = parseScenario(JSON.stringify(written), 'test');
    const output = await openOutput(scenario.output, () => {});
    const { lines: sent, from, to } = await runScenario({ scenario, output });
    expect(sent).toBe(count);
    await found('logs-generated-default', count);
    const { aggregations } = await search('logs-generated-default', {
      aggs: {
        places: {
          terms: { field: 'kafka.partition' },
          aggs: { offsets: { cardinality: { field: 'kafka.offset', precision_threshold: 40_000 } } },
        },
        hosts: { terms: { field: 'host.name' } },
        first: { min: { field: '@timestamp' } },
        last: { max: { field: '@timestamp' } },
      },
    });
    const places = aggregations.places.buckets as { offsets: { value: number } }[];
    expect(places.reduce((sum, { offsets }) => sum + offsets.value, 0)).toBe(count);
    const hosts = aggregations.hosts.buckets as { key: string }[];
    expect(hosts.map(({ key }) => key).sort()).toEqual(['shop-1', 'shop-2']);
    expect(aggregations.first.value).toBe(Math.floor(from));
    expect(aggregations.last.value).toBe(Math.floor(to));
  });
});

describe('the server', () => {
  it('stops well in the end', () => server.stop());
});
