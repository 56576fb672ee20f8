import { describe, expect, it } from 'vitest';
import { ruleProblems } from '../../../src/rules/problems.ts';
import { compileRule } from '../../../src/rules/rule.ts';
import { ruleConfig, ruleOfKind } from '../../support/rules/rules.ts';
import { event, play, type Step, told } from '../../support/rules/runs.ts';

type Input = Parameters<typeof ruleOfKind<'cardinality'>>[1];
const rule = (input: Input) =>
  ruleOfKind('cardinality', { field: 'user.name', by: ['source.ip'], over: '1m', lateness: '0s', ...input });
const login = (after: number, user: string) => event(after, { 'user.name': user, 'source.ip': '10.0.0.1' });
const logins = (...users: string[]): Step[] => users.map((user, place) => login(place, user));

describe('a rule of the kind cardinality', () => {
  it('raises the moment there are too many different values', () => {
    const { outputs } = play(rule({ max: 2 }), [...logins('a', 'b', 'a', 'b', 'c'), { until: 300 }]);
    expect(told(outputs)).toEqual([
      '10:01:00 10.0.0.1 active: distinct(user.name) 3 is > 2, before the window is over',
      '10:02:00 10.0.0.1 inactive: recovered: distinct(user.name) 0 is not > 2',
    ]);
  });

  it('raises for too few at the end of the window, where it held enough events', () => {
    const few = rule({ min: 3, minCount: 4 });
    expect(told(play(few, [...logins('a', 'b', 'a'), { until: 100 }]).outputs)).toEqual([]);
    expect(told(play(few, [...logins('a', 'b', 'a', 'b'), { until: 100 }]).outputs)).toEqual([
      '10:01:00 10.0.0.1 active: distinct(user.name) 2 is < 3',
    ]);
  });

  it('raises outside both bounds', () => {
    expect(told(play(rule({ min: 2, max: 3 }), [...logins('a'), { until: 60 }]).outputs)[0]).toContain(
      'outside 2..3',
    );
  });

  it('is the threshold over distinct in other words', () => {
    const { early, measure, condition } = compileRule(rule({ max: 2 }));
    const same = compileRule(ruleConfig({ measure: 'distinct(user.name)', when: '> 2' }));
    expect([early, measure, condition!.text]).toEqual([same.early, same.measure, same.condition!.text]);
  });

  it.each([
    [{}, 'rules[0].max'],
    [{ min: 5, max: 4 }, 'rules[0].max'],
    [{ max: 1, field: 'a b' }, 'rules[0].field'],
    [{ max: 1, every: '7s' }, 'rules[0].every'],
  ])('is refused with %j', (input: Input, path) => {
    expect(ruleProblems({ rules: [rule(input)] })).toMatchObject([{ path }]);
  });
});
