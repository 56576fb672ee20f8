import { describe, expect, it } from 'vitest';
import type { Output } from '../../src/model.ts';
import { aBatch, at, engineWith, journaled, outputsOf, t } from '../support/journal/records.ts';
import type { AnyInput } from '../support/rules/rules.ts';

const second = 1_000;
const rule = (name: string, more: object = {}): AnyInput =>
  ({ name, over: '10s', lateness: '0s', ...more }) as AnyInput;
/** One event a second, and two that come after their window. */
const records = [
  ...Array.from({ length: 30 }, (_, n) => aBatch([at(t + n * second)])),
  ...[1, 2].map((n) => aBatch([at(t + n * second)], { receivedAt: t + 30 * second })),
];

describe('the tally of late events', () => {
  it.each<[string, AnyInput[], object, object]>([
    ['no rule', [], {}, { late: 0, corrected: 0 }],
    ['one rule', [rule('a')], { time: { correctFor: '0s' } }, { late: 2, corrected: 0 }],
    [
      'three rules',
      [rule('a'), rule('b'), rule('c')],
      { time: { correctFor: '0s' } },
      { late: 2, corrected: 0 },
    ],
    ['three rules that correct', [rule('a'), rule('b'), rule('c')], {}, { late: 0, corrected: 2 }],
    [
      'a rule of other events',
      [rule('a', { where: 'x: 1' })],
      { time: { correctFor: '0s' } },
      { late: 0, corrected: 0 },
    ],
  ])('counts each once, with %s', (_, rules, more, counts) => {
    const engine = engineWith(rules, more);
    outputsOf(engine, journaled(records));
    expect(engine.tally).toMatchObject({ events: 32, ...counts });
  });
});

describe('the threshold of a window', () => {
  const windowsOf = (outputs: Output[]) =>
    outputs.flatMap((output) => (output.kind === 'window' ? [output.window] : []));

  it.each<[string, AnyInput, number | undefined]>([
    ['a comparison', rule('a', { when: '>= 20' }), 20],
    ['a share', rule('a', { measure: 'share(x: 1)', when: '> 5%' }), 0.05],
    ['a range', rule('a', { when: 'outside 1..2' }), undefined],
    ['a rule that only counts', rule('a'), undefined],
    ['a rule that learns', rule('a', { kind: 'spike', ratio: 50 }), undefined],
  ])('is that of %s', (_, one, threshold) => {
    const windows = windowsOf(outputsOf(engineWith([one]), journaled(records)).map(({ output }) => output));
    expect(windows.length).toBeGreaterThan(0);
    for (const window of windows) expect(window.threshold).toBe(threshold);
  });
});
