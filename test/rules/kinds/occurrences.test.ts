import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogEvent } from '../../../src/model.ts';
import { ruleProblems } from '../../../src/rules/problems.ts';
import { ruleOfKind } from '../../support/rules/rules.ts';
import { event, lastEpisode, notified, play, type Step, told } from '../../support/rules/runs.ts';

const deploys = ruleOfKind('change', {
  by: ['host.name'],
  field: 'service.version',
  quiet: '1m',
  lateness: '10s',
  notify: ['log'],
});
const version = (after: number, value: string | string[], host = 'web-1') =>
  event(after, { 'service.version': value, 'host.name': host });

describe('a rule of the kind change', () => {
  it('raises at once, says what changed, and ends after the quiet time', () => {
    const { outputs } = play(deploys, [
      version(1, '1.2'),
      version(2, '1.3'),
      version(3, '1.3'),
      { until: 200 },
    ]);
    expect(told(outputs)).toEqual([
      '10:00:06 web-1 active: service.version changed from "1.2" to "1.3", before the window is over',
      '10:01:06 web-1 inactive: recovered: nothing more of the kind within 1m',
    ]);
    expect(lastEpisode(outputs)).toMatchObject({ condition: '>= 1', samples: [{ message: 'at 2' }] });
  });

  it('makes one episode of changes to and fro', () => {
    const steps = Array.from({ length: 100 }, (_, n) => version(n, `${n % 2}`));
    const { outputs } = play(deploys, [...steps, { until: 400 }]);
    expect(notified(outputs)).toEqual(['active', 'inactive']);
  });

  it('follows each group for itself, and skips events without the field', () => {
    const { outputs } = play(deploys, [
      version(1, 'a'),
      version(2, 'b', 'web-2'),
      event(3),
      version(4, 'a'),
      { until: 99 },
    ]);
    expect(outputs).toEqual([]);
  });

  it('takes several values as one', () => {
    const { outputs } = play(deploys, [version(1, ['a', 'b']), version(2, ['a', 'c'])]);
    expect(told(outputs)).toEqual([
      '10:00:06 web-1 active: service.version changed from "a, b" to "a, c", before the window is over',
    ]);
  });

  it('sees a change that arrives out of order when its order is known', () => {
    const { outputs } = play(deploys, [version(1, 'a'), version(9, 'a'), version(5, 'b'), { until: 200 }]);
    expect(told(outputs)[0]).toBe('10:00:06 web-1 active: service.version changed from "a" to "b"');
    expect(lastEpisode(outputs)).toMatchObject({ peak: 2 });
  });

  it('counts an event that is too late', () => {
    expect(play(deploys, [version(1, 'a'), { until: 60 }, version(2, 'b'), { until: 200 }])).toMatchObject({
      outputs: [],
      run: { late: 1 },
    });
  });
});

const tools = ruleOfKind('new-term', {
  by: ['host.name'],
  field: 'process.name',
  warmUp: '1m',
  remember: '1h',
  quiet: '1m',
  lateness: '10s',
});
const runs = (after: number, name: string | string[]) =>
  event(after, { 'process.name': name, 'host.name': 'web-1' });

describe('a rule of the kind new-term', () => {
  it('learns first, and then tells of what it never saw', () => {
    const { outputs } = play(tools, [
      runs(0, 'sshd'),
      runs(30, 'cron'),
      runs(70, 'cron'),
      runs(80, 'nc'),
      { until: 300 },
    ]);
    expect(told(outputs)).toEqual([
      '10:01:24 web-1 active: process.name "nc" is new: not seen within 1h, before the window is over',
      '10:02:24 web-1 inactive: recovered: nothing more of the kind within 1m',
    ]);
  });

  it('looks at each of several values', () => {
    const { outputs } = play(tools, [runs(0, ['a', 'b']), runs(70, ['a', 'c'])]);
    expect(told(outputs).join()).toContain('"c" is new');
  });

  it('shortens a long value, and tells long values apart', () => {
    const { outputs } = play(tools, [
      runs(0, 'x'),
      runs(70, `${'y'.repeat(500)}1`),
      runs(71, `${'y'.repeat(500)}2`),
      { until: 75 },
    ]);
    expect(told(outputs)[0]!.length).toBeLessThan(250);
    expect(told(outputs)).toHaveLength(1);
  });
});

describe.each([
  ['change', deploys, version],
  ['new-term', tools, runs],
] as const)('whatever comes to a rule of the kind %s', (_, rule, make) => {
  const steps = fc
    .array(fc.tuple(fc.nat(60), fc.constantFrom('a', 'b', 'c', 'd')), { maxLength: 30 })
    .map((pauses) => {
      let after = 0;
      const events: LogEvent[] = pauses.map(([pause, value]) => {
        after += pause;
        return (make as (after: number, value: string) => LogEvent)(after, value);
      });
      return [...events, { until: after + 500 }] as Step[];
    });

  it('a restart at any place changes nothing', () => {
    fc.assert(
      fc.property(steps, fc.array(fc.nat(30)), (all, restartAfter) => {
        expect(play(rule, all, { restartAfter }).outputs).toEqual(play(rule, all).outputs);
      }),
    );
  });

  it('what begins ends, and then nothing waits for time to pass', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { run, outputs } = play({ ...rule, notify: ['log'] }, all);
        const path = notified(outputs);
        expect(path).toEqual(path.map((_to, place) => (place % 2 === 0 ? 'active' : 'inactive')));
        expect([run.waiting, run.openAlerts]).toEqual([false, 0]);
      }),
    );
  });
});

describe('the check of rules', () => {
  it.each([
    [{ field: 'a b' }, 'rules[0].field'],
    [{ field: 'a', forget: '1s' }, 'rules[0].forget'],
    [{ field: 'a', quiet: '0s' }, 'rules[0].quiet'],
  ])('refuses the change %j', (input, path) => {
    expect(ruleProblems({ rules: [ruleOfKind('change', input)] })).toMatchObject([{ path }]);
  });

  it.each([
    [{ field: 'a*' }, 'rules[0].field'],
    [{ field: 'a', remember: '1s', warmUp: '0s' }, 'rules[0].remember'],
    [{ field: 'a', remember: '1h', warmUp: '2h' }, 'rules[0].warmUp'],
  ])('refuses the new-term %j', (input, path) => {
    expect(ruleProblems({ rules: [ruleOfKind('new-term', input)] })).toMatchObject([{ path }]);
  });
});
