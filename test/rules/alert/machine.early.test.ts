import { describe, expect, it } from 'vitest';
import type { AlertState, Decision, Observation } from '../../../src/model.ts';
import { fresh } from '../../../src/rules/alert/machine.ts';
import { type Look, path, ruleOf, run, step, ten, tutorial } from '../../support/rules/alert-states.ts';

describe('a look at a window that is not over', () => {
  it('raises the alert', () => {
    const { last } = run(tutorial, { count: 5, early: true });
    expect(last.transition).toMatchObject({
      to: 'active',
      reason: 'count 5 is >= 5, before the window is over',
    });
    expect(last.notify.send).toBe(true);
    expect(last.state).toMatchObject({ start: ten - 10, early: { observation: { at: ten } } });
    expect(last.deadline).toBe(ten);
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

  it('leaves an alert that is open as it is', () => {
    const { decisions, last } = run(
      { ...tutorial, keepActiveFor: '1m' },
      { count: 7 },
      { after: 1, count: 0 },
      { after: 2, count: 6, early: true },
    );
    expect(path(decisions)).toEqual(['inactive → active', 'active → recovering']);
    expect(last.reason).toBe('count 6 is >= 5, before the window is over; the alert is open');
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

  it('is told once of a beginning that stays where it is', () => {
    const { last, state } = run(
      tutorial,
      { after: 1, count: 5, early: true },
      { after: 0.5, count: 6 },
      { after: 0.6, count: 7 },
    );
    expect(last.update).toBe(false);
    expect(state).toMatchObject({ start: ten + 490, peak: 7 });
  });

  const earlierOne: Look[] = [
    { after: 1, count: 5, early: true },
    { after: 0.5, count: 6 },
    { after: 0.6, count: 1 },
  ];

  it('is an alert of its own where an earlier one is over before its window began to hold', () => {
    const { decisions, last, state } = run(tutorial, ...earlierOne);
    expect(path(decisions)).toEqual(['inactive → active']);
    expect(last.apart!.map(({ decision }) => decision.transition)).toMatchObject([
      { from: 'inactive', to: 'active', at: ten + 500 },
      { from: 'active', to: 'inactive', at: ten + 600, reason: 'recovered: count 1 is < 3' },
    ]);
    expect(state).toMatchObject({ status: 'active', start: ten + 990, peak: 5 });
  });

  it('is told to people for both: of the earlier one when it is known to be one of its own', () => {
    const { last, decisions } = run(tutorial, ...earlierOne);
    expect(last.apart!.map(({ decision }) => decision.notify.reason)).toEqual([
      'notified: it became active',
      'notified: it recovered',
    ]);
    expect(decisions.map(({ notify }) => notify.send)).toEqual([true, false, false]);
  });

  it('ends as if nothing had been raised early', () => {
    const { decisions, state } = run(
      tutorial,
      ...earlierOne,
      { after: 1, count: 8 },
      { after: 1.4, count: 0 },
    );
    expect(path(decisions)).toEqual(['inactive → active', 'active → inactive']);
    expect(state).toMatchObject({ peak: 8, early: undefined, activations: [ten + 500, ten + 1000] });
  });

  it('goes on recovering where an earlier one does', () => {
    const { decisions } = run(
      { ...tutorial, keepActiveFor: '1m' },
      ...earlierOne,
      { after: 1, count: 8 },
      { after: 62, count: 0 },
      { after: 122, count: 0 },
    );
    expect(path(decisions)).toEqual(['inactive → active', 'active → recovering', 'recovering → inactive']);
    expect(decisions.flatMap(({ apart = [] }) => apart)).toEqual([]);
  });

  it('ends when its window is over where that turns out not to hold', () => {
    const { decisions, last } = run(tutorial, { count: 5, early: true }, { count: 1 });
    expect(path(decisions)).toEqual(['inactive → active', 'active → inactive']);
    expect(last.reason).toBe('recovered: count 1 is < 3');
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
