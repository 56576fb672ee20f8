import { describe, expect, it } from 'vitest';
import { defaultRules } from '../../src/config/schema/rules.ts';
import { LogboomError } from '../../src/errors.ts';
import { ruleSchema } from '../../src/rules/kinds/index.ts';
import { ruleProblems } from '../../src/rules/problems.ts';
import { compileRule } from '../../src/rules/rule.ts';
import { fieldsOf } from '../support/fields.ts';
import { type RuleInput, ruleConfig } from '../support/rules/rules.ts';

const compiled = (input: Partial<RuleInput>) => compileRule(ruleConfig(input));
const problemsOf = (...inputs: Partial<RuleInput>[]) => ruleProblems({ rules: inputs.map(ruleConfig) });

describe('a rule made ready', () => {
  it('filters, groups and measures', () => {
    const rule = compiled({
      where: 'a: 1',
      by: ['host.name'],
      measure: 'sum(n)',
      when: '>= 5',
      recover: '< 3',
    });
    const event = fieldsOf({ a: 1, n: 4, 'host.name': 'web-1' });
    expect(rule.filter(event)).toBe(true);
    expect(rule.filter(fieldsOf({ a: 2 }))).toBe(false);
    expect(rule.group(event)).toEqual({ key: 'web-1', by: { 'host.name': 'web-1' } });
    expect(rule.amount(event)).toBe(4);
    expect(rule.condition?.text).toBe('>= 5');
    expect(rule.recovery?.text).toBe('< 3');
  });

  it('hops by its length where it names no hop', () => {
    expect(compiled({ over: '1m' })).toMatchObject({ over: 60_000, every: 60_000 });
    expect(compiled({ over: '1s', every: '10ms' })).toMatchObject({ over: 1000, every: 10 });
  });

  it('recovers where the condition no longer holds, if nothing else is said', () => {
    expect([4, 5].map((value) => compiled({ when: '>= 5' }).recovery!.test(value))).toEqual([true, false]);
  });

  it('only counts without a condition', () => {
    expect(compiled({})).toMatchObject({ condition: undefined, recovery: undefined, early: false });
  });

  it.each<[string, string, string, boolean]>([
    ['count', '>= 5', '0s', true],
    ['count', '>= 5', '10s', false],
    ['count', '< 5', '0s', false],
    ['count', '== 5', '0s', false],
    ['rate', '> 5', '0s', true],
    ['distinct(a)', '> 5', '0s', true],
    ['max(a)', '> 5', '0s', true],
    ['max(a)', '< 5', '0s', false],
    ['min(a)', '< 5', '0s', true],
    ['min(a)', '> 5', '0s', false],
    ['sum(a)', '> 5', '0s', false],
    ['avg(a)', '> 5', '0s', false],
    ['share(a:b)', '> 5%', '0s', false],
    ['percentile(a, 95)', '> 5', '0s', false],
  ])('with %s %s for %s may raise before the window is over: %s', (measure, when, lasting, early) => {
    expect(compiled({ measure, when, for: lasting }).early).toBe(early);
  });

  it('names every fault of a rule that cannot be made ready', () => {
    const make = () => compiled({ where: 'a:', measure: 'median(a)', when: 'five', recover: 'six' });
    expect(make).toThrow(LogboomError);
    for (const setting of ['where', 'measure', 'when', 'recover'])
      expect(make).toThrow(new RegExp(`rule traffic-burst:.*${setting}: `));
  });
});

describe('the check of rules', () => {
  it('has nothing to say about the rules in force by default', () => {
    const rules = defaultRules.map((input) => ruleSchema.parse(input));
    expect(ruleProblems({ rules })).toEqual([]);
    for (const config of rules) expect(() => compileRule(config)).not.toThrow();
  });

  it.each([
    [{ over: '99999999d' }, 'over'],
    [{ when: '> 1', for: '4000d' }, 'for'],
    [{ lateness: '99999999999d' }, 'lateness'],
  ])('does not look farther than ten years: %j', (input, setting) => {
    expect(problemsOf(input)).toMatchObject([{ path: `rules[0].${setting}`, remedy: 'Use 3650d or less.' }]);
  });

  it('has nothing to say about the rule of the tutorial', () => {
    expect(
      problemsOf({
        where: 'event.dataset : "nginx.access" and not url.path : "/health*"',
        by: ['host.name'],
        over: '1s',
        every: '10ms',
        when: '>= 5',
        recover: '< 3',
        notify: ['ops-slack', 'log'],
      }),
    ).toEqual([]);
  });

  it.each<[Partial<RuleInput>, string, string]>([
    [{ where: 'a:' }, 'where', 'Column 3'],
    [{ measure: 'median(a)' }, 'measure', 'is no measure'],
    [{ measure: 'share(a:)' }, 'measure', 'Column 3'],
    [{ when: 'five' }, 'when', 'is no condition'],
    [{ when: '> 1', recover: 'x' }, 'recover', 'is no condition'],
    [{ recover: '< 3' }, 'recover', 'here is nothing to recover from'],
    [{ when: '>= 5', recover: '> 1' }, 'recover', 'meets both `when` (>= 5) and `recover` (> 1)'],
    [{ over: '1s', every: '300ms' }, 'every', 'no multiple'],
    [{ over: '1s', every: '2s' }, 'every', 'longer than the window'],
    [{ over: '0s' }, 'over', 'A window cannot be 0s long.'],
    [{ over: '1s', every: '0s' }, 'every', 'cannot follow one another'],
    [{ over: '1h', every: '10ms' }, 'every', '360000 windows'],
    [{ by: ['host.*'] }, 'by[0]', 'no field'],
    [{ by: ['a', 'a'] }, 'by[1]', 'twice'],
    [{ when: '> 1', notify: ['log', 'log'] }, 'notify[1]', 'twice'],
    [{ notify: ['log'] }, 'notify', 'nothing to tell'],
    [{ measure: 'share(a:b)', when: '>= 5' }, 'when', 'A share lies between 0 and 1'],
    [{ measure: 'share(a:b)', when: '< 0' }, 'when', 'A share lies between 0 and 1'],
    [{ when: '< 10', minCount: 10 }, 'when', 'A count of 10 or more is never < 10'],
  ])('%j is a problem at %s', (input, setting, message) => {
    expect(problemsOf(input)).toMatchObject([
      {
        path: `rules[0].${setting}`,
        message: expect.stringContaining(message),
        remedy: expect.stringMatching(/\w/),
      },
    ]);
  });

  it('finds rules of the same name', () => {
    expect(problemsOf({}, { name: 'other' }, {}).map(({ path }) => path)).toMatchObject(['rules[2].name']);
  });

  it('lists all problems of all rules', () => {
    const found = problemsOf({ name: 'a', where: '(', when: 'x' }, { name: 'b', every: '2m', measure: 'y' });
    expect(found.map(({ path }) => path)).toEqual([
      'rules[0].where',
      'rules[0].when',
      'rules[1].every',
      'rules[1].measure',
    ]);
  });
});
