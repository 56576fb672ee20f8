import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ruleProblems } from '../../../src/rules/problems.ts';
import { ruleOfKind } from '../../support/rules/rules.ts';
import { event, lastEpisode, notified, play, type Step, told } from '../../support/rules/runs.ts';

const rule = ruleOfKind('absence', {
  by: ['host.name'],
  every: '1m',
  lateness: '0s',
  expect: ['db-1'],
  notify: ['log'],
});
const beat = (after: number, host = 'web-1', agent = `agent-${host}`) =>
  event(after, { 'host.name': host, 'agent.id': agent });

describe('a rule of the kind absence', () => {
  it('tells who was never seen from who is gone', () => {
    const { outputs } = play(rule, [beat(0), beat(30), { until: 120 }]);
    expect(told(outputs)).toEqual([
      '10:01:00 db-1 active: never seen since the start at 2026-11-21T10:00:00Z, expected every 1m',
      '10:01:30 web-1 active: gone: last seen at 2026-11-21T10:00:30Z, expected every 1m; the whole shipper agent-web-1 (agent.id) is gone: nothing came from it since 2026-11-21T10:00:30Z',
    ]);
  });

  it('tells one silent log from a silent machine', () => {
    const byLog = ruleOfKind('absence', { by: ['log'], every: '1m', lateness: '0s' });
    const line = (after: number, log: string) => event(after, { log, 'agent.id': 'a1' });
    const { outputs } = play(byLog, [line(0, 'x'), line(30, 'y'), line(55, 'y'), { until: 70 }]);
    expect(told(outputs)).toEqual([
      '10:01:00 x active: gone: last seen at 2026-11-21T10:00:00Z, expected every 1m; only this group: its shipper a1 (agent.id) still sends',
    ]);
  });

  it('does not take the event that ends a silence for one of its time', () => {
    const byLog = ruleOfKind('absence', { by: ['log'], every: '1m', lateness: '0s' });
    const line = (after: number) => event(after, { log: 'x', 'agent.id': 'a1' });
    const { outputs } = play(byLog, [line(0), line(3600), { until: 3601 }]);
    expect(told(outputs)[0]).toMatch(
      /^10:01:00 x active: .*; the whole shipper a1 \(agent\.id\) is gone: nothing came from it since 2026-11-21T10:00:00Z$/,
    );
  });

  it('hears a shipper by events that the rule is not about', () => {
    const one = ruleOfKind('absence', { where: 'a: 1', by: ['agent.id'], every: '1m', lateness: '0s' });
    const { outputs } = play(one, [
      event(0, { a: 1, 'agent.id': 's' }),
      event(50, { a: 2, 'agent.id': 's' }),
      { until: 70 },
    ]);
    expect(told(outputs).join()).toContain('only this group');
  });

  it.each(['C:\\logs', 'Doe, John', '_system', 'the "old" one', '', 'Doe\\, John', '_missing'])(
    'knows the expected group %j by whatever it is called',
    (group) => {
      const one = ruleOfKind('absence', { by: ['x'], every: '1m', lateness: '0s', expect: [group] });
      expect(ruleProblems({ rules: [one] })).toEqual([]);
      const value = group === '_missing' ? null : group.replace('\\,', ',');
      const { outputs } = play(one, [event(0, { x: value }), event(50, { x: value }), { until: 70 }]);
      expect(told(outputs)).toEqual([]);
    },
  );

  it('ends with the next event, and says how long it took', () => {
    const { outputs } = play({ ...rule, expect: [] }, [beat(0), beat(100), { until: 101 }]);
    expect(told(outputs)[1]).toBe('10:01:40 web-1 inactive: recovered: seen again after 1m40s');
    expect(lastEpisode(outputs)).toMatchObject({ condition: '> 60', status: 'inactive', peak: 60 });
    expect(notified(outputs)).toEqual(['active', 'inactive']);
  });

  it('ends by forgetting', () => {
    const { outputs } = play({ ...rule, expect: [], forget: 600_000 }, [beat(0), { until: 700 }]);
    expect(told(outputs)[1]).toBe(
      '10:10:00 web-1 inactive: recovered: forgotten, for it was not seen for 10m',
    );
  });

  it('has the fields of an expected group in its documents, of several fields too', () => {
    const two = ruleOfKind('absence', {
      by: ['host.name', 'log'],
      expect: ['w, 1'],
      every: '1m',
      lateness: '0s',
    });
    const { outputs } = play(two, [event(0, { 'host.name': 'x', log: 'y' }), { until: 61 }]);
    expect(lastEpisode(outputs)).toMatchObject({ group: 'x, y' });
    const never = outputs.find((output) => output.kind === 'episode');
    expect(never).toMatchObject({ episode: { by: { 'host.name': 'w', log: '1' } } });
  });

  it('without groups waits for any event', () => {
    const any = ruleOfKind('absence', { where: 'a: 1', every: '1m', lateness: '0s' });
    expect(told(play(any, [event(0), { until: 90 }]).outputs)).toEqual([
      '10:01:00 active: never seen since the start at 2026-11-21T10:00:00Z, expected every 1m',
    ]);
  });

  it('waits for its lateness before it calls anybody silent', () => {
    const patient = { ...rule, expect: [], lateness: 20_000 };
    expect(play(patient, [beat(0), { until: 80 }]).outputs).toEqual([]);
    expect(play(patient, [beat(0), { until: 81 }]).outputs).not.toEqual([]);
  });

  it('does not take its own deafness for silence', () => {
    const { run, outputs } = play({ ...rule, expect: [] }, [beat(0)]);
    run.resume!({ from: beat(10).time, to: beat(590).time, until: beat(600).time });
    run.advance(beat(650).time, outputs);
    expect(outputs).toEqual([]);
    run.advance(beat(661).time, outputs);
    expect(told(outputs).join()).toContain(
      'and not since 2026-11-21T10:10:00Z (logboom was down from 2026-11-21T10:00:10Z to 2026-11-21T10:09:50Z',
    );
  });

  it('is the same after a restart at any place', () => {
    const gaps = fc.array(fc.tuple(fc.nat(200), fc.constantFrom('web-1', 'db-1', 'x')), { maxLength: 20 });
    fc.assert(
      fc.property(gaps, fc.array(fc.nat(20)), (pauses, restartAfter) => {
        let after = 0;
        const steps: Step[] = pauses.map(([pause, host]) => {
          after += pause;
          return beat(after, host);
        });
        steps.push({ until: after + 500 });
        expect(play(rule, steps, { restartAfter }).outputs).toEqual(play(rule, steps).outputs);
      }),
    );
  });
});

describe('the check of a rule of the kind absence', () => {
  it.each([
    [{ every: '0s' }, 'rules[0].every'],
    [{ by: ['a'], every: '1h', forget: '30m' }, 'rules[0].forget'],
    [{ by: ['a'], learn: false }, 'rules[0].expect'],
    [{ expect: ['a'] }, 'rules[0].expect'],
    [{ by: ['a', 'b'], expect: ['x'] }, 'rules[0].expect[0]'],
    [{ by: ['a'], expect: ['x', 'x'] }, 'rules[0].expect[1]'],
  ])('refuses %j', (input, path) => {
    expect(ruleProblems({ rules: [ruleOfKind('absence', input)] })).toMatchObject([{ path }]);
  });
});
