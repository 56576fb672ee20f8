import fc from 'fast-check';
import { pack, unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { noEvidence } from '../../src/alerts/entry.ts';
import { type Change, Episodes } from '../../src/alerts/episodes.ts';
import type { AlertState, AlertStatus, Episode, Observation, Output, Sample } from '../../src/model.ts';
import { fresh } from '../../src/rules/alert/machine.ts';
import { compileRule } from '../../src/rules/rule.ts';
import { step } from '../support/rules/alert-states.ts';
import { type RuleInput, ruleConfig } from '../support/rules/rules.ts';

const ten = Date.parse('2026-11-21T10:00:00Z');
const second = 1000;
const line = (number: number): Sample => ({
  '@timestamp': '2026-11-21T10:00:00.000Z',
  message: `line ${number}`,
});
const lines = (count: number) => Array.from({ length: count }, (_, number) => line(number + 1));

type Seen = [after: number, count: number, early?: boolean];

/** A rule, its states and its episodes, as the engine drives them. */
function atWork(input: Partial<RuleInput> = {}, samples = lines(7)) {
  const rule = compileRule(
    ruleConfig({
      over: '10s',
      when: '>= 5',
      by: ['host.name'],
      notify: ['log', 'ops'],
      labels: { team: 'web' },
      ...input,
    }),
  );
  const episodes = new Episodes(rule, { url: 'https://kibana.example' });
  const states = new Map<string, AlertState>();
  const see = ([after, count, early = false]: Seen, group = 'web-1'): Output[] => {
    const at = ten + after * second;
    const observation: Observation = {
      ...{
        at,
        since: at - rule.every,
        window: { start: at - rule.over, end: at },
        value: count,
        count,
        early,
      },
    };
    const decision = step(states.get(group) ?? fresh, observation, rule);
    states.set(group, decision.state);
    const change: Change = {
      group,
      by: { 'host.name': group },
      decision,
      observation,
      evidence: () => ({
        first: samples.map((sample) => ({ time: Date.parse(sample['@timestamp']), sample })),
        last: undefined,
        through: 0,
      }),
    };
    return episodes.apply(change);
  };
  return { see, episodes, rule };
}

const kinds = (outputs: Output[]) => outputs.map(({ kind }) => kind);
const episodeIn = (outputs: Output[]): Episode | undefined =>
  outputs.flatMap((output) => (output.kind === 'episode' ? [output.episode] : []))[0];
const transitionsIn = (outputs: Output[]) =>
  outputs.flatMap((output) => (output.kind === 'transition' ? [output.transition] : []));
const notificationsIn = (outputs: Output[]) =>
  outputs.flatMap((output) => (output.kind === 'notification' ? [output.notification] : []));

const id = 'traffic-burst~web-1~2026-11-21T09:59:50.000Z';

describe('an episode', () => {
  it('puts out a transition, its document and a message for each notifier when it becomes active', () => {
    const { see } = atWork({
      severity: 'critical',
      message: '{{host.name}}: {{value}}',
      runbook: 'https://wiki/x',
    });
    const outputs = see([0, 7]);
    expect(kinds(outputs)).toEqual(['transition', 'episode', 'notification', 'notification']);
    expect(transitionsIn(outputs)[0]).toEqual({
      id: `${id}-1`,
      rule: 'traffic-burst',
      group: 'web-1',
      by: { 'host.name': 'web-1' },
      episode: id,
      from: 'inactive',
      to: 'active',
      at: ten,
      window: { start: ten - 10 * second, end: ten },
      value: 7,
      count: 7,
      condition: '>= 5',
      reason: 'count 7 is >= 5',
      severity: 'critical',
      message: 'web-1: 7',
    });
    expect(episodeIn(outputs)).toMatchObject({
      id,
      status: 'active',
      start: ten - 10 * second,
      end: undefined,
      updated: ten,
      value: 7,
      peak: 7,
      message: 'web-1: 7',
      samples: lines(5),
      revision: 1,
      flapping: false,
      labels: { team: 'web' },
      runbook: 'https://wiki/x',
      url: expect.stringContaining('https://kibana.example/app/discover'),
    });
    expect(notificationsIn(outputs).map((one) => [one.id, one.notifier])).toEqual([
      [`${id}-1-log`, 'log'],
      [`${id}-1-ops`, 'ops'],
    ]);
  });

  it('puts out nothing while nothing changes', () => {
    const { see } = atWork();
    expect(see([0, 2])).toEqual([]);
    see([10, 7]);
    expect(see([20, 7])).toEqual([]);
  });

  it('ends with its recovery, and keeps the worst of it', () => {
    const { see } = atWork({ message: '{{value}} requests' });
    see([0, 7]);
    see([10, 9]);
    const outputs = see([20, 2]);
    expect(transitionsIn(outputs)[0]).toMatchObject({ id: `${id}-2`, to: 'inactive', value: 2 });
    expect(episodeIn(outputs)).toMatchObject({
      ...{ id, status: 'inactive', end: ten + 20 * second, value: 2, peak: 9, revision: 3 },
      reason: 'recovered: count 2 is not >= 5',
      window: { start: ten, end: ten + 10 * second },
    });
    expect(notificationsIn(outputs)).toHaveLength(2);
  });

  it('tells of the recovery in words of its own, for the value is fine again', () => {
    const { see } = atWork({ message: '{{value}} requests' });
    const raised = episodeIn(see([0, 7]))!;
    const outputs = see([10, 2]);
    expect(transitionsIn(outputs)[0]!.message).toBe('traffic-burst (web-1) recovered: count 2 is not >= 5');
    expect(episodeIn(outputs)!.message).toBe(raised.message);
  });

  describe('has, once it ended, the message of its peak', () => {
    const message = '{{value}} of {{count}} from {{window.start}}: {{reason}}';
    it.each([
      ['first', [9, 7, 6], '09:59:50', 9],
      ['second', [6, 9, 7], '10:00:00', 9],
      ['last', [6, 7, 11], '10:00:10', 11],
      ['second, as the third', [6, 8, 8], '10:00:00', 8],
    ])('in the %s window', (_, counts, at, value) => {
      const { see } = atWork({ message });
      for (const [n, count] of counts.entries()) see([10 * n, count]);
      const episode = episodeIn(see([30, 2]))!;
      expect(episode).toMatchObject({ status: 'inactive', value: 2, peak: value });
      expect(episode.message).toBe(`${value} of ${value} from 2026-11-21 ${at} UTC: count ${value} is >= 5`);
    });

    it('also where its document was not written again for the peak, between windows that overlap', () => {
      const { see } = atWork({ message, over: '10s', every: '1s' });
      see([0, 5]);
      for (const [n, value] of [95, 100, 98].entries())
        expect(episodeIn(see([n + 1, value]))).toBeUndefined();
      const episode = episodeIn(see([4, 2]))!;
      expect(episode.message).toBe('100 of 100 from 2026-11-21 09:59:52 UTC: count 100 is >= 5');
    });
  });

  it('is reported later with the transition that raised it where a cooldown held that back', () => {
    const { see, episodes, rule } = atWork({ cooldown: '5m', notify: ['log'] });
    see([0, 7]);
    see([10, 2]);
    const raised = see([100, 8]);
    expect(kinds(raised)).toEqual(['transition', 'episode']);
    // A restart keeps what is held back.
    const restored = new Episodes(rule, { url: 'https://kibana.example' });
    restored.restore(unpack(pack(episodes.snapshot())));
    episodes.restore(unpack(pack(restored.snapshot())));
    const [transition] = transitionsIn(raised);
    const outputs = see([300, 8]);
    expect(outputs).toEqual([
      {
        kind: 'notification',
        notification: {
          id: `${transition!.id}-log`,
          ...{ notifier: 'log', at: ten + 300 * second, transition, episode: episodeIn(raised) },
          measure: 'count',
        },
      },
    ]);
    expect(kinds(see([310, 8]))).toEqual([]);
    expect(notificationsIn(see([320, 2])).map((one) => one.transition.to)).toEqual(['inactive']);
  });

  it('is another one the next time', () => {
    const { see } = atWork();
    const first = episodeIn(see([0, 7]))!;
    see([10, 2]);
    const second = episodeIn(see([20, 8]))!;
    expect(second).toMatchObject({ revision: 1, peak: 8 });
    expect(second.id).not.toBe(first.id);
  });

  it('is revised when its window turns out to hold more', () => {
    const { see } = atWork({ message: '{{value}} requests' });
    see([0, 5, true]);
    const outputs = see([0, 9]);
    expect(kinds(outputs)).toEqual(['episode']);
    expect(episodeIn(outputs)).toMatchObject({ id, revision: 2, value: 9, peak: 9, message: '9 requests' });
  });

  it('keeps its id when it turns out to have begun earlier', () => {
    const { see } = atWork({ over: '10s', every: '1s' });
    const first = episodeIn(see([5, 5, true]))!;
    expect(episodeIn(see([3, 6]))).toMatchObject({
      id: first.id,
      start: first.start - 2 * second,
      updated: first.updated,
    });
  });

  it('that never became active has transitions, but no document among the alerts', () => {
    const { see } = atWork({ for: '30s' });
    const outputs = [...see([0, 7]), ...see([10, 2])];
    expect(kinds(outputs)).toEqual(['transition', 'transition']);
    expect(transitionsIn(outputs).map((one) => one.id)).toEqual([`${id}-1`, `${id}-2`]);
  });

  it('that was pending begins where it began to be pending', () => {
    const { see } = atWork({ for: '10s' });
    see([0, 7]);
    expect(episodeIn(see([10, 7]))).toMatchObject({
      id,
      start: ten - 10 * second,
      revision: 1,
      samples: lines(5),
    });
  });

  it('collects its lines later where there were none', () => {
    const samples: Sample[] = [];
    const { see } = atWork({ keepActiveFor: '1m' }, samples);
    expect(episodeIn(see([0, 7]))!.samples).toEqual([]);
    samples.push(...lines(2));
    expect(episodeIn(see([10, 1]))!.samples).toEqual(lines(2));
  });

  it('stays as it was put out, whatever comes after', () => {
    const { see } = atWork();
    const first = episodeIn(see([0, 7]))!;
    const before = structuredClone(first);
    see([10, 9]);
    see([20, 0]);
    expect(first).toEqual(before);
  });

  it('of one group knows nothing of another', () => {
    const { see } = atWork();
    see([0, 7], 'web-1');
    expect(episodeIn(see([0, 8], 'web-2'))).toMatchObject({ group: 'web-2', revision: 1, value: 8 });
  });

  it('is told once to a notifier that is named twice', () => {
    expect(notificationsIn(atWork({ notify: ['log', 'log'] }).see([0, 7]))).toHaveLength(1);
  });

  it('has no link where Kibana’s address is not known', () => {
    const { rule } = atWork();
    const observation = {
      at: ten,
      since: ten,
      window: { start: 0, end: ten },
      value: 9,
      count: 9,
      early: false,
    };
    const decision = step(fresh, observation, rule);
    const outputs = new Episodes(rule).apply({
      group: '',
      by: {},
      decision,
      observation,
      evidence: noEvidence,
    });
    expect(episodeIn(outputs)!.url).toBeUndefined();
  });
});

describe('whatever happens', () => {
  const seen = fc.array(
    fc.record({
      count: fc.integer({ min: 0, max: 9 }),
      hops: fc.integer({ min: 1, max: 3 }),
      group: fc.constantFrom('a', 'b'),
    }),
    {
      maxLength: 40,
    },
  );
  const rules = fc.record({ for: fc.constantFrom('0s', '10s'), keepActiveFor: fc.constantFrom('0s', '10s') });

  const play = (
    looks: { count: number; hops: number; group: string }[],
    input: Partial<RuleInput>,
    restart = false,
  ) => {
    const work = atWork(input);
    let after = 0;
    return looks.flatMap(({ count, hops, group }) => {
      after += hops * 10;
      if (restart) work.episodes.restore(unpack(pack(work.episodes.snapshot())));
      return work.see([after, count], group);
    });
  };

  it('ids are never used twice, and revisions count on', () => {
    fc.assert(
      fc.property(seen, rules, (looks, input) => {
        const outputs = play(looks, input);
        const ids = [...transitionsIn(outputs), ...notificationsIn(outputs)].map((one) => one.id);
        expect(new Set(ids).size).toBe(ids.length);
        const revisions = new Map<string, number>();
        for (const output of outputs) {
          if (output.kind !== 'episode') continue;
          const { id, revision } = output.episode;
          expect(revision).toBe((revisions.get(id) ?? 0) + 1);
          revisions.set(id, revision);
        }
      }),
    );
  });

  it('an episode’s document says what its last transition said', () => {
    fc.assert(
      fc.property(seen, rules, (looks, input) => {
        const status = new Map<string, AlertStatus>();
        for (const output of play(looks, input)) {
          if (output.kind === 'transition') status.set(output.transition.episode, output.transition.to);
          if (output.kind === 'episode') expect(output.episode.status).toBe(status.get(output.episode.id));
        }
      }),
    );
  });

  it('a restart in between changes nothing', () => {
    fc.assert(
      fc.property(seen, rules, (looks, input) => {
        expect(play(looks, input, true)).toEqual(play(looks, input));
      }),
    );
  });
});

it('the time of detection is that of the first activation, and stays', () => {
  const { see } = atWork({ for: '20s', recover: '< 3', keepActiveFor: '0s' });
  const shown = (outputs: Output[]) =>
    outputs.flatMap((output) => (output.kind === 'episode' ? [output.episode] : []));
  expect(shown(see([10, 6]))).toEqual([]);
  const [active] = shown(see([30, 6]));
  expect(active).toMatchObject({ status: 'active', start: ten, detected: ten + 30 * second });
  for (const after of [40, 50]) {
    const [next] = shown(see([after, after === 40 ? 9 : 0]));
    if (next) expect(next.detected).toBe(ten + 30 * second);
  }
});
