import fc from 'fast-check';
import { pack, unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/model.ts';
import { BurnHistory } from '../../../src/rules/kinds/slo/history.ts';
import { allowedBy, SloJudge } from '../../../src/rules/kinds/slo/judge.ts';
import { ruleProblems } from '../../../src/rules/problems.ts';
import { alertSettings } from '../../../src/rules/rule.ts';
import { ruleOfKind } from '../../support/rules/rules.ts';

type Input = Parameters<typeof ruleOfKind<'slo'>>[1];
const rule = (input: Partial<Input> = {}) =>
  ruleOfKind('slo', { slo: '99.9%', good: 'status < 500', ...input } as Input);
const minute = 60_000;
const hour = 60 * minute;
const start = Date.parse('2026-11-16T00:00:00Z');

/** The step of a minute that begins so many minutes after the start, with a share of bad events. */
const step = (at: number, share: number, count = 100_000): Observation => ({
  at: start + (at + 1) * minute,
  since: start + at * minute,
  window: { start: start + at * minute, end: start + (at + 1) * minute },
  value: count === 0 ? undefined : share,
  count,
  early: false,
});

/** Judges minutes with these shares of bad events, one after the other. */
function judged(shares: readonly number[], input: Partial<Input> = {}) {
  const judge = new SloJudge(rule(input));
  return shares.map((share, at) => judge.judge('', step(at, share)));
}

const minutes = (length: number, share: number) => Array.from({ length }, () => share);

describe('a burn rate', () => {
  it.each([
    // 1.44 % bad of the last hour is 14.4 times the 0.1 % that is allowed.
    ['14.4 for an hour is critical', minutes(60, 0.0144), 'critical'],
    ['14 for an hour is graver than low', minutes(60, 0.014), 'high'],
    ['6 for six hours is high', minutes(360, 0.006), 'high'],
    ['1 for three days is low', minutes(3 * 24 * 60, 0.001), 'low'],
    ['below 1 is none', minutes(3 * 24 * 60, 0.000_99), undefined],
  ] as const)('of %s', (_, shares, severity) => {
    const last = judged(shares).at(-1)!;
    expect([last.verdict, last.severity]).toEqual([severity === undefined ? 'calm' : 'true', severity]);
  });

  it('must be reached in both windows: the alert ends when the short one is calm', () => {
    const found = judged([...minutes(60, 0.05), ...minutes(10, 0)], {
      burnRates: [{ rate: 14.4, over: '1h', short: '5m', severity: 'critical' }],
    });
    const holds = found.map(({ verdict }) => verdict === 'true');
    expect(holds.lastIndexOf(true)).toBe(60 + 2);
    expect(holds.slice(63).some(Boolean)).toBe(false);
  });

  it('of one pair needs the length of its short window, and at least two bad events', () => {
    const found = judged(minutes(10, 1));
    expect(found.map(({ verdict }) => verdict).indexOf('true')).toBe(4);
    const judge = new SloJudge(rule({ burnRates: [{ rate: 1, over: '1h', short: '5m', severity: 'low' }] }));
    for (let at = 0; at < 60; at += 1) judge.judge('', step(at, 0, 10));
    expect(judge.judge('', step(60, 1, 1))).toMatchObject({
      verdict: 'calm',
      value: expect.closeTo(1.69, 2),
    });
    expect(judge.judge('', step(61, 1, 1))).toMatchObject({ verdict: 'true' });
  });

  it('is observed again while it holds, and not after', () => {
    const found = judged([...minutes(10, 1), ...minutes(10, 0)], {
      burnRates: [{ rate: 14.4, over: '6m', short: '3m', severity: 'high' }],
    });
    for (const [at, { verdict, again }] of found.entries())
      expect(again).toBe(verdict === 'true' ? start + (at + 2) * minute : undefined);
  });

  it('names windows, rate and what is left of the budget', () => {
    expect(judged(minutes(60, 0.0144)).at(-1)!.reason).toBe(
      'burn rate 14.4 over 1h and 14.4 over 5m are >= 14.4; -1340% of the budget of 30d is left',
    );
  });
});

describe('the budget', () => {
  it('is that of the events of the period', () => {
    const { slo } = judged([...minutes(99, 0), 0.05]).at(-1)!;
    // 5,000 of 10 million events are bad, and 10,000 may be.
    expect(slo).toMatchObject({
      ...{ name: '99.9%', objective: 0.999, events: 10_000_000, bad: 5_000, budgetLeft: 0.5 },
    });
  });

  it('returns when the period is over', () => {
    const judge = new SloJudge(
      rule({ period: '60m', burnRates: [{ rate: 1, over: '30m', short: '5m', severity: 'low' }] }),
    );
    for (let at = 0; at < 60; at += 1) judge.judge('', step(at, at < 2 ? 0.5 : 0));
    expect(judge.figuresOf('', start + 60 * minute)!.budgetLeft).toBeLessThan(0);
    for (let at = 60; at < 62; at += 1) judge.judge('', step(at, 0));
    expect(judge.figuresOf('', start + 62 * minute)!.budgetLeft).toBe(1);
  });

  it('is not known of a group that was not seen', () => {
    expect(new SloJudge(rule()).figuresOf('other', start)).toBeUndefined();
  });

  it.each([
    ['99.9%', 0.001],
    ['99.99%', 0.0001],
    ['95%', 0.05],
    ['99.5%', 0.005],
  ])('of %s is %d', (text, allowed) => {
    expect(allowedBy(text)).toBe(allowed);
  });
});

describe('BurnHistory', () => {
  const lengths = [5 * minute, hour, 6 * hour, 72 * hour];
  const steps = fc.array(
    fc.record({
      gap: fc.integer({ min: 1, max: 300 }),
      events: fc.integer({ min: 0, max: 50 }),
      bad: fc.integer({ min: 0, max: 50 }),
    }),
    { maxLength: 120 },
  );

  it('counts each window: exactly up to 60 steps, and at most a sixtieth further back beyond that', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const history = new BurnHistory(minute, lengths, start);
        let end = start;
        const all = given.map(({ gap, events, bad }) => {
          end += gap * minute;
          const counts = { events: Math.max(events, bad), bad };
          history.add(end, counts);
          return { end, ...counts };
        });
        for (const length of lengths) {
          const sum = (reach: number) =>
            all.filter((one) => one.end > end - reach).reduce((total, one) => total + one.bad, 0);
          const found = history.within(length, end).bad;
          expect(found).toBeGreaterThanOrEqual(sum(length));
          expect(found).toBeLessThanOrEqual(sum(length <= hour ? length : length + length / 60));
        }
      }),
    );
  });

  it('adds each step once', () => {
    const history = new BurnHistory(minute, lengths, start);
    for (const _ of [1, 2]) history.add(start + minute, { events: 3, bad: 1 });
    expect(history.within(hour, start + minute)).toEqual({ events: 3, bad: 1 });
  });

  it('holds at most 61 panes of each width, however long it counts', () => {
    const history = new BurnHistory(minute, [...lengths, 720 * hour], start);
    for (let at = 1; at <= 10_000; at += 1) history.add(start + at * 7 * minute, { events: 1, bad: 0 });
    for (const [, panes] of history.pack()[2]) expect(panes.length).toBeLessThanOrEqual(61);
  });
});

describe('a snapshot of the judge', () => {
  it('leads to the same judgements, also of one group that is taken out and put back', () => {
    const shares = [...minutes(100, 0.01), ...minutes(50, 0), ...minutes(50, 0.2)];
    const [one, other] = [new SloJudge(rule()), new SloJudge(rule())];
    for (const [at, share] of shares.slice(0, 120).entries()) one.judge('a', step(at, share));
    other.restore(unpack(pack(one.snapshot())));
    const moved = new SloJudge(rule());
    moved.groups.load('a', unpack(pack(one.groups.lift('a'))));
    for (const [at, share] of shares.entries()) {
      if (at < 120) continue;
      const judge = (by: SloJudge) => ({ ...by.judge('a', step(at, share)), measuredBy: undefined });
      const expected = judge(one);
      expect(judge(other)).toEqual(expected);
      expect(judge(moved)).toEqual(expected);
    }
  });

  it('forgets a group that sent nothing for the period', () => {
    const judge = new SloJudge(rule({ period: '3d' }));
    judge.judge('a', step(0, 0.5));
    judge.forgetBefore(start + 2 * 24 * hour);
    expect(judge.figuresOf('a', start + minute)).toBeDefined();
    judge.forgetBefore(start + 4 * 24 * hour);
    expect(judge.figuresOf('a', start + minute)).toBeUndefined();
  });
});

describe('the settings', () => {
  it.each([
    [{ good: undefined }, ['good']],
    [{ bad: 'status >= 500' }, ['good']],
    [{ good: 'status < (' }, ['good']],
    [{ burnRates: [{ rate: 2, over: '5m', short: '5m', severity: 'low' }] }, ['burnRates[0].short']],
    [{ burnRates: [{ rate: 2, over: '90s', short: '60s', severity: 'low' }] }, ['burnRates[0].over']],
    [{ burnRates: [{ rate: 2, over: '60d', short: '1d', severity: 'low' }] }, ['burnRates[0].over']],
    [
      { slo: '90%', burnRates: [{ rate: 11, over: '1h', short: '5m', severity: 'low' }] },
      ['burnRates[0].rate'],
    ],
    [
      { period: '90s', burnRates: [{ rate: 2, over: '1m', short: '1m', severity: 'low' }] },
      ['period', 'burnRates[0].short'],
    ],
    [{}, []],
  ] as [Partial<Input>, string[]][])('%j: %j cannot work', (input, wrong) => {
    const problems = ruleProblems({ rules: [rule(input)] });
    expect(problems.map(({ path }) => path.replace('rules[0].', ''))).toEqual(wrong);
  });

  it('are told as a condition', () => {
    expect(alertSettings(rule())).toMatchObject({
      measure: 'burn rate',
      when: '>= 14.4 over 1h and 5m, or >= 6 over 6h and 30m, or >= 1 over 3d and 6h',
    });
  });
});
