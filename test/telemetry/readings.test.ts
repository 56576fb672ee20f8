import { Counter, Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { Readings } from '../../src/telemetry/metrics.ts';

const read = async (registry: Registry) => new Readings(await registry.getMetricsAsJSON());

function aCounter(registry: Registry) {
  return new Counter({ name: 'bulks', help: '.', labelNames: ['outcome'], registers: [registry] });
}

describe('readings of metrics', () => {
  it('add up what the labels do not tell apart', async () => {
    const registry = new Registry();
    const counter = aCounter(registry);
    counter.inc({ outcome: 'answered' }, 5);
    counter.inc({ outcome: 'failed' }, 2);
    const readings = await read(registry);
    expect(readings.sum('bulks')).toBe(7);
    expect(readings.sum('bulks', { outcome: 'failed' })).toBe(2);
    expect(readings.sum('bulks', { outcome: 'lost' })).toBe(0);
    expect(readings.sum('unheard')).toBe(0);
  });

  it('tell by how much a counter has grown', async () => {
    const registry = new Registry();
    const counter = aCounter(registry);
    counter.inc({ outcome: 'failed' }, 2);
    const before = await read(registry);
    counter.inc({ outcome: 'failed' }, 3);
    expect((await read(registry)).growth(before, 'bulks')).toBe(3);
  });

  it('know that a counter which fell began anew', async () => {
    const registry = new Registry();
    const counter = aCounter(registry);
    counter.inc({ outcome: 'failed' }, 10);
    const before = await read(registry);
    counter.reset();
    counter.inc({ outcome: 'failed' }, 4);
    expect((await read(registry)).growth(before, 'bulks')).toBe(4);
  });
});

describe('a quantile of a histogram', () => {
  function aHistogram() {
    const registry = new Registry();
    const histogram = new Histogram({
      name: 'seconds',
      help: '.',
      buckets: [1, 2, 4],
      registers: [registry],
    });
    return { registry, histogram };
  }
  const nothing = new Readings();

  it('lies on a straight line within its bucket', async () => {
    const { registry, histogram } = aHistogram();
    for (const value of [0.5, 1.5, 1.5, 3]) histogram.observe(value);
    const readings = await read(registry);
    expect(readings.quantile(nothing, 'seconds', 0.25)).toBe(1);
    expect(readings.quantile(nothing, 'seconds', 0.5)).toBe(1.5);
    expect(readings.quantile(nothing, 'seconds', 1)).toBe(4);
  });

  it('is of what came since alone', async () => {
    const { registry, histogram } = aHistogram();
    for (let count = 0; count < 100; count += 1) histogram.observe(0.5);
    const before = await read(registry);
    histogram.observe(3);
    expect((await read(registry)).quantile(before, 'seconds', 0.5)).toBe(3);
  });

  it('is unknown where nothing came', async () => {
    const { registry, histogram } = aHistogram();
    histogram.observe(1);
    const readings = await read(registry);
    expect(readings.quantile(readings, 'seconds', 0.5)).toBeUndefined();
    expect(nothing.quantile(nothing, 'seconds', 0.5)).toBeUndefined();
  });

  it('is the last bound for what lies beyond', async () => {
    const { registry, histogram } = aHistogram();
    histogram.observe(1000);
    expect((await read(registry)).quantile(nothing, 'seconds', 0.5)).toBe(4);
  });
});
