import fc from 'fast-check';
import { pack, unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/model.ts';
import type { Judgement } from '../../../src/rules/judge.ts';
import { SpikeJudge } from '../../../src/rules/kinds/spike/judge.ts';
import { ruleProblems } from '../../../src/rules/problems.ts';
import { alertSettings } from '../../../src/rules/rule.ts';
import { ruleOfKind } from '../../support/rules/rules.ts';

type Input = Parameters<typeof ruleOfKind<'spike'>>[1];
const spike = (input: Input = {}) => ruleOfKind('spike', { over: '10s', minBefore: 5, ...input });

const look = (at: number, count: number, value: number | undefined = count): Observation => ({
  at: at * 1000,
  since: at * 1000 - 10_000,
  window: { start: at * 1000 - 10_000, end: at * 1000 },
  value,
  count,
  early: false,
});

/** Tumbling windows with so many events each. */
function judged(input: Input, ...counts: number[]) {
  const judge = new SpikeJudge(spike(input));
  return counts.map((count, place) => judge.judge('a', look(10 * (place + 1), count)));
}
const said = (all: Judgement[]) => all.map(({ verdict, reason, again }) => ({ verdict, reason, again }));
const verdicts = (input: Input, ...counts: number[]) =>
  judged(input, ...counts).map(({ verdict }) => verdict);

describe('a window against the one before', () => {
  it('is a spike where it is so many times as much', () => {
    expect(judged({}, 10, 10, 10, 30).at(-1)).toMatchObject({
      verdict: 'true',
      reason: 'count 30 is 3 times the 10 of the window before',
    });
    expect(verdicts({}, 10, 10, 10, 29).at(-1)).toBe('calm');
  });

  it('is one only on the way that is told', () => {
    expect(verdicts({ direction: 'down' }, 30, 30, 30, 10).at(-1)).toBe('true');
    expect(verdicts({ direction: 'down' }, 30, 30, 10, 30).at(-1)).toBe('calm');
    expect(verdicts({ direction: 'up' }, 30, 30, 30, 10).at(-1)).toBe('calm');
    expect(verdicts({ direction: 'both' }, 30, 30, 30, 10, 30).slice(-2)).toEqual(['true', 'true']);
  });

  it('is one where everything stops', () => {
    expect(judged({ direction: 'down' }, 30, 30, 30, 0).at(-1)!.reason).toBe(
      'count 0 is 0 times the 30 of the window before',
    );
  });

  it('is none while there are no two whole windows: the first may have been cut', () => {
    expect(verdicts({}, 5, 50, 500)).toEqual(['calm', 'calm', 'true']);
    expect(judged({}, 5, 50)[1]!.reason).toContain('still learning');
  });

  it('is none where too few events are compared', () => {
    expect(judged({}, 4, 4, 4, 40).at(-1)!.reason).toBe(
      'the 4 events of the window before are fewer than 5 (minBefore)',
    );
    expect(judged({ minCount: 50 }, 10, 10, 10, 40).at(-1)!.reason).toContain('40 events are fewer than 50');
  });

  it('is over when the window before is one of the spike itself', () => {
    expect(verdicts({}, 10, 10, 10, 60, 60)).toEqual(['calm', 'calm', 'calm', 'true', 'calm']);
  });

  it('begins anew after two windows of nothing', () => {
    const judge = new SpikeJudge(spike());
    for (const at of [10, 20, 30]) judge.judge('a', look(at, 10));
    judge.judge('a', look(40, 0));
    expect(judge.judge('a', look(70, 99)).reason).toContain('still learning');
  });

  it('has nothing to compare where nothing was measured, or less than nothing', () => {
    for (const value of [undefined, 0, -3]) {
      const judge = new SpikeJudge(spike({ measure: 'avg(a)' }));
      for (const at of [10, 20, 30]) judge.judge('a', { ...look(at, 10), value });
      expect(judge.judge('a', look(40, 10, 5)).reason).toBe(
        'the window before holds nothing to compare with',
      );
    }
    const judge = new SpikeJudge(spike({ measure: 'avg(a)' }));
    for (const at of [10, 20, 30]) judge.judge('a', look(at, 10));
    expect(judge.judge('a', { ...look(40, 10), value: undefined }).verdict).toBe('calm');
  });

  it('asks to be looked at again, for a window is also the one before another', () => {
    expect(judged({}, 10)[0]!.again).toBe(20_000);
    expect(judged({}, 0)[0]!.again).toBeUndefined();
  });

  it('keeps groups apart', () => {
    const judge = new SpikeJudge(spike());
    for (const at of [10, 20, 30]) for (const group of ['a', 'b']) judge.judge(group, look(at, 10));
    expect(judge.judge('a', look(40, 30)).verdict).toBe('true');
    expect(judge.judge('b', look(40, 10)).verdict).toBe('calm');
  });
});

it.each([
  [{}, '>= 3 times the window before'],
  [{ direction: 'down', ratio: 2 } as const, '<= 1/2 of the window before'],
  [{ direction: 'both' } as const, '>= 3 times or <= 1/3 of the window before'],
])('documents say of %j: %s', (input, text) => {
  expect(alertSettings(spike(input)).when).toBe(text);
});

describe('whatever is counted', () => {
  const counts = fc.array(fc.nat(40), { minLength: 3, maxLength: 40 });

  it('the verdict is that of the two windows side by side', () => {
    fc.assert(
      fc.property(counts, (all) => {
        const busy = all.map((count) => count + 1);
        expect(verdicts({ direction: 'both' }, ...busy)).toEqual(
          busy.map((count, place) => {
            const before = busy[place - 1] ?? 0;
            return place >= 2 && before >= 5 && (count / before >= 3 || count / before <= 1 / 3)
              ? 'true'
              : 'calm';
          }),
        );
      }),
    );
  });

  it('a restart changes nothing, nor does forgetting what is over', () => {
    fc.assert(
      fc.property(counts, fc.nat(40), (all, restart) => {
        let judge = new SpikeJudge(spike());
        const went = all.map((count, place) => {
          if (place === restart) {
            const saved = unpack(pack(judge.snapshot()));
            judge = new SpikeJudge(spike());
            judge.restore(saved);
            judge.forgetBefore(place * 10_000);
          }
          return judge.judge('a', look(10 * (place + 1), count));
        });
        expect(said(went)).toEqual(said(judged({}, ...all)));
      }),
    );
  });
});

it.each([
  [{ ratio: 1 }, 'rules[0].ratio'],
  [{ over: '10s', every: '1ms' }, 'rules[0].every'],
  [{ measure: 'sum' }, 'rules[0].measure'],
])('the check of rules refuses %j', (input, path) => {
  expect(ruleProblems({ rules: [spike(input)] })).toMatchObject([{ path }]);
});
