import { Counter, Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { viewsOf } from '../../src/kibana/data-views.ts';
import type { BulkItem } from '../../src/model.ts';
import {
  type ServerSample,
  serverDocument,
  startServerMetrics,
} from '../../src/monitoring/server-metrics.ts';
import { Readings } from '../../src/telemetry/metrics.ts';
import { knownFields } from '../support/kibana/fields.ts';
import { status } from '../support/status.ts';

const at = Date.parse('2026-11-21T12:00:00Z');
const identity = { host: 'web-1', data: '/var/lib/logboom', indexing: { namespace: 'default' } };

const sample = (changes: Partial<ServerSample> = {}): ServerSample => ({
  at,
  readings: new Readings(),
  status: status(),
  use: { cpu: 1_000, rss: 100, heap: 50 },
  ...changes,
});

const later = (changes: Partial<ServerSample> = {}) => sample({ at: at + 10_000, ...changes });

const documentOf = ({ document }: BulkItem) => JSON.parse(String(document));

async function readings(): Promise<Readings> {
  const registry = new Registry();
  const counter = (name: string, labels: Record<string, string>, value: number) =>
    new Counter({ name, help: '.', labelNames: Object.keys(labels), registers: [registry] }).inc(
      labels,
      value,
    );
  counter('logboom_lumberjack_events_total', {}, 5_000);
  counter('logboom_late_events_total', { outcome: 'too late' }, 7);
  counter('logboom_events_late_total', { rule: 'bursts' }, 14);
  counter('logboom_elasticsearch_documents_total', { outcome: 'indexed' }, 4_000);
  const ack = {
    name: 'logboom_lumberjack_ack_seconds',
    help: '.',
    buckets: [0.001, 0.01],
    registers: [registry],
  };
  new Histogram(ack).observe(0.005);
  return new Readings(await registry.getMetricsAsJSON());
}

describe('the document that a server writes of itself', () => {
  it('counts what happened in the interval', async () => {
    const item = serverDocument(sample(), later({ readings: await readings() }), identity);
    expect(item).toMatchObject({ action: 'create', index: 'metrics-logboom.server-default' });
    expect(documentOf(item)).toMatchObject({
      '@timestamp': '2026-11-21T12:00:10.000Z',
      event: { kind: 'metric', dataset: 'logboom.server', duration: 10_000_000_000 },
      host: { name: 'web-1' },
      logboom: {
        input: { events: 5_000, events_per_second: 500, connections: 2, ack: { p50: 5.5 } },
        events: { late: 7 },
        sink: { indexed: 4_000, indexed_per_second: 400, available: false },
      },
    });
  });

  it('tells how the server stands', () => {
    const used = { cpu: 6_000, rss: 300, heap: 60 };
    expect(documentOf(serverDocument(sample(), later({ use: used }), identity)).logboom).toMatchObject({
      journal: { bytes: 1024, fill: 0 },
      readers: {
        analyser: { lag: { records: 0 } },
        indexer: { lag: { records: 5, bytes: 2048, seconds: 3 } },
      },
      alerts: { open: 1 },
      notifications: { pending: 2 },
      process: { cpu: 0.5, memory: { rss: 300, heap: 60 } },
    });
  });

  it('has an id of its own for each server and time', () => {
    const one = serverDocument(sample(), later(), identity).id;
    expect(serverDocument(sample(), later(), identity).id).toBe(one);
    expect(serverDocument(sample(), later(), { ...identity, data: '/other' }).id).not.toBe(one);
    expect(serverDocument(sample(), later({ at: at + 11_000 }), identity).id).not.toBe(one);
  });

  it('has no field that the template does not name', async () => {
    const known = knownFields(viewsOf()).get('logboom-server')!;
    const document = documentOf(serverDocument(sample(), later({ readings: await readings() }), identity));
    expect(paths(document).filter((path) => !known.has(path))).toEqual([]);
  });
});

function paths(of: object, prefix = ''): string[] {
  return Object.entries(of).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null ? paths(value, `${prefix}${name}.`) : [`${prefix}${name}`],
  );
}

it('the first sample is where the first interval begins', async () => {
  let now = at;
  const items: BulkItem[] = [];
  const both = new Promise<void>((resolve) => {
    const own = startServerMetrics({
      ...identity,
      every: 1,
      sample: async () => {
        now += 1_000;
        return sample({ at: now });
      },
      out: (item) => {
        if (items.push(item) < 2) return;
        own.stop();
        resolve();
      },
    });
  });
  await both;
  expect(items.map((item) => documentOf(item)['@timestamp'])).toEqual([
    '2026-11-21T12:00:02.000Z',
    '2026-11-21T12:00:03.000Z',
  ]);
});
