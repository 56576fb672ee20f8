import fc from 'fast-check';
import { pack, unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/model.ts';
import type { Judgement } from '../../../src/rules/judge.ts';
import { BaselineJudge } from '../../../src/rules/kinds/baseline/judge.ts';
import { ruleProblems } from '../../../src/rules/problems.ts';
import { alertSettings } from '../../../src/rules/rule.ts';
import { ruleOfKind } from '../../support/rules/rules.ts';

type Input = Parameters<typeof ruleOfKind<'baseline'>>[1];
const rule = (input: Input = {}) => ruleOfKind('baseline', { season: 'none', warmUp: 10, ...input });
const minute = 60_000;
/** A Monday. */
const monday = Date.parse('2026-11-16T00:00:00Z');

const look = (start: number, value: number | undefined, count = value ?? 0): Observation => ({
  at: start + minute,
  since: start,
  window: { start, end: start + minute },
  value,
  count,
  early: false,
});

/** Windows of a minute, one after the other. */
function judged(
  input: Input,
  values: readonly (number | undefined)[],
  judge = new BaselineJudge(rule(input)),
) {
  return values.map((value, place) => judge.judge('a', look(monday + place * minute, value)));
}
const verdicts = (all: Judgement[]) => all.map(({ verdict }) => verdict);
/** About forty, as a machine that hums. */
const hum = (windows: number, level = 40) =>
  Array.from({ length: windows }, (_, n) => level + ((n * 7) % 9) - 4);

describe('what is normal', () => {
  it('is learned first: the first window not at all, and then so many', () => {
    const all = judged({}, [...hum(11), 400]);
    expect(verdicts(all.slice(0, 11))).toEqual(Array(11).fill('calm'));
    expect(all[5]!.reason).toBe('still learning what is normal for any time: 4 of 10 windows');
    expect(all[11]!.verdict).toBe('true');
  });

  it('is a mean and a spread, and what lies too far from it is told', () => {
    const all = judged({}, [...hum(60), 120]);
    expect(all.at(-1)!.reason).toMatch(
      /^count 120 is 1[0-9.]+ spreads above the 40\.?\d* ± 6\.\d+ that is normal for any time$/,
    );
  });

  it.each([
    ['up', 120, 'true'],
    ['up', 0, 'calm'],
    ['down', 120, 'calm'],
    ['down', 0, 'true'],
    ['both', 0, 'true'],
  ] as const)('is looked at %s: %d is %s', (direction, value, verdict) => {
    expect(judged({ direction }, [...hum(60), value]).at(-1)!.verdict).toBe(verdict);
  });

  it('is not learned from what is not normal', () => {
    const all = judged({}, [...hum(60), ...Array(100).fill(400), ...hum(10)]);
    expect(verdicts(all.slice(60, 160))).toEqual(Array(100).fill('true'));
    expect(verdicts(all.slice(160))).toEqual(Array(10).fill('calm'));
  });

  it('is moved little by a single value while it is learned', () => {
    const all = judged({}, [...hum(8), 4000, ...hum(30), 200]);
    expect(all.at(-1)!.verdict).toBe('true');
  });

  it('follows a slow drift', () => {
    const drift = Array.from({ length: 2000 }, (_, n) => 40 + n / 25);
    expect(verdicts(judged({ memory: 50 }, drift))).toEqual(Array(2000).fill('calm'));
  });

  it('is learned anew where all deviated for long enough', () => {
    const all = judged({ adaptAfter: '30m' }, [...hum(60), ...hum(60, 400)]);
    expect(verdicts(all.slice(60, 91))).toEqual(Array(31).fill('true'));
    expect(verdicts(all.slice(91))).toEqual(Array(29).fill('calm'));
  });

  it('of what never changed may change by a twentieth for each spread', () => {
    const constant = Array(60).fill(1000) as number[];
    const measure = 'avg(a)';
    expect(judged({ measure }, [...constant, 1100]).at(-1)!.verdict).toBe('calm');
    expect(judged({ measure }, [...constant, 1300]).at(-1)!.verdict).toBe('true');
    expect(judged({ measure, minSpread: 500 }, [...constant, 1300]).at(-1)!.verdict).toBe('calm');
    expect(judged({ measure }, [...(Array(60).fill(0) as number[]), 0.001]).at(-1)!.verdict).toBe('true');
  });

  it('of small counts scatters as counts do', () => {
    const rare = Array.from({ length: 60 }, (_, n) => (n % 10 === 0 ? 1 : 0));
    expect(judged({}, [...rare, 3]).at(-1)!.verdict).toBe('calm');
    expect(judged({}, [...rare, 20]).at(-1)!.verdict).toBe('true');
  });

  it('is not judged by too few events, nor by none where there is nothing to measure', () => {
    expect(judged({ minCount: 500 }, [...hum(60), 120]).at(-1)!.reason).toContain(
      '120 events are fewer than 500',
    );
    expect(judged({ measure: 'avg(a)' }, [...hum(60), undefined]).at(-1)!.verdict).toBe('nothing');
  });

  it('is forgotten with a group of which nothing was heard for long', () => {
    const judge = new BaselineJudge(rule({ forget: '1h' }));
    judged({}, hum(60), judge);
    const late = judge.judge('a', look(monday + 180 * minute, 0));
    expect(late).toEqual({ verdict: 'calm', reason: 'forgotten, for no event came for so long' });
    expect(judge.judge('a', look(monday + 181 * minute, 40)).reason).toContain('0 of 10 windows');
  });
});

describe('the seasons', () => {
  const days = 9;
  /** Busy by day, quiet by night. */
  const level = (n: number, zone = 0) => (Math.floor(n / 60 + zone) % 24 < 8 ? 10 : 100);
  const normal = Array.from({ length: days * 1440 }, (_, n) => level(n));

  it('of a day keep the night from being judged by the day', () => {
    const all = judged({ season: 'day', measure: 'sum(a)' }, [...normal, 100]);
    expect(verdicts(all.slice(0, -1)).filter((verdict) => verdict === 'true')).toEqual([]);
    expect(all.at(-1)!.reason).toBe(
      'sum(a) 100 is 180 spreads above the 10 ± 0.5 that is normal for days at 0h',
    );
  });

  it('of a week know one day from another', () => {
    const judge = new BaselineJudge(rule({ season: 'week', measure: 'sum(a)' }));
    const week = Array.from({ length: 14 * 1440 }, (_, n) => (Math.floor(n / 1440) % 7 < 5 ? 100 : 5));
    expect(verdicts(judged({}, week, judge))).not.toContain('true');
    const saturday = monday + (14 + 5) * 1440 * minute;
    expect(judge.judge('a', look(saturday, 100)).reason).toContain('normal for Saturdays at 0h');
  });

  it('go by the clocks of a zone, also when these change', () => {
    const judge = new BaselineJudge(rule({ season: 'day', zone: 'Europe/Berlin', measure: 'sum(a)' }));
    const begin = Date.parse('2026-03-25T23:00:00Z');
    const wrong: string[] = [];
    for (let n = 0; n < 8 * 1440; n += 1) {
      const start = begin + n * minute;
      const summer = start >= Date.parse('2026-03-29T01:00:00Z') ? 1 : 0;
      const hour = Math.floor(n / 60 + summer) % 24;
      const { verdict, reason } = judge.judge('a', look(start, hour < 8 ? 10 : 100));
      if (verdict === 'true') wrong.push(reason);
    }
    expect(wrong).toEqual([]);
  });
});

describe('whatever is measured', () => {
  const values = fc.array(fc.option(fc.integer({ min: -50, max: 100 }), { nil: undefined, freq: 8 }), {
    maxLength: 60,
  });
  const said = (all: Judgement[]) => all.map(({ verdict, reason }) => [verdict, reason]);

  it('a restart changes nothing', () => {
    fc.assert(
      fc.property(values, fc.nat(60), (all, restart) => {
        let judge = new BaselineJudge(rule({ warmUp: 3 }));
        const went = all.map((value, place) => {
          if (place === restart) {
            const saved = unpack(pack(judge.snapshot()));
            judge = new BaselineJudge(rule({ warmUp: 3 }));
            judge.restore(saved);
          }
          return judge.judge('a', look(monday + place * minute, value));
        });
        expect(said(went)).toEqual(said(judged({ warmUp: 3 }, all)));
      }),
    );
  });

  it('while nothing is odd, the mean and spread are those of all values', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 95, max: 105 }), { minLength: 12, maxLength: 60 }), (all) => {
        const { reason } = judged({ measure: 'sum(a)', deviation: 3, minSpread: 50 }, [100, ...all, 1000]).at(
          -1,
        )!;
        const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
        const told = Number(/above the ([\d.]+) ±/.exec(reason)![1]);
        expect(Math.abs(told - mean)).toBeLessThan(0.1);
      }),
    );
  });

  it('every judgement has its reason', () => {
    fc.assert(
      fc.property(values, (all) => {
        for (const { reason } of judged({ warmUp: 2 }, all))
          expect(reason).not.toMatch(/NaN|undefined|Infinity|^$/);
      }),
    );
  });
});

it('documents say what it waits for', () => {
  expect(alertSettings(rule()).when).toBe('4 spreads or more from what is normal');
  expect(alertSettings(rule({ direction: 'up', deviation: 2.5 })).when).toBe(
    '2.5 spreads or more above what is normal',
  );
});

it.each([
  [{ zone: 'Nowhere' }, 'rules[0].zone'],
  [{ season: 'day' as const, over: '2h' }, 'rules[0].over'],
  [{ warmUp: 50, memory: 20 }, 'rules[0].warmUp'],
  [{ over: '1d', forget: '1h' }, 'rules[0].forget'],
  [{ measure: 'x' }, 'rules[0].measure'],
])('the check of rules refuses %j', (input, path) => {
  expect(ruleProblems({ rules: [rule(input)] })).toMatchObject([{ path }]);
});
