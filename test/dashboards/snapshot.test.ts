import { describe, expect, it } from 'vitest';
import type { Traffic, TrafficBar } from '../../src/dashboards/model.ts';
import { historyOf, snapshotOf } from '../../src/dashboards/snapshot.ts';
import { status } from '../support/status.ts';
import { anAlert } from './top/view.ts';

const from = Date.parse('2026-06-01T12:00:00Z');
const to = from + 120_000;
const bars = (events: (number: number) => number): TrafficBar[] =>
  Array.from({ length: 61 }, (_, number) => ({
    ...{ at: from - 1_000 + number * 2_000, events: events(number), errors: 0, warnings: 0, bytes: 0 },
  }));
const traffic = (all: TrafficBar[]): Traffic => ({
  ...{
    from,
    to,
    interval: 2_000,
    bars: all,
    events: 10,
    errors: 1,
    bytes: 5,
    levels: [],
    changes: [],
    problems: [],
  },
  statuses: { '1xx': 0, '2xx': 9, '3xx': 0, '4xx': 0, '5xx': 1 },
  tops: { sections: [], paths: [], clients: [], hosts: [], services: [], datasets: [] },
  slowest: [],
});
const seen = (all: TrafficBar[]) => ({
  title: 'x',
  traffic: traffic(all),
  alerts: [],
  past: [],
  status: undefined,
});

describe('the view of a server', () => {
  it('has rates of complete bars alone', () => {
    const { rates, spark } = snapshotOf(
      seen(bars((number) => (number === 0 || number === 60 ? 9_999 : number > 53 ? 40 : 10))),
      to,
    );
    expect(rates.now).toBe(20);
    expect(rates.ten).toBe(20);
    expect(rates.minutes).toBeCloseTo((6 * 20 + 53 * 5) / 59);
    expect(spark).toHaveLength(59);
    expect(Math.max(...spark)).toBe(40);
  });

  it('has no rate of nothing', () => {
    expect(snapshotOf(seen([]), to).rates).toEqual({ now: 0, ten: 0, minutes: 0, lifetime: 0 });
  });

  it('names sources that are silent or have a problem', () => {
    const source = {
      ...{ name: 'a', input: 'x', firstSeen: from, events: 240, late: 0, lost: 0, ahead: 0, untimed: 0 },
    };
    const list = [
      { ...source, lastSeen: to - 600_000, format: 'access', rate: 1, problems: [] },
      {
        ...source,
        name: 'b',
        lastSeen: to,
        format: undefined,
        rate: 2,
        problems: [{ reason: 'its clock is ahead' }],
      },
    ];
    const known = { ...status(), sources: { known: 2, forgotten: 0, list } } as unknown as ReturnType<
      typeof status
    >;
    const { sources, rates } = snapshotOf({ ...seen([]), status: known }, to);
    expect(sources).toEqual([
      { name: 'a', state: 'access, silent for 600 s' },
      { name: 'b', state: 'not recognised, 2.0/s, its clock is ahead' },
    ]);
    expect(rates.lifetime).toBe(4);
  });
});

it('the history has beginnings and ends, newest first', () => {
  const past = anAlert({ start: 1, end: 5, rule: 'old', message: 'm' });
  const open = anAlert({ start: 3, rule: 'new', group: 'g', message: 'n' });
  expect(historyOf([open], [past])).toEqual([
    { at: 5, begins: false, text: 'old is over' },
    { at: 3, begins: true, text: 'new (g): n' },
    { at: 1, begins: true, text: 'old: m' },
  ]);
});
