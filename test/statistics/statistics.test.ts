import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldValue } from '../../src/model.ts';
import { compileQuery } from '../../src/rules/kql/compile.ts';
import { sectionOf, statisticsFields } from '../../src/statistics/fields.ts';
import { Statistics } from '../../src/statistics/statistics.ts';
import type { StatisticsReport } from '../../src/telemetry/api/statistics.ts';
import { fieldsOf } from '../support/fields.ts';

const start = Date.parse('2026-11-21T12:00:00.000Z');
const isError = compileQuery('log.level >= error or http.response.status_code >= 500');

interface Seen {
  /** Seconds after the start. */
  at: number;
  fields?: Record<string, FieldValue>;
  times?: number;
}

function statisticsOf(seen: readonly Seen[], more: string[] = []): Statistics {
  const statistics = new Statistics({ fields: statisticsFields(more), isError, since: start });
  for (const { at, fields = {}, times = 1 } of seen)
    for (let i = 0; i < times; i += 1)
      statistics.note(Object.assign(fieldsOf(fields), { receivedAt: start + at * 1000 }));
  return statistics;
}

const ask = (statistics: Statistics, second: number, by: string[] = [], sort = '2m'): StatisticsReport =>
  statistics.report({ by, top: 10, sort }, start + second * 1000);

describe('the windows of statistics', () => {
  it('are the last second, 10 seconds, 2 minutes, and all since the start', () => {
    const seen = [0, 100, 195, 205, 209, 209.5].map((at) => ({ at }));
    const { windows } = ask(statisticsOf(seen), 210);
    const events = Object.fromEntries(Object.entries(windows).map(([name, one]) => [name, one.events]));
    expect(events).toEqual({ now: 2, '10s': 3, '2m': 5, lifetime: 6 });
    expect(windows['10s']).toMatchObject({ full: true, coveredSeconds: 10, eventsPerSecond: 0.3 });
    expect(windows.lifetime).toMatchObject({ full: true, seconds: 210, eventsPerSecond: 0.029 });
  });

  it('says that a window is not full yet, and divides by the time since the start', () => {
    const { windows } = ask(statisticsOf([{ at: 1, times: 40 }]), 20);
    expect(windows['10s']).toMatchObject({ full: true, events: 0, eventsPerSecond: 0 });
    expect(windows['2m']).toMatchObject({
      full: false,
      seconds: 120,
      coveredSeconds: 20,
      eventsPerSecond: 2,
    });
  });

  it('has no rate before the first second is over', () => {
    const { windows } = ask(statisticsOf([{ at: 0 }]), 0);
    expect(windows.now).toEqual({ seconds: 1, coveredSeconds: 0, full: false, events: 0, errors: 0 });
  });

  it('can be those since a time, at most the last two minutes', () => {
    const statistics = statisticsOf([0, 150, 205, 209.5].map((at) => ({ at })));
    const since = (second: number) =>
      statistics.report({ by: [], top: 1, sort: 'documents' }, start + 210_500, start + second * 1000).windows
        .documents;
    expect([since(0), since(200), since(209)].map((one) => [one!.seconds, one!.events])).toEqual([
      [120, 3],
      [10, 2],
      [1, 1],
    ]);
  });

  it('leaves the second that is under way out', () => {
    expect(ask(statisticsOf([{ at: 5.2 }]), 5.9).windows.now!.events).toBe(0);
    expect(ask(statisticsOf([{ at: 5.2 }]), 6).windows.now!.events).toBe(1);
  });

  it('leaves out what was received before the start, and counts what comes late as of its receipt', () => {
    expect(ask(statisticsOf([{ at: -1 }, { at: 300 }, { at: 2 }]), 301).windows).toMatchObject({
      lifetime: { events: 2 },
      now: { events: 1 },
    });
  });

  it('counts errors by level and by status', () => {
    const seen: Seen[] = [
      { at: 1, fields: { 'log.level': 'ERROR' } },
      { at: 1, fields: { 'log.level': 'warn' } },
      { at: 1, fields: { 'http.response.status_code': 503 } },
      { at: 1, fields: { 'http.response.status_code': 404 } },
    ];
    expect(ask(statisticsOf(seen), 10).windows['10s']).toMatchObject({
      ...{ events: 4, errors: 2, errorShare: 0.5, errorsPerSecond: 0.2 },
    });
  });

  it('equals a count of all events, for any events and times', () => {
    const times = fc.array(fc.integer({ min: 0, max: 400_000 }), { maxLength: 200 });
    fc.assert(
      fc.property(times, fc.integer({ min: 0, max: 400 }), (millis, second) => {
        const past = millis.filter((at) => at < second * 1000).sort((a, b) => a - b);
        const { windows } = ask(statisticsOf(past.map((at) => ({ at: at / 1000 }))), second);
        for (const [name, length] of [
          ['now', 1],
          ['10s', 10],
          ['2m', 120],
        ] as const)
          expect(windows[name]!.events).toBe(past.filter((at) => at >= (second - length) * 1000).length);
        expect(windows.lifetime!.events).toBe(past.length);
      }),
    );
  });
});

describe('statistics by field', () => {
  const web = (path: string, status: number) => ({
    'url.path': path,
    'http.response.status_code': status,
    'source.ip': '192.0.2.1',
    'event.dataset': 'nginx.access',
  });

  it('name the busiest sections first, with rate and errors', () => {
    const seen: Seen[] = [
      { at: 1, fields: web('/api/users/1', 200), times: 3 },
      { at: 2, fields: web('/api/orders', 502), times: 2 },
      { at: 2, fields: web('/index.html', 200) },
    ];
    const { fields } = ask(statisticsOf(seen), 10, ['section', 'status', 'service']);
    expect(fields.section!.values.map(({ value, lifetime }) => [value, lifetime])).toEqual([
      ['/api', { events: 5, errors: 2, eventsPerSecond: 0.5, errorsPerSecond: 0.2, errorShare: 0.4 }],
      ['/index.html', { events: 1, errors: 0, eventsPerSecond: 0.1, errorsPerSecond: 0, errorShare: 0 }],
    ]);
    expect(fields.status!.values.map(({ value }) => value)).toEqual(['2xx', '5xx']);
    expect(fields.service!.values.map(({ value }) => value)).toEqual(['nginx.access']);
  });

  it('rank by the window that is asked for, and leave out what is not in it', () => {
    const seen: Seen[] = [
      { at: 1, fields: { 'host.name': 'web-1' }, times: 9 },
      { at: 205, fields: { 'host.name': 'web-2' } },
    ];
    const statistics = statisticsOf(seen);
    const values = (sort: string) =>
      ask(statistics, 206, ['host'], sort).fields.host!.values.map(({ value }) => value);
    expect([values('2m'), values('lifetime')]).toEqual([['web-2'], ['web-1', 'web-2']]);
  });

  it('are kept by any configured field, each value of a list', () => {
    const statistics = statisticsOf(
      [
        { at: 1, fields: { tags: ['a', 'b'] } },
        { at: 1, fields: { tags: 'a' } },
      ],
      ['tags'],
    );
    expect(statistics.names.at(-1)).toBe('tags');
    const { values } = ask(statistics, 2, ['tags']).fields.tags!;
    expect(values.map(({ value, now }) => [value, now!.events])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
  });

  it('read a field once for all that are kept by it', () => {
    const asked: string[] = [];
    const fields = fieldsOf({ 'url.path': '/api/orders', 'http.response.status_code': 200 });
    const event = {
      ...fields,
      receivedAt: start,
      get: (name: string) => {
        asked.push(name);
        return fields.get(name);
      },
    };
    new Statistics({ fields: statisticsFields(['host.name']), isError: () => false, since: start }).note(
      event,
    );
    expect(asked.filter((name) => name === 'url.path')).toHaveLength(1);
  });

  it('cut texts and lists, and leave out nulls', () => {
    const seen: Seen[] = [
      { at: 1, fields: { 'host.name': `${'h'.repeat(300)}`, tags: Array.from({ length: 20 }, (_, i) => i) } },
      { at: 1, fields: { 'host.name': null, tags: [null, 3] } },
    ];
    const { host, tags } = ask(statisticsOf(seen, ['tags']), 2, ['host', 'tags']).fields;
    expect(host!.values.map(({ value }) => value)).toEqual(['h'.repeat(200)]);
    expect(tags!.values.map(({ value, now }) => `${value}: ${now!.events}`).sort()).toEqual(
      [...'0123456789'].map((value) => `${value}: ${value === '3' ? 2 : 1}`),
    );
  });

  it('take each event by its own time of receipt, in any order', () => {
    const second = fc.integer({ min: 0, max: 130 });
    fc.assert(
      fc.property(fc.array(second, { maxLength: 60 }), (seconds) => {
        const seen = seconds.map((at) => ({ at, fields: { 'host.name': `h${at % 3}` } }));
        const statistics = statisticsOf(seen);
        const kept: number[] = [];
        let newest = 0;
        for (const at of seconds) {
          // A second that is more than two minutes older than the newest one may have lost its place to it.
          newest = Math.max(newest, at);
          if (at > newest - 121) kept.push(at);
        }
        const { fields, windows } = ask(statistics, 131, ['host'], 'lifetime');
        const sum = (name: string) =>
          fields.host!.values.reduce((all, value) => all + (value[name] as { events: number }).events, 0);
        expect(sum('lifetime')).toBe(seconds.length);
        expect(windows['2m']!.events).toBe(kept.filter((at) => at >= 11).length);
        expect(sum('2m')).toBe(windows['2m']!.events);
      }),
    );
  });

  it('write levels by their canonical names', () => {
    const seen = ['WARN', 'warning', 'Error'].map((level) => ({ at: 1, fields: { 'log.level': level } }));
    expect(ask(statisticsOf(seen), 2, ['level']).fields.level!.values.map(({ value }) => value)).toEqual([
      'warn',
      'error',
    ]);
  });

  it('say how high a number may be where rarer values were forgotten', () => {
    const many = Array.from({ length: 1_500 }, (_, i) => ({
      at: 1,
      fields: { 'source.ip': `10.0.${i >> 8}.${i & 255}` },
    }));
    const busy = { at: 1, fields: { 'source.ip': '192.0.2.9' }, times: 50 };
    const late = { at: 1, fields: { 'source.ip': '10.9.9.9' }, times: 40 };
    const { values } = ask(statisticsOf([busy, ...many, late]), 2, ['client']).fields.client!;
    expect(values[0]).toMatchObject({ value: '192.0.2.9', now: { events: 50 } });
    expect(values[0]!.now).not.toHaveProperty('eventsAtMost');
    expect(values[1]).toMatchObject({ value: '10.9.9.9', now: { events: 40 } });
    expect(values[1]!.now!.eventsAtMost).toBeGreaterThan(40);
  });

  it('estimate errors and values above 2,000 events a second, and say so; the number of events stays exact', () => {
    const seen: Seen[] = [{ at: 1, fields: web('/a', 500), times: 10_000 }];
    const { windows, fields } = ask(statisticsOf(seen), 2, ['section']);
    expect(windows.now).toMatchObject({ events: 10_000, sampled: true });
    expect(windows.now!.errors).toBeGreaterThan(9_900);
    expect(windows.now!.errors).toBeLessThanOrEqual(10_000);
    expect(fields.section!.values[0]!.now!.events).toBe(10_000);
  });
});

it.each([
  ['/api/orders/17', '/api'],
  ['/index.html', '/index.html'],
  ['/search?q=/a', '/search'],
  ['/', '/'],
  ['*', '*'],
  ['', ''],
])('the section of %j is %j', (path, section) => {
  expect(sectionOf(path)).toBe(section);
});

it.each([
  ['200', '2xx'],
  ['599', '5xx'],
  ['600', '600'],
  ['099', '099'],
  ['20', '20'],
  ['2000', '2000'],
  ['20x', '20x'],
  ['2 0', '2 0'],
  ['', ''],
])('the class of the status %j is %j', (status, name) => {
  const seen: Seen[] = [{ at: 1, fields: { 'http.response.status_code': status } }];
  expect(ask(statisticsOf(seen), 2, ['status']).fields.status!.values[0]!.value).toBe(name);
});
