import { describe, expect, it } from 'vitest';
import { viewsOf } from '../../src/kibana/data-views.ts';
import type { BulkItem } from '../../src/model.ts';
import { startStatisticsDocuments, statisticsDocuments } from '../../src/monitoring/statistics-documents.ts';
import type { StatisticsReport } from '../../src/telemetry/api/statistics.ts';
import { knownFields } from '../support/kibana/fields.ts';

const figures = { events: 120, errors: 6, eventsPerSecond: 2, errorsPerSecond: 0.1, errorShare: 0.05 };
const report: StatisticsReport = {
  at: '2026-11-21T12:01:00.400Z',
  since: '2026-11-21T12:00:00.000Z',
  windows: { documents: { ...figures, seconds: 60, coveredSeconds: 60, full: true, sampled: true } },
  fields: {
    section: {
      field: 'url.path',
      values: [
        { value: '/api', documents: { ...figures, eventsAtMost: 125 } },
        { value: '/', documents: { events: 0, errors: 0 } },
      ],
    },
  },
} as unknown as StatisticsReport;
const identity = { host: 'a', data: '/data', indexing: { namespace: 'default' } };
const documents = () =>
  statisticsDocuments(report, 'documents', identity).map(({ document }) => JSON.parse(String(document)));

describe('documents of statistics', () => {
  it('are one of all events, and one for each value', () => {
    expect(documents().map(({ logboom }) => logboom.stats)).toEqual([
      {
        ...{ by: 'all', events: 120, errors: 6, events_per_second: 2, errors_per_second: 0.1 },
        ...{ error_share: 0.05, full: true, sampled: true },
      },
      {
        ...{ by: 'section', field: 'url.path', value: '/api', rank: 1, events: 120, errors: 6 },
        ...{ events_per_second: 2, errors_per_second: 0.1, error_share: 0.05, events_at_most: 125 },
        ...{ full: true, sampled: true },
      },
      {
        ...{ by: 'section', field: 'url.path', value: '/', rank: 2, events: 0, errors: 0 },
        ...{ full: true, sampled: true },
      },
    ]);
  });

  it('say of which time they are', () => {
    expect(documents()[0]).toMatchObject({
      '@timestamp': '2026-11-21T12:01:00.000Z',
      event: {
        ...{ kind: 'metric', dataset: 'logboom.stats', duration: 60e9 },
        ...{ start: '2026-11-21T12:00:00.000Z', end: '2026-11-21T12:01:00.000Z' },
      },
    });
  });

  it('have ids of their own', () => {
    const ids = statisticsDocuments(report, 'documents', identity).map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    const other = statisticsDocuments(report, 'documents', { ...identity, data: '/other' });
    expect(ids).not.toContain(other[0]!.id);
  });

  it('have no field that the template does not name', () => {
    const known = knownFields(viewsOf()).get('logboom-stats')!;
    expect(
      documents()
        .flatMap((one) => paths(one))
        .filter((path) => !known.has(path)),
    ).toEqual([]);
  });

  it('are written at each interval for which there is an answer, each since the time before', async () => {
    const items: BulkItem[] = [];
    const asked: number[] = [];
    const times = ['2026-11-21T12:01:00.400Z', '2026-11-21T12:01:00.900Z', '2026-11-21T12:01:01.100Z'];
    await new Promise<void>((resolve) => {
      const writer = startStatisticsDocuments({
        ...identity,
        every: 5,
        report: async (from) => {
          const at = times[asked.push(from) - 2];
          return at === undefined ? undefined : { ...report, at };
        },
        out: (item) => {
          if (items.push(item) < 6) return;
          writer.stop();
          resolve();
        },
      });
    });
    const second = Date.parse('2026-11-21T12:01:00.000Z');
    expect(asked).toEqual([0, 0, second, second]);
    expect(new Set(items.map(({ id }) => id)).size).toBe(6);
  });
});

function paths(of: object, prefix = ''): string[] {
  return Object.entries(of).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null ? paths(value, `${prefix}${name}.`) : [`${prefix}${name}`],
  );
}
