import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageProblems, ruleProblems } from '../../../src/rules/problems.ts';
import { ruleOfKind } from '../../support/rules/rules.ts';
import { event, lastEpisode, play, type Step, told } from '../../support/rules/runs.ts';

type Input = Parameters<typeof ruleOfKind<'normal'>>[1];
const rule = (input: Partial<Input> = {}) =>
  ruleOfKind('normal', {
    by: ['host.name'],
    over: '10s',
    lateness: '0s',
    bounds: { cpu: { max: 0.9 }, 'net.rx': { min: 10, max: 100 } },
    ...input,
  });
const figures = (after: number, values: Record<string, number | string>, host = 'n1') =>
  event(after, { 'host.name': host, ...values });

describe('a rule of the kind normal', () => {
  it('holds each figure of each group against its own bounds', () => {
    const { outputs } = play(rule(), [
      figures(1, { cpu: 0.95, 'net.rx': 50 }),
      figures(2, { cpu: 0.5, 'net.rx': 5 }, 'n2'),
      figures(11, { cpu: 0.4, 'net.rx': 50 }),
      figures(12, { cpu: 0.5, 'net.rx': 500 }, 'n2'),
      { until: 20 },
    ]);
    expect(told(outputs)).toEqual([
      '10:00:10 n1, cpu active: avg of cpu: 0.95 is > 0.9',
      '10:00:10 n2, net.rx active: avg of net.rx: 5 is outside 10..100',
      '10:00:20 n1, cpu inactive: recovered: avg of cpu: 0.4 is not > 0.9',
    ]);
  });

  it('has the field in its documents and messages', () => {
    const { outputs } = play(rule({ message: '{{parameter}} of {{host.name}} is {{value}}' }), [
      figures(1, { cpu: 1 }),
      { until: 10 },
    ]);
    expect(lastEpisode(outputs)).toMatchObject({
      by: { 'host.name': 'n1', parameter: 'cpu' },
      message: 'cpu of n1 is 1',
      condition: 'outside its bounds',
      peak: 1,
    });
    expect(messageProblems({ rules: [rule({ message: '{{parameter}}' })] })).toEqual([]);
  });

  it.each([
    ['avg', 0.7, 0],
    ['max', 1, 1],
    ['min', 0.4, 0],
  ] as const)('may hold the %s against them', (statistic, _value, raised) => {
    const { outputs } = play(rule({ statistic }), [
      figures(1, { cpu: 1 }),
      figures(2, { cpu: 0.4 }),
      { until: 10 },
    ]);
    expect(told(outputs)).toHaveLength(raised);
  });

  it('keeps an alert open without figures as no-data, and takes texts of numbers for numbers', () => {
    const { outputs } = play(rule(), [figures(1, { cpu: '0.99' }), { until: 40 }]);
    expect(told(outputs)).toEqual([
      '10:00:10 n1, cpu active: avg of cpu: 0.99 is > 0.9',
      '10:00:20 n1, cpu no-data: there is no figure in cpu; the alert stays open',
    ]);
  });

  it('waits until it lasted, where that is asked for', () => {
    const lasting = rule({ for: '10s' });
    const { outputs } = play(
      lasting,
      [1, 11, 21, 31].map((after) => figures(after, { cpu: 1 })),
    );
    expect(told(outputs).map((line) => line.split(':').slice(0, 3).join(':'))).toEqual([
      '10:00:10 n1, cpu pending',
      '10:00:20 n1, cpu active',
    ]);
  });

  it('works without groups, and does not judge what it has no group left for', () => {
    expect(told(play(rule({ by: [] }), [event(1, { cpu: 1 }), { until: 10 }]).outputs)[0]).toContain(
      ' cpu active',
    );
    const { outputs } = play(rule({ maxGroups: 1 }), [
      figures(1, { cpu: 1 }),
      figures(2, { cpu: 1 }, 'n2'),
      { until: 10 },
    ]);
    expect(told(outputs)).toHaveLength(1);
  });

  it('counts an event that is too late once, and looks at no figure that it has no bounds for', () => {
    const { run, outputs } = play(rule(), [
      { until: 60 },
      figures(1, { cpu: 1, 'net.rx': 0 }),
      figures(61, { disk: 9 }),
      { until: 90 },
    ]);
    expect([run.late, outputs]).toEqual([1, []]);
  });

  it('is the same after a restart at any place', () => {
    const all = fc.array(
      fc.tuple(fc.nat(9), fc.double({ min: 0, max: 2, noNaN: true }), fc.constantFrom('n1', 'n2')),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(all, fc.array(fc.nat(30)), (given, restartAfter) => {
        let after = 0;
        const steps: Step[] = given.map(([pause, cpu, host]) => {
          after += pause;
          return figures(after, { cpu }, host);
        });
        steps.push({ until: after + 60 });
        expect(play(rule(), steps, { restartAfter }).outputs).toEqual(play(rule(), steps).outputs);
      }),
    );
  });
});

it.each([
  [{ bounds: {} }, 'rules[0].bounds'],
  [{ bounds: { a: {} } }, 'rules[0].bounds.a'],
  [{ bounds: { 'a.b': { min: 2, max: 1 } } }, 'rules[0].bounds["a.b"]'],
  [{ bounds: { 'a b': { min: 2 } } }, 'rules[0].bounds["a b"]'],
  [{ by: ['parameter'] }, 'rules[0].by'],
])('the check of rules refuses %j', (input, path) => {
  expect(ruleProblems({ rules: [rule(input)] })).toMatchObject([{ path }]);
});
