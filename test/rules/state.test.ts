import { describe, expect, it } from 'vitest';
import type { AlertState, Decision, Observation } from '../../src/model.ts';
import { compileRule } from '../../src/rules/rule.ts';
import { deadlineOf, fresh, isForgettable, step } from '../../src/rules/state.ts';
import { type RuleInput, ruleConfig } from '../support/rules.ts';

const ten = Date.parse('2026-11-21T10:00:00Z');
const second = 1000;

const tutorial: Partial<RuleInput> = {
  over: '1s',
  every: '10ms',
  when: '>= 5',
  recover: '< 3',
  notify: ['log'],
};
const ruleOf = (input: Partial<RuleInput> = {}) =>
  compileRule(ruleConfig({ over: '10s', when: '>= 5', notify: ['log'], ...input }));

type Look = Partial<Observation> & { after?: number };

/** An observation `after` seconds past ten o'clock. */
function look(rule: ReturnType<typeof ruleOf>, { after = 0, ...given }: Look): Observation {
  const at = ten + after * second;
  const window = { start: at - rule.over, end: at };
  const value = 'value' in given ? given.value : given.count;
  return { at, since: at - rule.every, window, count: 0, early: false, ...given, value };
}

/** Looks one after the other; the last decision, and all of them. */
function run(input: Partial<RuleInput>, ...looks: Look[]) {
  const rule = ruleOf(input);
  let state: AlertState = fresh;
  const decisions = looks.map((one): Decision => {
    const decision = step(state, look(rule, one), rule);
    state = decision.state;
    return decision;
  });
  return { rule, decisions, last: decisions.at(-1)!, state };
}

const path = (decisions: Decision[]) =>
  decisions.flatMap(({ transition }) => (transition ? [`${transition.from} → ${transition.to}`] : []));

describe('an inactive alert', () => {
  it('stays as it is while the condition does not hold, the very same object', () => {
    const { last, state } = run({}, { count: 4 });
    expect(state).toBe(fresh);
    expect(last).toMatchObject({ reason: 'count 4 is not >= 5', update: false, notify: { send: false } });
    expect(last.transition).toBeUndefined();
    expect(last.deadline).toBeUndefined();
  });

  it('becomes active at once where nothing has to last', () => {
    const { last } = run({}, { count: 7 });
    expect(last.transition).toEqual({ from: 'inactive', to: 'active', at: ten, reason: 'count 7 is >= 5' });
    expect(last.notify).toEqual({ send: true, reason: 'notified: it became active' });
    expect(last.state).toMatchObject({ status: 'active', start: ten - 10 * second, peak: 7, value: 7 });
  });

  it('becomes pending where it has to last, and asks to be looked at when it has', () => {
    const { last } = run({ for: '30s' }, { count: 7 });
    expect(last.transition).toMatchObject({ to: 'pending', reason: 'count 7 is >= 5; it must hold for 30s' });
    expect(last.notify).toEqual({ send: false, reason: 'not notified: becoming pending is not told' });
    expect(last.deadline).toBe(ten + 20 * second);
  });

  it('is not raised by a window with too few events', () => {
    const { last } = run({ measure: 'share(a:b)', when: '>= 50%', minCount: 20 }, { count: 3, value: 1 });
    expect(last.transition).toBeUndefined();
    expect(last.reason).toBe('3 events are fewer than 20 (minCount), so the condition was not looked at');
  });

  it('is not raised where there is nothing to measure', () => {
    const { last } = run({ measure: 'avg(a)', when: '< 5' }, { value: undefined });
    expect(last.transition).toBeUndefined();
    expect(last.reason).toBe('there is nothing to measure as avg(a)');
  });

  it('is never raised by a rule that only counts', () => {
    const rule = compileRule(ruleConfig({}));
    expect(step(fresh, look(rule, { count: 1e9 }), rule).reason).toBe(
      'the rule has no condition, it only counts',
    );
  });
});

describe('a pending alert', () => {
  it('becomes active when the condition has held for long enough, counted from the first window', () => {
    const { decisions, last } = run(
      { for: '30s' },
      { count: 5 },
      { after: 10, count: 6 },
      { after: 20, count: 9 },
    );
    expect(path(decisions)).toEqual(['inactive → pending', 'pending → active']);
    expect(decisions[1]).toMatchObject({ deadline: ten + 20 * second });
    expect(last.transition).toMatchObject({ at: ten + 20 * second, reason: 'count 9 is >= 5 for 30s' });
    expect(last.notify.send).toBe(true);
    expect(last.state).toMatchObject({ start: ten - 10 * second, peak: 9 });
    expect(last.deadline).toBeUndefined();
  });

  it('asks for the end of a window where its time ends within one', () => {
    expect(run({ for: '25s' }, { count: 5 }).last.deadline).toBe(ten + 20 * second);
  });

  it('is over with the first window in which the condition does not hold', () => {
    const { last, state } = run({ for: '30s' }, { count: 5 }, { after: 10, count: 4 });
    expect(last.transition).toMatchObject({ from: 'pending', to: 'inactive', reason: 'count 4 is not >= 5' });
    expect(last.notify.send).toBe(false);
    expect(state.start).toBeUndefined();
  });

  it('is over where there is nothing to measure', () => {
    const { last } = run({ for: '30s', measure: 'avg(a)' }, { value: 5 }, { after: 10, value: undefined });
    expect(last.transition).toMatchObject({
      to: 'inactive',
      reason: 'there is nothing to measure as avg(a)',
    });
  });

  it('begins anew after a pause', () => {
    const { state } = run({ for: '30s' }, { count: 9 }, { after: 10, count: 4 }, { after: 20, count: 5 });
    expect(state).toMatchObject({ status: 'pending', start: ten + 10 * second, peak: 5 });
  });
});

describe('an active alert', () => {
  it('recovers when the condition no longer holds', () => {
    const { last, state } = run({}, { count: 7 }, { after: 10, count: 2 });
    expect(last.transition).toEqual({
      from: 'active',
      to: 'inactive',
      at: ten + 10 * second,
      reason: 'recovered: count 2 is not >= 5',
    });
    expect(last.notify).toEqual({ send: true, reason: 'notified: it recovered' });
    expect(state).toMatchObject({ status: 'inactive', start: undefined, peak: 7, value: 2, told: false });
  });

  it('stays active between its two conditions', () => {
    const { decisions, last } = run(
      { recover: '< 3' },
      { count: 7 },
      { after: 10, count: 4 },
      { after: 20, count: 2 },
    );
    expect(decisions[1]!.reason).toBe('count 4 is not >= 5, and not < 3 either');
    expect(decisions[1]!.transition).toBeUndefined();
    expect(last.transition).toMatchObject({ to: 'inactive', reason: 'recovered: count 2 is < 3' });
  });

  it('recovers when too few events are left to look at', () => {
    const { last } = run(
      { minCount: 5, measure: 'avg(a)' },
      { count: 9, value: 7 },
      { after: 10, count: 4, value: 7 },
    );
    expect(last.transition).toMatchObject({
      to: 'inactive',
      reason: 'recovered: 4 events are fewer than 5 (minCount), so the condition was not looked at',
    });
  });

  it('stays open for as long as the rule keeps it', () => {
    const { decisions, last } = run(
      { keepActiveFor: '30s' },
      { count: 7 },
      { after: 10, count: 2 },
      { after: 20, count: 1 },
      { after: 30, count: 0 },
    );
    expect(path(decisions)).toEqual(['inactive → active', 'active → recovering', 'recovering → inactive']);
    expect(decisions[1]).toMatchObject({
      reason: 'count 2 is not >= 5; the alert stays open until that holds for 30s',
      deadline: ten + 30 * second,
      notify: { send: false },
    });
    expect(decisions[2]!.deadline).toBe(ten + 30 * second);
    expect(last.transition!.reason).toBe('recovered: count 0 is not >= 5 for 30s');
    expect(last.notify.send).toBe(true);
  });

  it('tells of a new peak, but once in the length of a window at the most', () => {
    const { decisions } = run(
      { over: '10s', every: '5s' },
      { count: 5 },
      { after: 5, count: 6 },
      { after: 10, count: 7 },
      { after: 15, count: 8 },
      { after: 20, count: 8 },
      { after: 25, count: 8 },
    );
    expect(decisions.map(({ update }) => update)).toEqual([false, false, true, false, false, false]);
    expect(decisions.at(-1)!.state).toMatchObject({ peak: 8, value: 7 });
  });

  it('has the lowest value as its peak where low is bad', () => {
    const { state } = run(
      { when: '< 5', measure: 'avg(a)' },
      { value: 4 },
      { after: 10, value: 1 },
      { after: 20, value: 3 },
    );
    expect(state.peak).toBe(1);
  });

  it.each([
    ['hold', ['inactive → active', 'active → no-data', 'no-data → active', 'active → inactive']],
    ['recover', ['inactive → active', 'active → inactive', 'inactive → active', 'active → inactive']],
  ] as const)('without data is on %s', (noData, expected) => {
    const { decisions } = run(
      { noData, measure: 'avg(a)' },
      { value: 7 },
      { after: 10, value: undefined },
      { after: 20, value: undefined },
      { after: 30, value: 8 },
      { after: 40, value: 1 },
    );
    expect(path(decisions)).toEqual(expected);
  });
});

describe('a recovering alert', () => {
  const input = { keepActiveFor: '1m', recover: '< 3' };
  it.each([
    [7, 'active', 'count 7 is >= 5'],
    [4, 'active', 'count 4 is not >= 5, and not < 3 either: it has not recovered'],
  ])('goes on with a count of %d, and nobody is told again', (count, to, reason) => {
    const { last, state } = run(input, { count: 7 }, { after: 10, count: 2 }, { after: 20, count });
    expect(last.transition).toMatchObject({ from: 'recovering', to, reason });
    expect(last.notify).toEqual({ send: false, reason: 'not notified: it is still the same alert' });
    expect(last.deadline).toBeUndefined();
    expect(state).toMatchObject({ calm: undefined, start: ten - 10 * second, activations: [ten] });
  });

  it('is without data where there is none, and recovers anew from there', () => {
    const { decisions, state } = run(
      { ...input, measure: 'avg(a)' },
      { value: 7 },
      { after: 10, value: 1 },
      { after: 20, value: undefined },
      { after: 30, value: 1 },
    );
    expect(path(decisions)).toEqual([
      'inactive → active',
      'active → recovering',
      'recovering → no-data',
      'no-data → recovering',
    ]);
    expect(state.calm).toBe(ten + 20 * second);
  });

  it('is told of at its end', () => {
    const { last } = run(input, { count: 7 }, { after: 10, count: 2 }, { after: 60, count: 0 });
    expect(last).toMatchObject({ transition: { to: 'inactive' }, notify: { send: true } });
  });
});

describe('a look at a window that is not over', () => {
  it('raises the alert', () => {
    const { last } = run(tutorial, { count: 5, early: true });
    expect(last.transition).toMatchObject({
      to: 'active',
      reason: 'count 5 is >= 5, before the window is over',
    });
    expect(last.notify.send).toBe(true);
    expect(last.state).toMatchObject({ start: ten - 10, early: ten });
  });

  it('does nothing where the condition does not hold', () => {
    const { last, state } = run(tutorial, { count: 4, early: true });
    expect(last.reason).toBe('count 4 is not >= 5; the window is not over yet');
    expect(state).toBe(fresh);
  });

  it('does nothing where the condition has to last', () => {
    const { last, state } = run({ ...tutorial, for: '1m' }, { count: 5, early: true });
    expect(last.reason).toBe('count 5 is >= 5; whether it holds for 1m shows when windows are over');
    expect(state).toBe(fresh);
  });

  it('never ends an alert', () => {
    const { decisions } = run(tutorial, { count: 7 }, { after: 1, count: 0, early: true });
    expect(path(decisions)).toEqual(['inactive → active']);
  });

  it('raises a recovering alert again', () => {
    const { decisions } = run(
      { ...tutorial, keepActiveFor: '1m' },
      { count: 7 },
      { after: 1, count: 0 },
      { after: 2, count: 6, early: true },
    );
    expect(path(decisions)).toEqual(['inactive → active', 'active → recovering', 'recovering → active']);
  });

  it('remembers the peak without a word', () => {
    const { last, state } = run(tutorial, { count: 5, early: true }, { after: 1, count: 9, early: true });
    expect(last.update).toBe(false);
    expect(state).toMatchObject({ peak: 9, value: 5 });
  });

  it('is corrected when the window is over', () => {
    const { last, state } = run(tutorial, { count: 5, early: true }, { count: 9 });
    expect(last).toMatchObject({ update: true });
    expect(last.transition).toBeUndefined();
    expect(state).toMatchObject({ value: 9, peak: 9, early: undefined, updated: ten });
  });

  it('needs no correction where the window ended as it was seen', () => {
    const { last, state } = run(tutorial, { count: 5, early: true }, { count: 5 });
    expect(last.update).toBe(false);
    expect(state.early).toBeUndefined();
  });

  it('is not taken back by windows that end before it', () => {
    const { decisions, last } = run(tutorial, { after: 1, count: 5, early: true }, { after: 0.5, count: 1 });
    expect(path(decisions)).toEqual(['inactive → active']);
    expect(last.reason).toBe('count 1 is < 3, but in a window before the one that raised the alert');
  });

  it('began earlier where a window that ends before it shows that', () => {
    const { last, state } = run(tutorial, { after: 1, count: 5, early: true }, { after: 0.5, count: 6 });
    expect(last.update).toBe(true);
    expect(state).toMatchObject({ start: ten + 490, peak: 6, updated: ten + 1000 });
  });

  it('can be followed by recovery as soon as its window is over', () => {
    const { decisions } = run(tutorial, { after: 1, count: 5, early: true }, { after: 1.01, count: 2 });
    expect(path(decisions)).toEqual(['inactive → active', 'active → inactive']);
  });
});

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
    expect(decisions[3]!.notify.reason).toBe('not notified: its becoming active was not told either');
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
      'not notified: its becoming active was not told either',
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

describe('an alert', () => {
  it('can be forgotten when nothing of it can matter again', () => {
    const input = { cooldown: '20m' };
    const rule = ruleOf(input);
    const { state } = run(input, { count: 9 }, { after: 10, count: 0 });
    const forgettable = (after: number) => isForgettable(state, ten + after * second, rule);
    expect([10, 600, 1199, 1200].map(forgettable)).toEqual([false, false, false, true]);
    expect(isForgettable(fresh, ten, rule)).toBe(true);
    expect(isForgettable(run(input, { count: 9 }).state, ten + 1e9, rule)).toBe(false);
  });

  it('knows its deadline from its state alone, as after a restart', () => {
    const { rule, state, last } = run({ keepActiveFor: '30s' }, { count: 9 }, { after: 10, count: 0 });
    expect(deadlineOf(state, rule)).toBe(last.deadline);
  });
});

describe('the tutorial: five requests within a second, looked at every 10 ms', () => {
  it('alerts at the fifth, goes on while five are there, and recovers after', () => {
    const rule = ruleOf({ over: '1s', every: '10ms', when: '>= 5', recover: '< 5', notify: ['log'] });
    const requests = [0, 100, 200, 300, 400, 450].map((after) => ten + after);
    const decisions: [number, Decision][] = [];
    let state: AlertState = fresh;
    for (let end = ten; end <= ten + 3000; end += 10) {
      const count = requests.filter((time) => time >= end - 1000 && time < end).length;
      const o: Observation = {
        at: end,
        since: end - 10,
        window: { start: end - 1000, end },
        value: count,
        count,
        early: false,
      };
      const decision = step(state, o, rule);
      state = decision.state;
      if (decision.transition) decisions.push([end - ten, decision]);
    }
    // The fifth request, at 400 ms, is in the window that ends at 410; the second-last five leave with the one of 100 ms.
    expect(decisions.map(([at, { transition }]) => [at, transition!.to, transition!.reason])).toEqual([
      [410, 'active', 'count 5 is >= 5'],
      [1110, 'inactive', 'recovered: count 4 is < 5'],
    ]);
    expect(decisions[1]![1].state.peak).toBe(6);
  });
});
