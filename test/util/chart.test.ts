import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LineChart, lineChart } from '../../src/util/chart.ts';

const ten = Date.parse('2026-11-21T10:00:00.000Z');
const chart = (changes: Partial<LineChart> = {}) =>
  lineChart({
    points: [0, 1, 2].map((i) => [ten + i * 60_000, i * 10] as const),
    thresholds: [15],
    color: '#123456',
    format: (value) => `${value} %`,
    title: 'errors',
    ...changes,
  });

describe('a line chart', () => {
  it('draws its points from left to right, larger values higher', () => {
    const [, points] = /<polyline points="([^"]+)"/.exec(chart()!)!;
    const places = points!.split(' ').map((one) => one.split(',').map(Number));
    expect(places.map(([x]) => x)).toEqual([64, 326, 588]);
    expect(places[0]![1]).toBeGreaterThan(places[1]![1]!);
    expect(places[1]![1]).toBeGreaterThan(places[2]![1]!);
  });

  it('draws each threshold as a dashed line with its value, and the range and the time', () => {
    const svg = chart({ thresholds: [5, 15] })!;
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(2);
    for (const text of ['>5 %<', '>15 %<', '>20 %<', '>0 %<', '>10:00:00<', '>10:02:00 UTC<'])
      expect(svg).toContain(text);
  });

  it('names days where it spans them', () => {
    const svg = chart({
      points: [
        [ten, 1],
        [ten + 86_400_000, 2],
      ],
    })!;
    expect(svg).toContain('>11-21 10:00<');
    expect(svg).toContain('>11-22 10:00 UTC<');
  });

  it('is nothing where there is no point', () => {
    expect(chart({ points: [] })).toBeUndefined();
    expect(chart({ points: [[ten, Number.NaN]] })).toBeUndefined();
  });

  it('escapes its texts', () => {
    expect(chart({ title: '<script>"&', format: () => '<&>' })).not.toMatch(/<script>|<&>/);
  });

  it('stays inside its frame and holds numbers alone, whatever the values', () => {
    const value = fc.oneof(
      fc.double({ min: -1e12, max: 1e12 }),
      fc.constant(Number.NaN),
      fc.constant(Number.POSITIVE_INFINITY),
    );
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 30 }),
        fc.array(value, { maxLength: 2 }),
        (values, thresholds) => {
          const svg = chart({ points: values.map((one, i) => [ten + i * 1000, one] as const), thresholds });
          if (svg === undefined) return;
          expect(svg).not.toMatch(/NaN|Infinity/);
          const [, points] = /<polyline points="([^"]+)"/.exec(svg)!;
          for (const [x, y] of points!.split(' ').map((one) => one.split(',').map(Number))) {
            expect(x! >= 0 && x! <= 600).toBe(true);
            expect(y! >= 0 && y! <= 160).toBe(true);
          }
        },
      ),
    );
  });
});
