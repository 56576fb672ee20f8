import { describe, expect, it } from 'vitest';
import { isErrorByDefault } from '../../src/reports/tally.ts';
import { anEvent, reportOn } from './support.ts';

const week = 7 * 86_400_000;

describe('what counts as an error', () => {
  it.each([
    [{ 'http.response.status_code': 500 }, true],
    [{ 'http.response.status_code': 599 }, true],
    [{ 'http.response.status_code': 499 }, false],
    [{ 'http.response.status_code': '503' }, true],
    [{ 'log.level': 'error' }, true],
    [{ 'log.level': 'ERR' }, true],
    [{ 'log.level': 'Fatal' }, true],
    [{ 'log.level': 'warn' }, false],
    [{ 'log.level': 'unknown' }, false],
    [{}, false],
  ])('%j: %s', (fields, expected) => {
    expect(isErrorByDefault(anEvent(1, fields as Record<string, string>))).toBe(expected);
  });
});

describe('a report', () => {
  it('counts the events of its interval alone, and compares with those before', () => {
    const report = reportOn([
      anEvent(999),
      anEvent(1_000, { 'http.response.status_code': 500, 'http.response.body.bytes': 10 }),
      anEvent(1_999, { 'http.response.status_code': 200, 'http.response.body.bytes': 20 }),
      anEvent(2_000),
      anEvent(1_500 - week, { 'log.level': 'error' }),
      anEvent(5_000),
    ]);
    expect(report.figures).toEqual({ events: 2, errors: 1, errorRate: 0.5, bytes: 30, perSecond: 2 });
    expect(report.before).toMatchObject({ events: 1, errors: 0 });
    expect(report.lastWeek).toMatchObject({ events: 1, errors: 1, errorRate: 1 });
    expect(report.series.reduce((sum, [, events]) => sum + events, 0)).toBe(2);
  });

  it('says that nothing is known about the interval before where it saw none of its events', () => {
    const report = reportOn([anEvent(1_000)]);
    expect(report.before).toBeUndefined();
    expect(report.remarks).toEqual(['Nothing is known about the interval before.']);
    expect(report.newPatterns).toEqual([]);
  });

  it('lists clients, sections, paths, hosts, statuses and levels with their errors', () => {
    const report = reportOn([
      anEvent(1_000, {
        'source.ip': '10.0.0.1',
        'url.path': '/api/a',
        'http.response.status_code': 500,
        'host.name': 'h',
      }),
      anEvent(1_001, {
        'source.ip': '10.0.0.1',
        'url.path': '/api/b',
        'http.response.status_code': 200,
        'host.name': 'h',
      }),
      anEvent(1_002, { 'source.address': 'gw', 'url.path': '/', 'log.level': 'WARNING' }),
    ]);
    expect(report.clients).toEqual({
      distinct: 2,
      rows: [
        { value: '10.0.0.1', events: 2, errors: 1, missed: 0 },
        { value: 'gw', events: 1, errors: 0, missed: 0 },
      ],
    });
    expect(report.sections.rows.map(({ value, events }) => [value, events])).toEqual([
      ['/api', 2],
      ['/', 1],
    ]);
    expect(report.paths.distinct).toBe(3);
    expect(report.hosts.rows).toEqual([{ value: 'h', events: 2, errors: 1, missed: 0 }]);
    expect(report.statuses.map(({ value }) => value)).toEqual(['200', '500']);
    expect(report.levels.map(({ value }) => value)).toEqual(['warn']);
  });

  it('lists the paths with the longest mean duration, in milliseconds', () => {
    const report = reportOn([
      anEvent(1_000, { 'url.path': '/slow', 'event.duration': 3e9 }),
      anEvent(1_001, { 'url.path': '/slow', 'event.duration': 1e9 }),
      anEvent(1_002, { 'url.path': '/fast', 'event.duration': 5e6 }),
      anEvent(1_003, { 'url.path': '/unknown' }),
    ]);
    expect(report.slowest).toEqual([
      { path: '/slow', requests: 2, mean: 2_000, longest: 3_000 },
      { path: '/fast', requests: 1, mean: 5, longest: 5 },
    ]);
  });

  it('names the patterns that the interval before did not have', () => {
    const report = reportOn([
      anEvent(500, {}, 'user 17 logged in'),
      anEvent(1_000, {}, 'user 18 logged in'),
      anEvent(1_001, { 'log.level': 'error' }, 'disk sda1 is full: 99 %'),
      anEvent(1_002, { 'log.level': 'error' }, 'disk sdb2 is full: 98 %'),
    ]);
    expect(report.newPatterns).toEqual([
      { pattern: 'disk <*> is full: <*> %', events: 2, example: 'disk sda1 is full: 99 %', level: 'error' },
    ]);
    expect(report.patterns.map(({ events }) => events)).toEqual([2, 1]);
  });

  it('names sources that sent before and are silent now', () => {
    const report = reportOn([
      anEvent(500, {}, 'x', 'db-1'),
      anEvent(600, {}, 'x', 'db-1'),
      anEvent(700, {}, 'x', 'web-1'),
      anEvent(1_700, {}, 'x', 'web-1'),
    ]);
    expect(report.silentSources).toEqual([{ source: 'db-1', lastSeen: 600, events: 2 }]);
  });

  it('leaves out events that its query does not select, and takes another definition of errors', () => {
    const report = reportOn([anEvent(1_000, { a: 1 }), anEvent(1_001, { a: 2 }), anEvent(1_002)], {
      filter: (event) => event.get('a') !== undefined,
      isError: (event) => event.get('a') === 2,
    });
    expect(report.figures).toMatchObject({ events: 2, errors: 1 });
  });

  it('states by how much numbers may be too low where there are too many values', () => {
    const events = Array.from({ length: 60_000 }, (_, place) =>
      anEvent(1_000, { 'source.ip': place % 3 === 0 ? 'frequent' : `rare ${place}` }),
    );
    const report = reportOn(events);
    const [first] = report.clients.rows;
    expect(first).toMatchObject({ value: 'frequent', events: 20_000, missed: 0 });
    expect(report.clients.distinct).toBeUndefined();
    expect(report.remarks[0]).toMatch(
      /^There were too many different clients to count each: numbers are too low by \d/,
    );
  });

  it('is the same in whatever order events come', () => {
    const events = Array.from({ length: 200 }, (_, place) =>
      anEvent(
        800 + place * 5,
        { 'source.ip': `10.0.0.${place % 7}`, 'url.path': `/p/${place % 5}` },
        `m ${place}`,
      ),
    );
    const { patterns: _, ...one } = reportOn(events);
    const { patterns: __, ...other } = reportOn(events.toReversed());
    expect(one).toEqual(other);
  });
});
