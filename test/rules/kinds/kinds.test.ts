import { describe, expect, it } from 'vitest';
import { kindOf, ruleSchema } from '../../../src/rules/kinds/index.ts';
import { boundsCondition, momentWindow } from '../../../src/rules/kinds/kind.ts';
import { messageProblems } from '../../../src/rules/problems.ts';

const parsed = (rule: object) => ruleSchema.parse({ name: 'r', ...rule });

describe('the check of messages', () => {
  const found = (rule: object) => messageProblems({ rules: [parsed(rule)] });

  it.each<[object, string]>([
    [{ message: '{{user.name}}' }, 'A message of this rule knows no `user.name`: that would be left empty.'],
    [
      { message: '{{a}} {{value}} {{b}}', recoveryMessage: '{{c}}' },
      'A message of this rule knows no `a` and no `b` and no `c`: that would be left empty.',
    ],
    [
      { message: '{{time Mars/Base}}' },
      'A message of this rule knows no `time Mars/Base`: that would be left empty.',
    ],
    [
      { message: '{{labels.team}}' },
      'A message of this rule knows no `labels.team`: that would be left empty.',
    ],
  ])('%j', (rule, message) => {
    expect(found(rule)).toMatchObject([{ path: 'rules[0].message', message }]);
  });

  it.each<[object]>([
    [{}],
    [{ message: 'plain' }],
    [{ message: '{{value}} {{ rule.name }} {{time Europe/Berlin}} {{window.start}}' }],
    [{ message: '{{host.name}}', by: ['host.name'] }],
    [{ message: '{{labels.team}}', labels: { team: 'x' } }],
    [{ kind: 'normal', bounds: { a: { max: 1 } }, message: '{{parameter}}' }],
  ])('has nothing to say about %j', (rule) => expect(found(rule)).toEqual([]));
});

describe('the parts that kinds share', () => {
  it.each([
    [{ min: 2, max: 5 }, 'outside 2..5'],
    [{ max: 5 }, '> 5'],
    [{ min: 2 }, '< 2'],
    [{}, '< 0'],
    [{ max: 0 }, '> 0'],
  ])('%j is the condition %s', (bounds, condition) => expect(boundsCondition(bounds)).toBe(condition));

  it.each([
    [300_000, 30_000],
    [10, 1],
    [25, 5],
    [4, 2],
    [7, 7],
    [1, 1],
  ])('a quiet time of %d ms hops by %d ms', (quiet, every) => {
    expect(momentWindow(quiet, 'm')).toEqual({ measure: 'm', when: '>= 1', over: quiet, every });
  });

  it.each<[object, object]>([
    [
      { kind: 'cardinality', field: 'a', max: 5 },
      { measure: 'distinct(a)', when: '> 5' },
    ],
    [
      { kind: 'cardinality', field: 'a', min: 2, max: 5 },
      { measure: 'distinct(a)', when: 'outside 2..5' },
    ],
    [
      { kind: 'absence', every: '5m' },
      { measure: 'seconds of silence', when: '> 300', over: 300_000, every: 1 },
    ],
    [{ kind: 'spike', ratio: 3, direction: 'up' }, { when: '>= 3 times the window before' }],
    [{ kind: 'spike', ratio: 3, direction: 'down' }, { when: '<= 1/3 of the window before' }],
    [
      { kind: 'spike', ratio: 2.5, direction: 'both' },
      { when: '>= 2.5 times or <= 1/2.5 of the window before' },
    ],
    [
      {
        kind: 'slo',
        slo: '99%',
        bad: 'a: 1',
        burnRates: [{ rate: 2, over: '1h', short: '5m', severity: 'low' }],
      },
      { measure: 'burn rate', when: '>= 2 over 1h and 5m' },
    ],
    [
      { when: '> 5', measure: 'rate' },
      { measure: 'rate', when: '> 5' },
    ],
  ])('%j is in the settings of a threshold %j', (rule, settings) => {
    const config = parsed(rule);
    expect(kindOf(config).settings(config)).toMatchObject(settings);
  });
});
