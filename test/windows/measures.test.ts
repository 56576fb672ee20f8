import { describe, expect, it } from 'vitest';
import type { Measure } from '../../src/model.ts';
import type { Amount } from '../../src/windows/aggregates/aggregate.ts';
import { Windows } from '../../src/windows/windows.ts';

const field = 'x';
const measure = {
  sum: { kind: 'sum', field },
  avg: { kind: 'avg', field },
  min: { kind: 'min', field },
  max: { kind: 'max', field },
  distinct: { kind: 'distinct', field },
  share: { kind: 'share', query: 'x' },
  median: { kind: 'percentile', field, percent: 50 },
} satisfies Record<string, Measure>;

/** Values of a window of 30 ms every 10 ms, one event with each amount 10 ms after the one before. */
function sliding(measure: Measure, amounts: Amount[]) {
  const windows = new Windows({ over: 30, every: 10, measure, maxGroups: 1 });
  amounts.forEach((amount, index) => {
    windows.add(index * 10, '', amount);
  });
  const values: (number | undefined)[] = [];
  windows.advance(Number.POSITIVE_INFINITY, ({ value }) => values.push(value));
  return values;
}

/** Value of one window that holds all amounts. */
const together = (measure: Measure, amounts: Amount[]) => {
  const windows = new Windows({ over: 10, every: 10, measure, maxGroups: 1 });
  for (const amount of amounts) windows.add(0, '', amount);
  const values: (number | undefined)[] = [];
  windows.advance(10, ({ value }) => values.push(value));
  return values[0];
};

describe('a measure', () => {
  it.each([
    ['sum', measure.sum, [1, 3, 6, 9, 7, 4, 0]],
    ['avg', measure.avg, [1, 1.5, 2, 3, 3.5, 4, undefined]],
    ['min', measure.min, [1, 1, 1, 2, 3, 4, undefined]],
    ['max', measure.max, [1, 2, 3, 4, 4, 4, undefined]],
    ['distinct', measure.distinct, [1, 2, 3, 3, 2, 1, 0]],
    ['share', measure.share, [0, 0, 0, 0, 0, 0, undefined]],
  ])('of %s slides over 1, 2, 3, 4 and out of it', (_, measure, values) => {
    expect(sliding(measure, [1, 2, 3, 4])).toEqual(values);
  });

  it('of an extreme forgets it when its pane leaves, and not while an equal one stays', () => {
    expect(sliding(measure.max, [9, 9, 1, 2, 3])).toEqual([9, 9, 9, 9, 3, 3, 3, undefined]);
    expect(sliding(measure.min, [-9, -9, 1, 2, 3])).toEqual([-9, -9, -9, -9, 1, 2, 3, undefined]);
  });

  it('of a share is that of all events; those without an answer count as no', () => {
    expect(together(measure.share, [true, false, undefined, true, 'true'])).toBe(0.4);
  });

  it.each([
    ['sum', measure.sum, 0],
    ['avg', measure.avg, undefined],
    ['min', measure.min, undefined],
    ['max', measure.max, undefined],
    ['median', measure.median, undefined],
    ['distinct', measure.distinct, 0],
  ])('of %s has nothing to measure in events that lack the value', (_, measure, value) => {
    expect(together(measure, [undefined, undefined])).toBe(value);
  });

  it.each([
    ['sum', measure.sum, 6],
    ['avg', measure.avg, 3],
    ['min', measure.min, 2],
    ['max', measure.max, 4],
  ])('of %s passes over what is no finite number', (_, measure, value) => {
    const amounts = [2, 'seven', Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true, 4];
    expect(together(measure, amounts)).toBe(value);
  });

  it('of sums does not drift while it slides', () => {
    const amounts = Array.from({ length: 1000 }, (_, index) => (index % 2 === 0 ? 1e15 + 0.1 : 0.1));
    expect(sliding(measure.sum, [...amounts, 0.1, 0.1, 0.1, 0.1]).slice(-4)).toEqual([
      0.1 + 0.2,
      0.2,
      0.1,
      0,
    ]);
  });

  it('of different values tells 1 from "1" and true from "true"', () => {
    expect(together(measure.distinct, [1, '1', true, 'true', 1])).toBe(4);
  });
});
