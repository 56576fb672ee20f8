import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { boundedLabel, createMetrics, type MetricsReport, reportOf } from '../../src/telemetry/metrics.ts';

const counter = (registers: Registry[]) =>
  new Counter({ name: 'logboom_events_total', help: 'Events.', labelNames: ['input'], registers });

describe('metrics', () => {
  it('hold those of the process', async () => {
    const text = await createMetrics().text();
    expect(text).toMatch(/^process_cpu_seconds_total \d/m);
    expect(text).toMatch(/^process_start_time_seconds \d{10}/m);
    expect(text).toMatch(/^nodejs_version_info\{version="v/m);
  });

  it('hold those of the main thread’s components', async () => {
    const metrics = createMetrics();
    counter([metrics.registry]).inc({ input: 'lumberjack' }, 3);
    expect(await metrics.text()).toContain('logboom_events_total{input="lumberjack"} 3\n');
  });

  it('of worker threads are added to those of the main thread', async () => {
    const metrics = createMetrics();
    counter([metrics.registry]).inc({ input: 'a' }, 1);
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads');
       const { Counter, Histogram, Registry } = require('prom-client');
       const registry = new Registry();
       new Counter({ name: 'logboom_events_total', help: 'Events.', labelNames: ['input'], registers: [registry] }).inc({ input: 'a' }, 41);
       new Histogram({ name: 'logboom_put_seconds', help: 'Puts.', buckets: [1, 2], registers: [registry] }).observe(1.5);
       registry.getMetricsAsJSON().then((report) => parentPort.postMessage(JSON.parse(JSON.stringify(report))));`,
      { eval: true },
    );
    const [report] = (await once(worker, 'message')) as [MetricsReport];
    metrics.take('analyser', report);
    const text = await metrics.text();
    expect(text).toContain('logboom_events_total{input="a"} 42\n');
    expect(text).toContain('logboom_put_seconds_bucket{le="2"} 1\n');
    expect(text).toContain('logboom_put_seconds_bucket{le="+Inf"} 1\n');
    expect(text).toContain('logboom_put_seconds_sum 1.5\n');
    await worker.terminate();
  });

  it('of a worker replace its earlier ones', async () => {
    const metrics = createMetrics();
    const registry = new Registry();
    const events = counter([registry]);
    for (const amount of [1, 1]) {
      events.inc({ input: 'a' }, amount);
      metrics.take('analyser', await reportOf(registry));
    }
    expect(await metrics.text()).toContain('logboom_events_total{input="a"} 2\n');
  });

  it('name each metric once, whichever threads have it', async () => {
    const metrics = createMetrics();
    counter([metrics.registry]).inc({ input: 'a' });
    for (const thread of ['analyser', 'indexer']) {
      const registry = new Registry();
      counter([registry]).inc({ input: thread });
      new Gauge({ name: `logboom_${thread}`, help: 'x', registers: [registry] }).set(1);
      metrics.take(thread, await reportOf(registry));
    }
    const names = (await metrics.text()).match(/^# TYPE \S+/gm)!;
    expect(new Set(names).size).toBe(names.length);
  });

  it('of all kinds can be posted to another thread', async () => {
    const registry = new Registry();
    new Gauge({ name: 'g', help: 'g', registers: [registry], collect: () => undefined });
    new Histogram({ name: 'h', help: 'h', labelNames: ['x'], registers: [registry] }).observe({ x: 'y' }, 1);
    const report = await reportOf(registry);
    expect(structuredClone(report)).toEqual(report);
  });
});

describe('a label that senders choose', () => {
  it('has a bounded number of values', () => {
    const label = boundedLabel(2);
    expect(['a', 'b', 'c', 'a', 'd'].map(label)).toEqual(['a', 'b', '_other', 'a', '_other']);
  });

  it('has a bounded length', () => {
    expect(boundedLabel()('x'.repeat(1000))).toHaveLength(100);
  });
});
