import { expect, it } from 'vitest';
import type { Output } from '../../src/model.ts';
import { LatestValues } from '../../src/readers/analyser/latest-values.ts';

function noted(...windows: [end: number, group: string, value: number | undefined][]) {
  const values = new LatestValues();
  for (const [end, group, value] of windows)
    values.note({
      kind: 'window',
      window: { rule: 'one', measure: 'count', by: {}, start: end - 60, end, group, count: 1, value },
    } as Output);
  return values.of('one');
}

it('keeps the highest and the lowest value of the last windows', () => {
  expect(noted([60, 'a', 9], [120, 'a', 3], [120, 'b', 7], [120, 'c', 5])).toEqual({
    at: 120,
    groups: 3,
    highest: { group: 'b', value: 7 },
    lowest: { group: 'a', value: 3 },
  });
});

it('ignores corrected windows of the past, and windows without a value', () => {
  expect(noted([120, 'a', 3], [60, 'b', 100], [180, 'c', undefined])).toMatchObject({ at: 120, groups: 1 });
});

it('knows nothing of a rule without windows', () => {
  expect(noted()).toBeUndefined();
});
