import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentInstruments } from '../../../src/telemetry/metrics.ts';
import { type FakeElasticsearch, startFakeElasticsearch } from '../support/fake-elasticsearch.ts';
import { items, testSink } from '../support/sink.ts';

let server: FakeElasticsearch;
beforeEach(async () => {
  server = await startFakeElasticsearch();
});
afterEach(() => server.close());

describe('the metrics of the sink', () => {
  it('say the same as its reports and its status', async () => {
    server.onBulk = ({ actions }, number) =>
      number === 0
        ? { status: 503 }
        : { items: actions.map(({ id }) => (id === 'id-1' ? { status: 400 } : undefined)) };
    const { sink, metrics } = testSink({ hosts: [server.url] });
    await sink.deliver(items(4));
    await sink.deliver(items(2));
    const text = await metrics.metrics();
    for (const line of [
      'logboom_elasticsearch_documents_total{outcome="indexed"} 3',
      'logboom_elasticsearch_documents_total{outcome="duplicate"} 1',
      'logboom_elasticsearch_documents_total{outcome="dead-lettered"} 2',
      'logboom_elasticsearch_bulks_total{outcome="failed"} 1',
      'logboom_elasticsearch_available 1',
      'logboom_elasticsearch_in_flight 0',
    ])
      expect(text).toContain(line);
    expect(sink.status().delivered).toEqual({ indexed: 3, duplicates: 1, deadLettered: 2 });
    expect(text).toMatch(/logboom_elasticsearch_bulk_seconds_count \d/);
    await sink.close();
  });

  it('are shared by sinks that share a registry', async () => {
    const instruments = silentInstruments();
    const sinks = [1, 2].map(() => testSink({ hosts: [server.url], instruments }).sink);
    await Promise.all(sinks.map((sink, i) => sink.deliver(items(2, `${i}-`))));
    const text = await instruments.metrics.metrics();
    expect(text).toContain('outcome="indexed"} 4');
    expect(text).toContain('logboom_elasticsearch_available 1');
    await Promise.all(sinks.map((sink) => sink.close()));
  });
});
