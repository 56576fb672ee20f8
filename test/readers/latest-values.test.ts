import { expect, it } from 'vitest';
import type { Output } from '../../src/model.ts';
import { LatestValues } from '../../src/readers/analyser/latest-values.ts';

const aWindow = (rule: string, end: number, group: string, value: number | undefined): Output => ({
  kind: 'window',
  window: {
    ...{ rule, group, value, start: end - 60, end, by: {}, measure: 'count', count: 1 },
  } as (Output & { kind: 'window' })['window'],
});

function noted(...windows: [end: number, group: string, value: number | undefined][]) {
  const values = new LatestValues();
  for (const [end, group, value] of windows) values.note(aWindow('one', end, group, value));
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

it('forgets rules that are removed, and takes nothing of them over for a rule of that name that comes later', () => {
  const values = new LatestValues();
  for (const rule of ['stays', 'goes']) values.note(aWindow(rule, 120, 'a', 3));
  values.keepOnly(new Set(['stays', 'comes']));
  expect([values.of('stays')?.at, values.of('goes')]).toEqual([120, undefined]);
  values.note(aWindow('goes', 60, 'b', 1));
  expect(values.of('goes')).toMatchObject({ at: 60, groups: 1 });
});
