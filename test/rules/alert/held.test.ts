import { describe, expect, it } from 'vitest';
import { observation, run, second, step, ten } from '../../support/rules/alert-states.ts';

const raised = [{ count: 7 }, { after: 10, count: 0 }];
const sends = ({ decisions }: ReturnType<typeof run>) => decisions.map(({ notify }) => notify.send);

describe('an alert that comes back within the cooldown', () => {
  const input = { cooldown: '5m' };

  it('is told when the cooldown is over, if it is still active then, and so is its end', () => {
    const ran = run(
      input,
      ...raised,
      { after: 170, count: 8 },
      { after: 290, count: 8 },
      { after: 300, count: 8 },
      { after: 310, count: 8 },
      { after: 320, count: 0 },
    );
    expect(sends(ran)).toEqual([true, true, false, false, true, false, true]);
    expect(ran.decisions[4]).toMatchObject({
      notify: { reason: 'notified: the cooldown is over, and the alert is still open' },
      update: false,
      state: { announced: ten + 300 * second, notified: true },
    });
    expect(ran.decisions[4]!.transition).toBeUndefined();
  });

  it('asks to be looked at then, and no longer once that is done', () => {
    const { decisions } = run(input, ...raised, { after: 170, count: 8 }, { after: 300, count: 8 });
    expect(decisions.map(({ deadline }) => deadline)).toEqual([
      undefined,
      undefined,
      ten + 300 * second,
      undefined,
    ]);
  });

  it('begins the next cooldown there', () => {
    const again = [
      { after: 310, count: 0 },
      { after: 590, count: 8 },
      { after: 600, count: 8 },
    ];
    const ran = run(input, ...raised, { after: 170, count: 8 }, { after: 300, count: 8 }, ...again);
    expect(sends(ran).slice(-3)).toEqual([true, false, true]);
  });

  it('is not told while it recovers, but when it comes back', () => {
    const back = [
      { after: 290, count: 0 },
      { after: 300, count: 0 },
      { after: 310, count: 9 },
    ];
    const { decisions } = run(
      { ...input, keepActiveFor: '50s' },
      { count: 7 },
      { after: 10, count: 0 },
      { after: 70, count: 0 },
      { after: 170, count: 8 },
      ...back,
    );
    expect(decisions.map(({ notify }) => notify.send)).toEqual([
      true,
      false,
      true,
      false,
      false,
      false,
      true,
    ]);
    expect(decisions[4]!.deadline).toBe(ten + 340 * second);
  });

  it('is told though there is nothing to measure any more', () => {
    const avg = { ...input, measure: 'avg(n)', when: '> 5' };
    const gone = { after: 300, value: undefined, count: 0 };
    const ran = run(avg, ...raised, { after: 170, count: 8 }, { ...gone, after: 180 }, gone);
    expect(ran.state.status).toBe('no-data');
    expect(sends(ran)).toEqual([true, true, false, false, true]);
  });

  it('is told to nobody where the rule names no notifier by then', () => {
    const { state } = run(input, ...raised, { after: 170, count: 8 });
    const { rule } = run({ ...input, notify: [] });
    const decision = step(state, observation(rule, { after: 300, count: 8 }), rule);
    expect(decision).toMatchObject({ notify: { send: false }, state: { notified: false } });
    expect(decision.deadline).toBeUndefined();
  });

  it('makes a growing cooldown grow as one that returns at its end does', () => {
    const growing = { cooldown: '5m', cooldownGrowth: 3, cooldownMax: '10m' };
    const { state } = run(growing, ...raised, { after: 170, count: 8 }, { after: 300, count: 8 });
    expect(state).toMatchObject({ announced: ten + 300 * second, cooldown: 600 * second });
  });

  it('that is raised before its window is over waits all the same', () => {
    const early = { count: 8, after: 280, early: true };
    const ran = run(input, ...raised, early, { after: 280, count: 8 }, { after: 300, count: 8 });
    expect(ran.decisions[2]!.deadline).toBe(ten + 280 * second);
    expect(ran.decisions[3]!.deadline).toBe(ten + 300 * second);
    expect(sends(ran)).toEqual([true, true, false, false, true]);
  });

  it('is not told twice where it was raised early after the cooldown and began within it', () => {
    const early = { count: 8, after: 310, early: true };
    const before = [290, 300, 310, 320].map((after) => ({ after, count: 8 }));
    const ran = run(input, ...raised, early, ...before, { after: 330, count: 0 });
    expect(sends(ran)).toEqual([true, true, true, false, false, false, false, true]);
  });
});
