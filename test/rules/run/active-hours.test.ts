import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ruleConfig, ruleOfKind } from '../../support/rules/rules.ts';
import { event, notified, play, type Step, told } from '../../support/rules/runs.ts';

/** Events begin at ten o'clock UTC, on a Saturday. */
const activeHours = (...hours: string[]) => ({ zone: 'UTC', hours });
const minutes = (...all: number[]): Step[] => all.map((minute) => event(minute * 60));
const short = (line: string) => line.replace(/, so the condition.*/, '');

describe('at the beginning of the active hours', () => {
  const hours = activeHours('10:30-11:30');
  const outsideMinutes = (from: number, to: number) =>
    minutes(...Array.from({ length: to - from }, (_, place) => from + place + 1 / 6));
  const few = { over: '10m', every: '1m', lateness: '0s', when: '< 5', activeHours: hours };
  const absence = { every: '5m', lateness: '0s', activeHours: hours };

  it('nothing is raised while everything within the hours is as expected', () => {
    const steps = [...minutes(0), ...outsideMinutes(30, 89), { until: 5_500 }];
    expect(told(play(ruleConfig(few), steps).outputs)).toEqual([]);
    expect(told(play(ruleOfKind('absence', absence), steps).outputs)).toEqual([]);
  });

  it('few events raise the alert at the end of the first whole window', () => {
    const { outputs } = play(ruleConfig(few), [...minutes(0, 31, 32, 55), { until: 3_600 }]);
    expect(told(outputs).map(short)[0]).toBe('10:40:00 active: count 2 is < 5');
  });

  it('a silence raises the alert when it has lasted for long enough within the hours', () => {
    const { outputs } = play(ruleOfKind('absence', absence), [...minutes(0), { until: 3_600 }]);
    expect(told(outputs).map((line) => line.slice(0, 21))).toEqual(['10:35:00 active: gone']);
  });

  it('a window that is longer than the hours is judged as it is', () => {
    const long = { ...few, over: '2h', every: '30m' };
    const { outputs } = play(ruleConfig(long), [...minutes(0), { until: 4_000 }]);
    expect(told(outputs).map(short)).toEqual(['11:00:00 active: count 1 is < 5']);
  });

  it('a restart within makes no difference', () => {
    const steps = [...minutes(0, 31, 32), { until: 2_100 }, { until: 3_600 }];
    const restarted = play(ruleConfig(few), steps, { restartAfter: [0, 1, 2, 3] });
    expect(told(restarted.outputs)).toEqual(told(play(ruleConfig(few), steps).outputs));
  });
});

describe('outside its active hours', () => {
  it('a threshold is not looked at, and is from their beginning on, even if nothing new comes', () => {
    const rule = ruleConfig({
      over: '1h',
      every: '1m',
      lateness: '0s',
      when: '>= 2',
      activeHours: activeHours('10:30-10:45'),
    });
    const { outputs } = play(rule, [...minutes(1, 2, 3), { until: 5000 }]);
    expect(told(outputs).map(short)).toEqual([
      '10:31:00 active: count 3 is >= 2',
      '10:46:00 inactive: recovered: it is Sat 10:45, outside the active hours (every day 10:30-10:45 UTC)',
    ]);
  });

  it('silence is not told of before they begin, and ends with them', () => {
    const rule = ruleOfKind('absence', {
      every: '5m',
      lateness: '0s',
      activeHours: activeHours('10:30-11:00'),
    });
    const { outputs } = play(rule, [...minutes(0), { until: 4000 }]);
    expect(told(outputs).map((line) => short(line).slice(0, 40))).toEqual([
      '10:35:00 active: gone: last seen at 2026',
      '11:00:00 inactive: recovered: it is Sat ',
    ]);
  });

  it('nobody is told of what a cooldown held back, where the hours end first', () => {
    const cooldown = { over: '1m', lateness: '0s', when: '>= 1', cooldown: '20m', notify: ['log'] };
    const steps = [
      ...minutes(0),
      ...minutes(...Array.from({ length: 55 }, (_, n) => n + 5)),
      { until: 5000 },
    ];
    const twice = ['active', 'inactive', 'active', 'inactive'];
    expect(notified(play(ruleConfig(cooldown), steps).outputs)).toEqual(twice);
    const ending = (end: string) => {
      const hours = { ...cooldown, keepActiveFor: '2m', activeHours: activeHours(`10:00-${end}`) };
      return notified(play(ruleConfig(hours), steps).outputs);
    };
    expect(ending('10:22')).toEqual(twice);
    expect(ending('10:21')).toEqual(twice);
    // It recovers from then on, for its hours are over.
    expect(ending('10:20')).toEqual(twice.slice(0, 2));
  });

  it('a match raises nothing, also not when they begin', () => {
    const rule = ruleOfKind('match', { where: 'message : *', activeHours: activeHours('10:30-11:00') });
    expect(play(rule, [...minutes(1, 29), { until: 3000 }]).outputs).toEqual([]);
    expect(told(play(rule, [...minutes(1, 31), { until: 1900 }]).outputs)).toHaveLength(1);
  });

  // With a quiet time of two hours, hops are twelve minutes long.
  it.each([
    ['11:00-11:10', 69, ['11:12:00 active', '11:24:00 inacti']],
    ['10:00-10:58', 57, ['11:00:00 active', '11:12:00 inacti']],
  ] as const)(
    'a match just before the end of %s is told, though its hop runs on',
    (during, minute, expected) => {
      const rule = ruleOfKind('match', {
        where: 'message : *',
        quiet: '2h',
        lateness: '0s',
        activeHours: activeHours(during),
      });
      const { outputs } = play(rule, [...minutes(minute), { until: 30_000 }]);
      expect(told(outputs).map((line) => line.slice(0, 15))).toEqual(expected);
    },
  );

  it('a change just before they end is told, though its hop runs on', () => {
    const rule = ruleOfKind('change', {
      field: 'v',
      quiet: '2h',
      lateness: '0s',
      activeHours: activeHours('10:00-10:58'),
    });
    const steps = [event(3000, { v: 1 }), event(3420, { v: 2 }), { until: 30_000 }];
    expect(told(play(rule, steps).outputs).map((line) => line.slice(0, 15))).toEqual([
      '11:00:00 active',
      '11:12:00 inacti',
    ]);
  });

  it('a change is learned, but not told', () => {
    const rule = ruleOfKind('change', {
      field: 'v',
      lateness: '0s',
      activeHours: activeHours('10:30-11:00'),
    });
    const steps = [
      event(0, { v: 1 }),
      event(60, { v: 2 }),
      event(1900, { v: 2 }),
      event(1960, { v: 3 }),
      { until: 2000 },
    ];
    expect(told(play(rule, steps).outputs)).toEqual([
      '10:33:00 active: v changed from "2" to "3", before the window is over',
    ]);
  });

  it('all is the same after restarts', () => {
    const rule = ruleConfig({
      over: '10m',
      every: '1m',
      lateness: '0s',
      when: '>= 2',
      activeHours: activeHours('10:10-10:20', '10:30-10:50'),
    });
    fc.assert(
      fc.property(fc.array(fc.nat(6), { maxLength: 20 }), fc.array(fc.nat(20)), (pauses, restartAfter) => {
        let minute = 0;
        const times = pauses.map((pause) => {
          minute += pause;
          return minute;
        });
        const steps = [...minutes(...times), { until: 9000 }];
        expect(play(rule, steps, { restartAfter }).outputs).toEqual(play(rule, steps).outputs);
      }),
    );
  });
});
