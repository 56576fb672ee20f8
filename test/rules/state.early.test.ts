import { describe, expect, it } from 'vitest';
import type { AlertState, Decision, Observation } from '../../src/model.ts';
import { fresh, step } from '../../src/rules/state.ts';
import { path, ruleOf, run, ten, tutorial } from '../support/alert-states.ts';

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
