import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TrafficTally } from '../../../src/dashboards/top/tally.ts';
import type { FieldValue } from '../../../src/model.ts';

const start = Date.parse('2026-06-01T12:00:00Z');
const event = (time: number, values: Record<string, FieldValue>) => ({
  time,
  get: (field: string) => values[field],
});
const request = (at: number, path: string, status: number, more: Record<string, FieldValue> = {}) =>
  event(start + at, {
    'url.path': path,
    'http.response.status_code': status,
    'http.response.body.bytes': 10,
    ...more,
  });

describe('a tally of events', () => {
  it('counts as a count of all of them does', () => {
    const one = fc.record({
      at: fc.integer({ min: 0, max: 100_000 }),
      path: fc.constantFrom('/a', '/a/b', '/a/c', '/b/'),
      status: fc.constantFrom(200, 301, 404, 500, 503),
    });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1 }), (all) => {
        const tally = new TrafficTally();
        for (const { at, path, status } of all) tally.add(request(at, path, status));
        const { events, errors, bytes, tops, statuses, spark } = tally.view(start + 1e9);
        const failed = all.filter(({ status }) => status >= 500).length;
        expect([events, errors, bytes, statuses['5xx']]).toEqual([
          all.length,
          failed,
          10 * all.length,
          failed,
        ]);
        for (const { value, events: count } of tops.paths)
          expect(count).toBe(all.filter(({ path }) => path === value).length);
        const counted = tops.sections.reduce((sum, entry) => sum + entry.events, 0);
        expect(counted).toBe(all.length);
        expect(spark.reduce((sum, count) => sum + count, 0)).toBe(all.length);
      }),
    );
  });

  it('has rates by the times of events', () => {
    const tally = new TrafficTally();
    for (let second = 0; second < 600; second += 1)
      for (let n = 0; n < 5; n += 1) tally.add(request(second * 1_000, '/', 200));
    const { rates } = tally.view(start + 600_000);
    expect(rates.now).toBe(5);
    expect(rates.ten).toBe(5);
    expect(rates.minutes).toBe(5);
    expect(rates.lifetime).toBeCloseTo(5, 1);
  });

  it('has no rate now where the last event was long ago and lines are followed', () => {
    const tally = new TrafficTally();
    tally.add(request(0, '/', 200));
    expect(tally.view(start + 1e9).rates.now).toBeGreaterThan(0);
    expect(new TrafficTally().view(start)).toMatchObject({
      events: 0,
      spark: [],
      rates: { now: 0, lifetime: 0 },
    });
  });

  it('takes a level for an error where there is no status', () => {
    const tally = new TrafficTally();
    for (const level of ['error', 'FATAL', 'warn', 'info']) tally.add(event(start, { 'log.level': level }));
    expect(tally.errors).toBe(2);
  });

  it('orders paths by their mean duration', () => {
    const tally = new TrafficTally();
    for (const ms of [2, 4]) tally.add(request(0, '/fast', 200, { 'event.duration': ms * 1e6 }));
    tally.add(request(0, '/slow', 200, { 'event.duration': 900e6 }));
    tally.add(request(0, '/unknown', 200));
    expect(tally.view(start).slowest.map(({ value, duration }) => [value, duration])).toEqual([
      ['/slow', 900],
      ['/fast', 3],
    ]);
  });

  it('keeps what is frequent among more values than it can keep', () => {
    const tally = new TrafficTally();
    for (let number = 0; number < 60_000; number += 1) {
      tally.add(request(number, `/rare/${number}`, 200));
      if (number % 10 === 0) tally.add(request(number, '/frequent', 200));
    }
    expect(tally.view(start).tops.paths[0]).toMatchObject({ value: '/frequent', events: 6_000 });
    expect(tally.events).toBe(66_000);
  });
});
