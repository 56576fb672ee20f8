import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentOf, reportFrom } from '../../src/reports/render/document.ts';
import { tablesOf, titleOf } from '../../src/reports/render/words.ts';
import type { Report } from '../../src/reports/report.ts';
import { rounds } from '../support/rounds.ts';

const time = fc.integer({ min: 0, max: 4e12 });
const text = fc.string({ unit: 'binary', maxLength: 20 });
const count = fc.nat(1e6);
const share = fc.double({ min: 0, max: 1, noNaN: true });
const figures = fc.record({ events: count, errors: count, errorRate: share, bytes: count, perSecond: share });
const top = fc.array(fc.record({ value: text, events: count, errors: count, missed: count }), {
  maxLength: 3,
});
const list = fc.record({ rows: top, distinct: fc.option(count, { nil: undefined }) });
const patterns = fc.array(fc.record({ pattern: text, events: count, example: text }), { maxLength: 2 });
const alert = fc.record({
  ...{ id: text, rule: text, group: text, severity: fc.constantFrom('high' as const, 'low' as const) },
  ...{ start: time, end: fc.option(time, { nil: undefined }), duration: count, message: text },
  ...{ notified: fc.array(text, { maxLength: 2 }), suppressed: fc.array(text, { maxLength: 2 }) },
});
const report: fc.Arbitrary<Report> = fc.record({
  ...{ id: text, name: text, from: time, to: time, zone: fc.constant('UTC'), createdAt: time, source: text },
  ...{
    figures,
    before: fc.option(figures, { nil: undefined }),
    lastWeek: fc.option(figures, { nil: undefined }),
  },
  series: fc.array(fc.tuple(time, count, count), { maxLength: 3 }),
  ...{ statuses: top, levels: top, clients: list, sections: list, paths: list, hosts: list },
  slowest: fc.array(fc.record({ path: text, requests: count, mean: count, longest: count }), {
    maxLength: 2,
  }),
  ...{ newPatterns: patterns, patterns },
  silentSources: fc.array(fc.record({ source: text, lastSeen: time, events: count }), { maxLength: 2 }),
  alerts: fc.option(fc.array(alert, { maxLength: 3 }), { nil: undefined }),
  remarks: fc.array(text, { maxLength: 2 }),
});

describe('the document of a report', () => {
  it('holds all of it, also as JSON', () => {
    fc.assert(
      fc.property(report, (one) => {
        const again = reportFrom(JSON.parse(JSON.stringify(documentOf(one))));
        expect(again).toEqual(one);
        expect([titleOf(again), tablesOf(again, 10)]).toEqual([titleOf(one), tablesOf(one, 10)]);
      }),
      { numRuns: rounds('PROPERTY_RUNS', 200) },
    );
  });
});
