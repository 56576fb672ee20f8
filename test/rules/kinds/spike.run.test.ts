import { describe, expect, it } from 'vitest';
import { ruleOfKind } from '../../support/rules/rules.ts';
import { event, play, type Step, told } from '../../support/rules/runs.ts';

const rule = ruleOfKind('spike', {
  over: '10s',
  every: '5s',
  lateness: '0s',
  minBefore: 5,
  direction: 'both',
});

/** So many events in each second from one to another. */
const steady = (from: number, to: number, each: number): Step[] =>
  Array.from({ length: (to - from) * each }, (_, n) => event(from + Math.floor(n / each)));

describe('a rule of the kind spike', () => {
  it('tells of a rise, its end, and a fall, in sliding windows', () => {
    const { outputs } = play(rule, [
      ...steady(0, 40, 1),
      ...steady(40, 60, 6),
      ...steady(60, 90, 1),
      { until: 200 },
    ]);
    expect(told(outputs)).toEqual([
      '10:00:45 active: count 35 is 3.5 times the 10 of the window before',
      '10:00:55 inactive: recovered: count 60 is 1.714 times the 35 of the window before',
      '10:01:10 active: count 10 is 0.1667 times the 60 of the window before',
      '10:01:20 inactive: recovered: count 10 is 1 times the 10 of the window before',
      '10:01:40 active: count 0 is 0 times the 10 of the window before',
      '10:01:50 inactive: recovered: the 0 events of the window before are fewer than 5 (minBefore)',
    ]);
  });

  it('does not take a steady stream for a spike', () => {
    expect(told(play({ ...rule, direction: 'up' }, [...steady(0, 100, 2), { until: 300 }]).outputs)).toEqual(
      [],
    );
  });

  it('rests when there is nothing left to compare', () => {
    expect(play(rule, [...steady(0, 100, 1), { until: 300 }]).run.waiting).toBe(false);
  });

  it('is the same after restarts', () => {
    const steps = [...steady(0, 40, 1), ...steady(40, 60, 6), ...steady(60, 90, 1), { until: 200 }];
    const restartAfter = [3, 30, 50, 170, 189];
    expect(play(rule, steps, { restartAfter }).outputs).toEqual(play(rule, steps).outputs);
  });
});
