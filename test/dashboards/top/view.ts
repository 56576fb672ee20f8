import type { AlertRow, TopEntry } from '../../../src/dashboards/model.ts';
import type { Snapshot } from '../../../src/dashboards/snapshot.ts';

export const at = new Date(2026, 5, 1, 10, 12, 30).getTime();

export const anAlert = (changes: Partial<AlertRow> = {}): AlertRow => ({
  ...{ id: 'a1', rule: 'High traffic', group: '', severity: 'high', status: 'active', start: at - 27_000 },
  ...{ message: 'too many requests', reason: '212 is >= 200', condition: '>= 200', value: 212, labels: {} },
  ...changes,
});

const entries = (...names: string[]): TopEntry[] =>
  names.map((value, number) => ({
    value,
    events: 1_000 / (number + 1),
    errors: number * 40,
    bytes: 2_048 * number,
  }));

export const aView = (changes: Partial<Snapshot> = {}): Snapshot => ({
  ...{ title: 'access.log', at, events: 12_345, errors: 130, bytes: 5_600_000 },
  rates: { now: 41.2, ten: 39, minutes: 38.7, lifetime: 12 },
  spark: [1, 2, 4, 8, 4],
  statuses: { '1xx': 0, '2xx': 12_000, '3xx': 0, '4xx': 215, '5xx': 130 },
  tops: {
    ...{ sections: entries('/shop', '/api'), paths: entries('/shop/cart', '/api/pay') },
    ...{ clients: entries('192.0.2.1'), hosts: entries('web-1') },
  },
  ...{ slowest: [], alerts: [], history: [], sources: [], problems: [] },
  ...changes,
});
