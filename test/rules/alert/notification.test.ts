import { describe, expect, it } from 'vitest';
import { type Look, run, second, ten } from '../../support/rules/alert-states.ts';

describe('the cooldown', () => {
  const input = { cooldown: '5m' };
  it('tells neither of the next activation within it, nor of its end', () => {
    const { decisions } = run(
      input,
      { count: 7 },
      { after: 10, count: 0 },
      { after: 170, count: 8 },
      { after: 180, count: 0 },
    );
    expect(decisions.map(({ notify }) => notify.send)).toEqual([true, true, false, false]);
    expect(decisions[2]!.notify.reason).toBe('not notified: cooldown of 5m since 10:00:00 has 2m10s left');
    expect(decisions[3]!.notify.reason).toBe(
      'not notified: the cooldown held its becoming active back; a digest names it',
    );
  });

  it('is counted from the last activation that was told', () => {
    const { last } = run(
      input,
      { count: 7 },
      { after: 10, count: 0 },
      { after: 290, count: 8 },
      { after: 300, count: 0 },
      { after: 310, count: 9 },
    );
    expect(last.notify.send).toBe(true);
  });

  it('is over at its very end', () => {
    const { last } = run(input, { count: 7 }, { after: 10, count: 0 }, { after: 300, count: 8 });
    expect(last.notify.send).toBe(true);
  });
});

describe('a rule that names no notifier', () => {
  it('tells nobody, and says so', () => {
    const { decisions } = run({ notify: [] }, { count: 7 }, { after: 10, count: 0 });
    expect(decisions.map(({ notify }) => notify.reason)).toEqual([
      'not notified: the rule names no notifier',
      'not notified: the change to active was not reported either',
    ]);
  });
});

describe('the flapping mark', () => {
  const flips = (times: number, apart: number): Look[] =>
    Array.from({ length: times }, (_, turn) => [
      { after: turn * apart, count: 9 },
      { after: turn * apart + 10, count: 0 },
    ]).flat();

  it('is set by the fourth activation within ten minutes', () => {
    const { decisions } = run({}, ...flips(4, 60));
    expect(decisions.map(({ state }) => state.flapping)).toEqual([
      false,
      false,
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
    expect(decisions[6]!.reason).toBe('count 9 is >= 5; flapping, for it became active 4 times within 10m');
  });

  it('is not set where they lie farther apart', () => {
    expect(run({}, ...flips(8, 220)).state.flapping).toBe(false);
  });

  it('counts within ten windows where these are longer', () => {
    expect(run({ over: '10m', every: '10s' }, ...flips(4, 1200)).state.flapping).toBe(true);
  });

  it('goes with the first change after a quiet time', () => {
    expect(run({}, ...flips(4, 60), { after: 2000, count: 9 }).state).toMatchObject({
      flapping: false,
      activations: [ten + 2000 * second],
    });
  });
});
