import { describe, expect, it } from 'vitest';
import { ruleOfKind } from '../../support/rules/rules.ts';
import { event, lastEpisode, play, type Step, told } from '../../support/rules/runs.ts';

const rule = ruleOfKind('baseline', {
  by: ['host.name'],
  over: '10s',
  lateness: '0s',
  season: 'none',
  warmUp: 5,
  forget: '1h',
});
const steady = (from: number, to: number, each: number): Step[] =>
  Array.from({ length: (to - from) * each }, (_, n) =>
    event(from + Math.floor(n / each), { 'host.name': 'web-1' }),
  );

describe('a rule of the kind baseline', () => {
  const steps = [...steady(0, 200, 3), ...steady(200, 220, 30), ...steady(220, 260, 3), { until: 300 }];

  it('tells of a rise and of a fall, and of what is normal', () => {
    expect(told(play(rule, steps).outputs)).toEqual([
      '10:03:30 web-1 active: count 300 is 49.3 spreads above the 30 ± 5.477 that is normal for any time',
      '10:03:50 web-1 inactive: recovered: count 30 is 0 spreads above the 30 ± 5.477 that is normal for any time',
      '10:04:30 web-1 active: count 0 is 5.477 spreads below the 30 ± 5.477 that is normal for any time',
    ]);
  });

  it('judges windows without any event, until the group is forgotten', () => {
    const { run, outputs } = play(rule, [...steps, { until: 5000 }]);
    expect(told(outputs).at(-1)).toContain('recovered: forgotten');
    expect(run.waiting).toBe(false);
    expect(lastEpisode(outputs)).toMatchObject({
      peak: 0,
      condition: '4 spreads or more from what is normal',
    });
  });

  it('keeps what it learned over restarts', () => {
    const restartAfter = [10, 300, 599, 700, 1100, 1319];
    expect(play(rule, steps, { restartAfter }).outputs).toEqual(play(rule, steps).outputs);
  });
});
