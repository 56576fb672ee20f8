import { describe, expect, it } from 'vitest';
import type { Episode } from '../../src/model.ts';
import { ruleConfig, ruleOfKind } from '../support/rules/rules.ts';
import { episodesIn, event, lastEpisode, play, type Step, told } from '../support/rules/runs.ts';

const burst = ruleConfig({ name: 'burst', over: '10s', lateness: '0s', when: '>= 2' });
/** An alert from 10:00:00 to 10:00:20, told by 10:00:30. */
const ended: Step[] = [event(1), event(2), { until: 30 }];
const open: Step[] = [event(1), event(2), event(11), event(12), { until: 20 }];

const late = (steps: Step[], config: Parameters<typeof play>[0] = burst) =>
  lastEpisode(play(config, steps).outputs);

describe('an event that comes too late for a window of an alert', () => {
  it('is told in the document of one that is over', () => {
    const before = late(ended);
    const after = late([...ended, event(5), { until: 40 }]);
    expect(before).toMatchObject({ lateCount: 0, status: 'inactive' });
    expect(after).toEqual({
      ...before,
      lateCount: 1,
      revision: before.revision + 1,
      updated: before.end! + 20_000,
      reason: 'recovered: count 0 is not >= 2; 1 event of its time came too late to be counted',
    });
  });

  it('is told in the document of one that is open, and of what becomes of it later', () => {
    const steps = [...open, event(5), event(6), { until: 30 }];
    const { outputs } = play(burst, steps);
    expect(episodesIn(outputs).map(({ lateCount, status }) => [lateCount, status])).toEqual([
      [0, 'active'],
      [2, 'inactive'],
    ]);
    expect(told(outputs).at(-1)).toBe('10:00:30 inactive: recovered: count 0 is not >= 2');
  });

  it('is told once a hop, however many there are', () => {
    const flood = Array.from({ length: 100 }, () => event(5));
    const { outputs, run } = play(burst, [...ended, ...flood, { until: 40 }, ...flood, { until: 50 }]);
    expect(episodesIn(outputs).map(({ lateCount }) => lateCount)).toEqual([0, 0, 100, 200]);
    expect(run.late).toBe(200);
  });

  it('waits for the next hop, and for it alone', () => {
    const { run } = play(burst, ended);
    expect(run.waiting).toBe(false);
    expect(play(burst, [...ended, event(5)]).run.waiting).toBe(true);
    expect(play(burst, [...ended, event(5), { until: 40 }]).run.waiting).toBe(false);
  });

  it('tells nothing anew: there is no transition and no message', () => {
    const config = { ...burst, notify: ['log'] };
    const kinds = (steps: Step[]) => play(config, steps).outputs.map(({ kind }) => kind);
    expect(kinds([...ended, event(5), { until: 40 }])).toEqual([...kinds(ended), 'episode']);
  });

  it('is the same after a restart at any place', () => {
    const steps = [...ended, event(5), event(6), { until: 40 }, event(1), { until: 60 }];
    const { outputs } = play(burst, steps);
    for (let place = 0; place < steps.length; place += 1)
      expect(play(burst, steps, { restartAfter: [place] }).outputs).toEqual(outputs);
  });
});

describe('an event that is late, but of no window of the alert', () => {
  it.each<[string, Step[]]>([
    ['before it', [{ until: 15 }, event(16), event(17), { until: 40 }, event(9), { until: 50 }]],
    ['after it', [...ended, { until: 50 }, event(21), { until: 60 }]],
    ['an hour after it', [...ended, { until: 3_630 }, event(5), { until: 3_650 }]],
  ])('is counted as late alone: %s', (_, steps) => {
    const { outputs, run } = play(burst, steps);
    expect(run.late).toBe(1);
    expect(lastEpisode(outputs)).toMatchObject({ lateCount: 0 });
  });

  it('or of another group', () => {
    const config = { ...burst, by: ['host'] };
    const of = (host: string, after: number) => event(after, { host });
    const steps = [of('a', 1), of('a', 2), { until: 30 }, of('b', 5), { until: 40 }];
    expect(late(steps, config)).toMatchObject({ group: 'a', lateCount: 0 });
  });
});

it('of a thousand alerts that ended lately the oldest is no longer corrected', () => {
  const config = { ...burst, by: ['host'] };
  const hosts = Array.from({ length: 1_001 }, (_, n) => String(n).padStart(4, '0'));
  const crowd = hosts.flatMap((host) => [event(1, { host }), event(2, { host })]);
  const more = hosts.map((host) => event(3, { host }));
  const { outputs } = play(config, [...crowd, { until: 30 }, ...more, { until: 40 }]);
  const corrected = episodesIn(outputs).filter(({ lateCount }) => lateCount > 0);
  expect(corrected.map(({ group }) => group)).toEqual(hosts.slice(1));
});

describe('each kind', () => {
  const with_ = (after: number, v: string) => event(after, { v, load: 99 });
  const quiet = '10s';
  it.each<[string, Parameters<typeof play>[0], Step[], Partial<Episode>]>([
    [
      'absence: a sign of life in the silence',
      ruleOfKind('absence', { every: '1m', lateness: '0s' }),
      [event(0), { until: 100 }, event(50), { until: 110 }],
      { status: 'active', lateCount: 1 },
    ],
    [
      'change: another value',
      ruleOfKind('change', { field: 'v', quiet, lateness: '0s' }),
      [with_(0, 'a'), with_(1, 'b'), { until: 30 }, with_(2, 'a'), { until: 40 }],
      { status: 'inactive', lateCount: 1 },
    ],
    [
      'new-term: another value',
      ruleOfKind('new-term', { field: 'v', quiet, warmUp: '0s', lateness: '0s' }),
      [with_(0, 'a'), { until: 30 }, with_(2, 'b'), { until: 40 }],
      { status: 'inactive', lateCount: 1 },
    ],
    [
      'normal: a figure',
      ruleOfKind('normal', { bounds: { load: { max: 9 } }, over: '10s', lateness: '0s' }),
      [with_(0, ''), { until: 30 }, with_(2, ''), { until: 40 }],
      { status: 'no-data', lateCount: 1 },
    ],
  ])('tells of it. %s', (_, config, steps, expected) => {
    expect(late(steps, config)).toMatchObject(expected);
  });

  it('but a match counts it instead', () => {
    const config = ruleOfKind('match', { where: 'v: *', quiet, lateness: '0s' });
    expect(late([with_(1, 'a'), { until: 5 }, with_(2, 'b'), { until: 30 }], config)).toMatchObject({
      peak: 2,
      lateCount: 0,
    });
  });
});
