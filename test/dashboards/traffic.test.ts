import { describe, expect, it } from 'vitest';
import { findTraffic, sectionOf } from '../../src/dashboards/search/traffic.ts';
import { aStore, request } from './support.ts';

const start = Date.parse('2026-06-01T12:00:00Z');
const minute = { from: start, to: start + 60_000, query: '' };

describe('the traffic of a time', () => {
  it('is counted by status, path, section and client', async () => {
    const { searcher, put } = await aStore();
    await put(
      'logs-nginx-default',
      request(start, '/shop/a', 200),
      request(start + 1, '/shop/b', 500),
      request(start + 2, '/shop/b', 404, { source: { address: '192.0.2.2' } }),
      request(start + 3, '/index.html', 301),
      request(start - 1, '/before', 200),
    );
    const traffic = await findTraffic(searcher, 'logs-*', minute);
    expect(traffic).toMatchObject({ events: 4, errors: 1, bytes: 400, problems: [] });
    expect(traffic.statuses).toEqual({ '1xx': 0, '2xx': 1, '3xx': 1, '4xx': 1, '5xx': 1 });
    expect(traffic.tops.sections.map(({ value, events, errors }) => [value, events, errors])).toEqual([
      ['/shop', 3, 1],
      ['/', 1, 0],
    ]);
    expect(traffic.tops.paths[0]).toEqual({ value: '/shop/b', events: 2, errors: 1, bytes: 200 });
    expect(traffic.tops.clients.map(({ value, events }) => [value, events])).toEqual([
      ['192.0.2.1', 3],
      ['192.0.2.2', 1],
    ]);
    expect(traffic.bars.reduce((sum, { events }) => sum + events, 0)).toBe(4);
  });

  it('has latencies in milliseconds where events have durations', async () => {
    const { searcher, put } = await aStore();
    const lasting = (ms: number) => ({ event: { duration: ms * 1e6 } });
    await put(
      'logs-a-default',
      request(start, '/fast', 200, lasting(2)),
      request(start, '/slow', 200, lasting(800)),
    );
    await put('logs-a-default', request(start + 30_000, '/unknown', 200));
    const { bars, slowest } = await findTraffic(searcher, 'logs-*', minute);
    expect(slowest.map(({ value, duration }) => [value, duration])).toEqual([
      ['/slow', 800],
      ['/fast', 2],
    ]);
    expect(bars[0]!.p95).toBeGreaterThan(700);
    expect(bars[30]).toEqual({ at: start + 30_000, events: 1, errors: 0, warnings: 0, bytes: 100 });
  });

  it('tells what is new and what grows against the time before', async () => {
    const { searcher, put } = await aStore();
    const many = (count: number, at: number, path: string) =>
      Array.from({ length: count }, () => request(at, path, 200));
    await put(
      'logs-a-default',
      ...[...many(10, start - 10_000, '/steady'), ...many(10, start, '/steady')],
      ...[...many(4, start - 10_000, '/grows'), ...many(20, start, '/grows')],
      ...[...many(8, start, '/new'), ...many(2, start, '/rare')],
    );
    const { changes } = await findTraffic(searcher, 'logs-*', minute);
    const paths = changes.filter(({ field }) => field === 'url.path');
    expect(paths.map(({ value, before, now }) => [value, before, now])).toEqual([
      ['/new', 0, 8],
      ['/grows', 4, 20],
    ]);
  });

  it('is that of the query alone', async () => {
    const { searcher, put } = await aStore();
    await put('logs-a-default', request(start, '/a', 200), request(start, '/b', 200));
    const { events, tops } = await findTraffic(searcher, 'logs-*', { ...minute, query: 'url.path: "/b"' });
    expect([events, tops.paths.map(({ value }) => value)]).toEqual([1, ['/b']]);
  });

  it('is nothing where there is no index', async () => {
    const { searcher } = await aStore();
    const { events, bars, changes } = await findTraffic(searcher, 'logs-*', minute);
    expect([events, changes, bars.every((bar) => bar.events === 0)]).toEqual([0, [], true]);
  });
});

describe('the section of a path', () => {
  it.each([
    ['/pages/create', '/pages'],
    ['/pages/', '/pages'],
    ['/pages', '/'],
    ['/', '/'],
    ['', '/'],
    ['/a/b/c', '/a'],
  ])('%s is %s', (path, section) => expect(sectionOf(path)).toBe(section));
});

it('sums bytes and durations of frequent values beside more different ones than may be summed', async () => {
  const { searcher, put } = await aStore();
  const at = Date.now() - 60_000;
  const many = 66_000;
  for (let from = 0; from < many; from += 6_000)
    await put(
      'logs-many-default',
      ...Array.from({ length: 6_000 }, (_, place) =>
        request(at, `/p/${from + place}`, 200, { source: { address: `client-${from + place}` } }),
      ),
    );
  await put(
    'logs-many-default',
    ...[1, 2, 3].map(() => request(at, '/often', 500, { event: { duration: 2e6 } })),
  );
  const span = { from: at - 60_000, to: at + 60_000, query: '' };
  const { tops, events } = await findTraffic(searcher, 'logs-*', span);
  expect(events).toBe(many + 3);
  expect(tops.paths[0]).toEqual({ value: '/often', events: 3, errors: 3, bytes: 300, duration: 2 });
  expect(tops.clients[0]).toMatchObject({ value: '192.0.2.1', events: 3, bytes: 300 });
});
