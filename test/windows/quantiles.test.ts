import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WindowValue } from '../../src/model.ts';
import { PercentileRunning, Quantiles, relativeError } from '../../src/windows/aggregates/quantiles.ts';
import { Windows } from '../../src/windows/windows.ts';
import { nearestRank } from './oracle.ts';

const quantilesOf = (values: readonly number[]) => {
  const quantiles = new Quantiles();
  for (const value of values) quantiles.add(value);
  return quantiles;
};
const range = (count: number) => Array.from({ length: count }, (_, place) => 100 + place / 7);
const value = fc.oneof(
  fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((number) => number + 0),
  // Many values in one bin.
  fc.integer({ min: 11_900, max: 12_000 }).map((hundredths) => hundredths / 100),
  fc.constantFrom(0, 1e-200, -1e-200, 1, -1),
);
const percents = fc.constantFrom(0, 1, 50, 90, 95, 99.9, 100);

describe('a percentile of a pane', () => {
  it('is the very value of the nearest rank, in whatever order the values come and merge', () => {
    fc.assert(
      fc.property(fc.array(value), fc.array(value), percents, (some, others, percent) => {
        const quantiles = quantilesOf(some);
        quantiles.merge(quantilesOf(others));
        expect(quantiles.percentile(percent)).toBe(nearestRank([...others, ...some], percent));
        expect(quantiles.isExact).toBe(true);
      }),
    );
  });

  it('is an estimate within 1 % of more values than are kept, and says so', () => {
    const values = range(1_001);
    const quantiles = quantilesOf(values);
    expect(quantiles.isExact).toBe(false);
    for (const percent of [1, 50, 95])
      expect(
        Math.abs(quantiles.percentile(percent)! / nearestRank(values, percent)! - 1),
      ).toBeLessThanOrEqual(relativeError);
  });

  it('is exact for a thousand values, also after merging', () => {
    const quantiles = quantilesOf(range(400));
    quantiles.merge(quantilesOf(range(600)));
    expect(quantiles.isExact).toBe(true);
    quantiles.merge(quantilesOf([1]));
    expect(quantiles.isExact).toBe(false);
  });

  it.each([0, 7, 1_000, 1_001])('survives packing with %d values', (count) => {
    const quantiles = quantilesOf(range(count).reverse());
    const unpacked = Quantiles.unpack(quantiles.pack());
    expect([unpacked.isExact, unpacked.percentile(90)]).toEqual([
      quantiles.isExact,
      quantiles.percentile(90),
    ]);
    expect(unpacked.pack()).toEqual(quantiles.pack());
  });

  it('is an estimate of panes that were stored as bins alone', () => {
    const unpacked = Quantiles.unpack([[40_002], [3]]);
    expect([unpacked.isExact, unpacked.histogram.n]).toEqual([false, 3]);
  });
});

describe('a percentile of a window that slides', () => {
  it('is that of the panes in it, exact as soon as every pane keeps its values', () => {
    const running = new PercentileRunning(95);
    const [small, large, last] = [quantilesOf(range(300)), quantilesOf(range(2_000)), quantilesOf([3, 4])];
    running.enter(small);
    expect([running.isExact, running.value()]).toEqual([true, nearestRank(range(300), 95)]);
    running.enter(large);
    expect(running.isExact).toBe(false);
    running.leave(small);
    running.enter(last);
    expect(running.isExact).toBe(false);
    running.leave(large);
    expect([running.isExact, running.value()]).toEqual([true, 4]);
    running.leave(last);
    expect(running.value()).toBeUndefined();
  });
});

describe('a window', () => {
  const closed = (count: number, every: number): WindowValue[] => {
    const measure = { kind: 'percentile', field: 'x', percent: 95 } as const;
    const windows = new Windows({ over: 1_000, every, measure, maxGroups: 10 });
    range(count).forEach((amount, place) => {
      windows.add(Math.floor((place * 1_000) / count), 'a', amount);
    });
    const values: WindowValue[] = [];
    windows.advance(1_000, (one) => values.push(one));
    return values;
  };

  it.each([
    [1_000, 1_000, undefined],
    [1_001, 1_000, true],
    [1_001, 500, undefined],
    [2_100, 500, true],
  ])('of %d values with hops of %d ms says whether its value is an estimate', (count, every, about) => {
    expect(closed(count, every).at(-1)!.about).toBe(about);
  });
});
