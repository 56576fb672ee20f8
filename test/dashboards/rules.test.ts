import { expect, it } from 'vitest';
import type { RuleConfig } from '../../src/config/schema/rules.ts';
import { ruleRows } from '../../src/dashboards/rules.ts';
import { ruleSchema } from '../../src/rules/kinds/index.ts';

const highest = { group: 'busy', value: 12 };
const lowest = { group: 'idle', value: 2 };
const state = {
  ...{ groups: 2, openAlerts: 0, windowsClosed: 1, late: 0, corrected: 0, overflowed: 0, forgotten: 0 },
  ...{ cost: 1, last: { at: 60_000, groups: 2, highest, lowest } },
};
const ruleWith = (settings: object) =>
  ruleSchema.parse({ kind: 'threshold', name: 'one', ...settings }) as RuleConfig;

it.each([
  ['>= 20', highest, [20], false],
  ['> 11', highest, [11], true],
  ['< 5', lowest, [5], true],
  ['<= 1', lowest, [1], false],
  ['inside 10..20', highest, [10, 20], true],
  ['inside 0..5', lowest, [0, 5], true],
  ['outside 5..13', lowest, [5, 13], true],
  ['outside 1..11', highest, [1, 11], true],
  ['== 2', lowest, [2], true],
  ['!= 2', highest, [2], true],
])('shows with `when: %s` the value that is nearest to an alert', (when, shown, bounds, holds) => {
  const [row] = ruleRows([ruleWith({ when })], { open: [], states: { one: state } });
  expect(row!.latest).toEqual({ at: 60_000, groups: 2, ...shown, bounds, holds });
});

it('shows the highest value where the rule only counts', () => {
  const [row] = ruleRows([ruleWith({})], { open: [], states: { one: state } });
  expect(row!.latest).toEqual({ at: 60_000, groups: 2, ...highest });
});

it('leaves out what is not known', () => {
  const [row] = ruleRows([ruleWith({ when: '> 1' })], { open: [{ rule: 'one' }, { rule: 'other' }] });
  expect(row).toMatchObject({ name: 'one', open: 1 });
  for (const name of ['state', 'latest', 'verdicts']) expect(row).not.toHaveProperty(name);
});
