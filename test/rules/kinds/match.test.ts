import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ruleProblems } from '../../../src/rules/problems.ts';
import { ruleOfKind } from '../../support/rules/rules.ts';
import { event, lastEpisode, notified, play, type Step, told } from '../../support/rules/runs.ts';

const denied = ruleOfKind('match', {
  name: 'denied',
  where: 'source.ip : ("10.0.0.1" or "10.0.0.2")',
  by: ['source.ip'],
  notify: ['log'],
});
const from = (after: number, ip = '10.0.0.1') => event(after, { 'source.ip': ip });

describe('a rule of the kind match', () => {
  it('raises at once, and ends when nothing matched for the quiet time', () => {
    const { outputs } = play(denied, [from(1), { until: 400 }]);
    expect(told(outputs)).toEqual([
      '10:00:30 10.0.0.1 active: an event matched, before the window is over',
      '10:05:30 10.0.0.1 inactive: recovered: no event matched within 5m',
    ]);
  });

  it('lets other events pass', () => {
    expect(play(denied, [from(1, '10.0.0.3'), event(2), { until: 900 }]).outputs).toEqual([]);
  });

  it('makes one episode of a flood, and tells people once', () => {
    const flood = Array.from({ length: 500 }, (_, second) => from(second));
    const { outputs } = play(denied, [...flood, { until: 1000 }]);
    expect(notified(outputs)).toEqual(['active', 'inactive']);
    expect(lastEpisode(outputs)).toMatchObject({ status: 'inactive', peak: 300 });
  });

  it('has an episode for each group', () => {
    const { outputs } = play(denied, [from(1), from(2, '10.0.0.2'), { until: 900 }]);
    expect(notified(outputs)).toEqual(['active', 'active', 'inactive', 'inactive']);
  });

  it('keeps the lines that matched as evidence', () => {
    const { outputs } = play(denied, [from(1), from(2), from(3), { until: 900 }]);
    expect(lastEpisode(outputs).samples.map(({ message }) => message)).toEqual(['at 1', 'at 2', 'at 3']);
  });

  it('takes silence as an allow-list: whatever is not on it raises', () => {
    const allowed = ruleOfKind('match', { where: 'user.name : * and not user.name : (ann or bob)' });
    const { outputs } = play(allowed, [
      event(1, { 'user.name': 'ann' }),
      event(2, { 'user.name': 'eve' }),
      event(3),
    ]);
    expect(told(outputs)).toEqual(['10:00:30 active: an event matched, before the window is over']);
  });

  it('loses no match that comes too late: it counts as of now, and is told of as late', () => {
    const { run, outputs } = play(denied, [{ until: 100 }, from(1), { until: 900 }]);
    expect(run.late).toBe(1);
    expect(notified(outputs)).toEqual(['active', 'inactive']);
  });

  it('begins a new episode after the quiet time', () => {
    const { outputs } = play(denied, [from(1), from(400), { until: 900 }]);
    expect(notified(outputs)).toEqual(['active', 'inactive', 'active', 'inactive']);
  });

  it('is not notified again within the cooldown', () => {
    const { outputs } = play({ ...denied, cooldown: 3_600_000 }, [from(1), from(400), { until: 900 }]);
    expect(notified(outputs)).toEqual(['active', 'inactive']);
  });

  it('counts what no group is left for in one group', () => {
    const { outputs } = play({ ...denied, maxGroups: 1 }, [from(1), from(2, '10.0.0.2'), { until: 900 }]);
    expect(told(outputs).filter((line) => line.includes(' active: '))).toEqual([
      '10:00:30 10.0.0.1 active: an event matched, before the window is over',
      '10:00:30 _other active: an event matched',
    ]);
  });
});

describe('whatever matches, and when', () => {
  const steps = fc
    .array(
      fc.record({
        pause: fc.integer({ min: 0, max: 200 }),
        ip: fc.constantFrom('10.0.0.1', '10.0.0.2', 'x'),
      }),
      {
        maxLength: 30,
      },
    )
    .map((gaps) => {
      let after = 0;
      return gaps.map(({ pause, ip }) => {
        after += pause;
        return from(after, ip);
      });
    });

  it('the alerts are those of a list of matches by group, told apart by the quiet time', () => {
    fc.assert(
      fc.property(steps, (events) => {
        const { outputs } = play(denied, [...events, { until: 10_000 }]);
        let expected = 0;
        for (const ip of ['10.0.0.1', '10.0.0.2']) {
          const hops = events
            .filter((one) => one.get('source.ip') === ip)
            .map(({ time }) => Math.floor(time / 30_000));
          expected += hops.filter((hop, place) => place === 0 || hop - hops[place - 1]! > 10).length;
        }
        expect(notified(outputs).filter((to) => to === 'active')).toHaveLength(expected);
      }),
    );
  });

  it('a restart at any place changes nothing', () => {
    fc.assert(
      fc.property(steps, fc.array(fc.nat(30)), (events, restartAfter) => {
        const all: Step[] = [...events, { until: 10_000 }];
        expect(play(denied, all, { restartAfter }).outputs).toEqual(play(denied, all).outputs);
      }),
    );
  });
});

describe('the check of a rule of the kind match', () => {
  it.each([
    [{ where: '' }, 'rules[0].where'],
    [{ where: 'a: 1', quiet: '0s' }, 'rules[0].quiet'],
    [{ where: 'a: (' }, 'rules[0].where'],
  ])('refuses %j', (input, path) => {
    expect(ruleProblems({ rules: [ruleOfKind('match', input)] })).toMatchObject([{ path }]);
  });
});
