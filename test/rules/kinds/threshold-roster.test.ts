import { describe, expect, it } from 'vitest';
import { ruleSchema } from '../../../src/config/schema/rules.ts';
import { ruleProblems } from '../../../src/rules/problems.ts';
import { event, play, type Step, told } from '../../support/rules/runs.ts';

const few = {
  name: 'few',
  by: ['host.name'],
  over: '1m',
  when: '< 2',
  lateness: '0s',
  record: false,
} as const;
const rule = (more: object = {}) => ruleSchema.parse({ ...few, by: [...few.by], ...more });
/** web-1 sends two events a minute, from ten o'clock to so many minutes past. */
const steady = (from: number, minutes: number, host = 'web-1'): Step[] =>
  Array.from({ length: minutes * 2 }, (_, n) => event(from + n * 30 + 5, { 'host.name': host }));

describe('a group that a condition on few events expects', () => {
  it('raises an alert for it though it was never seen, after the first whole window', () => {
    const { outputs } = play(rule({ expect: ['web-1', 'web-2'] }), [...steady(0, 4), { until: 240 }]);
    expect(told(outputs)).toEqual(['10:02:00 web-2 active: count 0 is < 2']);
    const [raised] = outputs.flatMap((one) => (one.kind === 'transition' ? [one.transition] : []));
    expect(raised).toMatchObject({ by: { 'host.name': 'web-2' }, value: 0 });
  });

  it('ends when the group sends enough, and begins again when it is silent', () => {
    const steps = [...steady(0, 6), ...steady(180, 1, 'web-2')].sort((a, b) =>
      'time' in a && 'time' in b ? a.time - b.time : 0,
    );
    const { outputs } = play(rule({ expect: ['web-2'] }), [...steps, { until: 360 }]);
    expect(told(outputs).filter((line) => line.includes('web-2'))).toEqual([
      '10:02:00 web-2 active: count 0 is < 2',
      '10:04:00 web-2 inactive: recovered: count 2 is not < 2',
      '10:05:00 web-2 active: count 0 is < 2',
    ]);
  });

  it('is the same after restarts, at any place', () => {
    const steps = [...steady(0, 5), { until: 300 }];
    const whole = told(play(rule({ expect: ['web-2', 'web-3'] }), steps).outputs);
    for (let place = 0; place < steps.length; place += 1)
      expect(
        told(play(rule({ expect: ['web-2', 'web-3'] }), steps, { restartAfter: [place] }).outputs),
      ).toEqual(whole);
  });

  it('waits as long as `for` says', () => {
    const { outputs } = play(rule({ expect: ['web-2'], for: '2m' }), [...steady(0, 6), { until: 360 }]);
    expect(told(outputs).filter((line) => line.includes('web-2 active'))).toEqual([
      expect.stringMatching(/^10:04:00 web-2 active: count 0 is < 2/),
    ]);
  });

  it('is judged within the active hours alone', () => {
    const activeHours = {
      zone: 'UTC',
      days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
      hours: ['10:05-10:08'],
    };
    const { outputs } = play(rule({ expect: ['web-2'], activeHours }), [...steady(0, 10), { until: 600 }]);
    const lines = told(outputs).filter((line) => line.includes('web-2'));
    expect(lines[0]).toMatch(/^10:06:00 web-2 active: count 0 is < 2/);
    expect(lines[1]).toMatch(/inactive/);
  });

  it('is named as events name it, for several fields', () => {
    const both = { by: ['host.name', 'event.dataset'], expect: ['web-2, nginx.access'] };
    const { outputs } = play(rule(both), [...steady(0, 3), { until: 180 }]);
    const found = outputs.flatMap((one) => (one.kind === 'transition' ? [one.transition.by] : []));
    expect(found).toContainEqual({ 'host.name': 'web-2', 'event.dataset': 'nginx.access' });
  });

  it('changes nothing where it is not set: a group that was never seen is not judged', () => {
    const { outputs } = play(rule(), [...steady(0, 4), { until: 240 }]);
    expect(told(outputs)).toEqual([]);
  });

  it.each([
    [{ expect: ['web-1'], when: '> 5' }, 'rules[0].expect'],
    [{ expect: ['web-1'], measure: 'avg(n)' }, 'rules[0].expect'],
    [{ expect: ['web-1'], by: [] }, 'rules[0].expect'],
    [{ expect: ['web-1', 'web-1'] }, 'rules[0].expect[1]'],
    [{ expect: ['web-1'], by: ['host.name', 'event.dataset'] }, 'rules[0].expect[0]'],
  ])('is refused in %j', (settings, path) => {
    expect(ruleProblems({ rules: [rule(settings)] }).map((problem) => problem.path)).toContain(path);
  });

  it('has no problem where it is as it should be', () => {
    expect(ruleProblems({ rules: [rule({ expect: ['web-1'] })] })).toEqual([]);
  });
});
