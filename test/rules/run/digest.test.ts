import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Notification, Output } from '../../../src/model.ts';
import { documentOf } from '../../../src/notifiers/message/document.ts';
import { summaryOf } from '../../../src/notifiers/message/summary.ts';
import { type RuleInput, ruleConfig } from '../../support/rules/rules.ts';
import { episodesIn, event, play, type Step, ten } from '../../support/rules/runs.ts';

const burst = (at: number): Step[] => [0, 0.05, 0.1, 0.15, 0.2, 0.25].map((after) => event(at + after));
const notificationsIn = (outputs: readonly Output[]): Notification[] =>
  outputs.flatMap((output) => (output.kind === 'notification' ? [output.notification] : []));

const rule = (input: Partial<RuleInput>) =>
  ruleConfig({ over: '1s', every: '100ms', when: '>= 5', lateness: '0s', notify: ['log'], ...input });

/** Five bursts, four seconds apart, and then nothing. */
const bursts = [1, 5, 9, 13, 17].flatMap(burst);
const playBursts = (input: Partial<RuleInput>) =>
  play(rule(input), [...bursts, { until: 1_000 }], { restartAfter: [8, 14, 20, 29] }).outputs;

/** Ids of the episodes of which people were notified, and the number of those that a message or a digest counts. */
function named(outputs: readonly Output[]) {
  const sent = notificationsIn(outputs);
  const own = new Set(sent.flatMap(({ transition, digest }) => (digest ? [] : [transition.episode])));
  return { own, counted: sent.reduce((sum, { withheld }) => sum + (withheld?.count ?? 0), 0), sent };
}
const idsOf = (outputs: readonly Output[]) => new Set(episodesIn(outputs).map(({ id }) => id));

describe('episodes that a cooldown holds back', () => {
  it('appear as a digest when it ends, with the last of them', () => {
    const { sent } = named(playBursts({ cooldown: '60s' }));
    expect(sent.map(({ transition, digest = false }) => [transition.to, digest])).toEqual([
      ['active', false],
      ['inactive', false],
      ['inactive', true],
    ]);
    const digest = sent[2]!;
    expect(digest).toMatchObject({ at: ten + 61_300, withheld: { count: 4, since: ten + 1_300 } });
    expect(digest.transition.message).toBe(
      'traffic-burst: 4 more episodes since 2026-11-21 10:00:01 UTC, held back by the cooldown. ' +
        'The last was from 2026-11-21 10:00:17 UTC to 2026-11-21 10:00:18 UTC, peak 6.',
    );
    expect(summaryOf(digest)).toMatchObject({ title: "Alert 'traffic-burst': 4 more episodes" });
    expect(summaryOf(digest).facts).toContainEqual({
      label: 'Held back',
      value: '4 episodes since 2026-11-21 10:00:01 UTC',
    });
    expect(documentOf(digest)).toMatchObject({
      alert: { withheld: { episodes: 4, since: '2026-11-21T10:00:01.300Z' } },
    });
  });

  it('are named by the next message where that comes first', () => {
    // The third burst lasts beyond the cooldown's end, and is notified then.
    const lasting = Array.from({ length: 80 }, (_, place) => event(9 + place * 0.05));
    const { outputs } = play(rule({ cooldown: '10s' }), [
      ...[1, 5].flatMap(burst),
      ...lasting,
      { until: 60 },
    ]);
    const sent = notificationsIn(outputs);
    expect(sent.map(({ withheld }) => withheld?.count)).toEqual([undefined, undefined, 1, undefined]);
    expect(sent[2]!.transition.message).toContain(
      '\n1 more episode since 2026-11-21 10:00:01 UTC, held back by the cooldown.',
    );
    expect(sent[2]!.transition.to).toBe('active');
  });

  it('wait for the active hours', () => {
    const activeHours = { zone: 'UTC', hours: ['09:00-10:01', '12:00-13:00'] };
    const { outputs } = play(rule({ cooldown: '5m', activeHours }), [...bursts, { until: 3 * 3600 }]);
    const [, , digest] = named(outputs).sent;
    expect(digest).toMatchObject({ digest: true, withheld: { count: 4 } });
    expect(digest!.at - ten).toBeGreaterThan(7_200_000);
    expect(digest!.at - ten).toBeLessThan(7_201_000);
  });

  it('are told when the rule is removed before', () => {
    const { run, outputs } = play(rule({ cooldown: '10m' }), [...bursts, { until: 30 }]);
    expect(named(outputs).counted).toBe(0);
    const last: Output[] = [];
    run.book.end(ten + 30_000, 'the rule was removed', last);
    expect(notificationsIn(last).map(({ digest, withheld }) => [digest, withheld?.count])).toEqual([
      [true, 4],
    ]);
  });

  it('are counted across restarts as without', () => {
    const straight = play(rule({ cooldown: '60s' }), [...bursts, { until: 1_000 }]).outputs;
    expect(notificationsIn(playBursts({ cooldown: '60s' }))).toEqual(notificationsIn(straight));
  });
});

describe('the lateness of a rule', () => {
  const latenesses = ['0s', '1s', '3s', '10s', '60s'] as const;

  it.each(latenesses)('of %s does not change what people are notified of', (lateness) => {
    for (const every of ['100ms', '1s'] as const) {
      const outputs = playBursts({ lateness, every });
      expect(
        named(outputs)
          .sent.map(({ transition }) => transition.to)
          .sort(),
      ).toEqual([...Array<string>(5).fill('active'), ...Array<string>(5).fill('inactive')]);
      expect(named(outputs).own).toEqual(idsOf(outputs));
    }
  });

  it.each(latenesses)('of %s leaves no episode out, whatever the cooldown', (lateness) => {
    for (const cooldown of ['2s', '5s', '10s', '60s'] as const) {
      const outputs = playBursts({ lateness, cooldown });
      const { own, counted } = named(outputs);
      expect(idsOf(outputs).size).toBe(5);
      expect(own.size + counted, cooldown).toBe(5);
    }
  });

  it('with any gaps between bursts leaves none out either', () => {
    const gaps = fc.array(fc.integer({ min: 2, max: 30 }), { minLength: 1, maxLength: 12 });
    const seconds = fc.constantFrom<'0s' | '1s' | '5s' | '20s'>('0s', '1s', '5s', '20s');
    fc.assert(
      fc.property(gaps, seconds, seconds, seconds, (apart, lateness, cooldown, keepActiveFor) => {
        const starts = apart.map((_, place) => apart.slice(0, place + 1).reduce((sum, gap) => sum + gap, 0));
        const steps = starts.flatMap(burst);
        const { outputs } = play(rule({ lateness, cooldown, keepActiveFor }), [...steps, { until: 2_000 }]);
        const { own, counted } = named(outputs);
        expect(own.size + counted).toBe(idsOf(outputs).size);
      }),
      { numRuns: 150 },
    );
  });
});
