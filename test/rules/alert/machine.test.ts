import { describe, expect, it } from 'vitest';
import { deadlineOf, fresh, isForgettable } from '../../../src/rules/alert/machine.ts';
import { compileRule } from '../../../src/rules/rule.ts';
import { observation, path, ruleOf, run, second, step, ten } from '../../support/rules/alert-states.ts';
import { ruleConfig } from '../../support/rules/rules.ts';

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
    const { last } = run({ for: '20s' }, { count: 7 });
    expect(last.transition).toMatchObject({ to: 'pending', reason: 'count 7 is >= 5; it must hold for 20s' });
    expect(last.notify).toEqual({
      send: false,
      reason: 'not notified: the change to pending is not reported',
    });
    expect(last.deadline).toBe(ten + 20 * second);
  });

  it('is not raised by a window with too few events', () => {
    const { last } = run({ measure: 'share(a:b)', when: '>= 50%', minCount: 20 }, { count: 3, value: 1 });
    expect(last.transition).toBeUndefined();
    expect(last.reason).toBe('3 events are fewer than 20 (minCount): too few events to judge');
  });

  it('is not raised where there is nothing to measure', () => {
    const { last } = run({ measure: 'avg(a)', when: '< 5' }, { value: undefined });
    expect(last.transition).toBeUndefined();
    expect(last.reason).toBe('there is nothing to measure as avg(a)');
  });

  it('is never raised by a rule that only counts', () => {
    const rule = compileRule(ruleConfig({}));
    expect(step(fresh, observation(rule, { count: 1e9 }), rule).reason).toBe(
      'the rule has no condition, it only counts',
    );
  });
});

describe('a pending alert', () => {
  it('becomes active when the condition has held for long enough, counted from the end of the first window', () => {
    const { decisions, last } = run(
      { for: '20s' },
      { count: 5 },
      { after: 10, count: 6 },
      { after: 20, count: 9 },
    );
    expect(path(decisions)).toEqual(['inactive → pending', 'pending → active']);
    expect(decisions[1]).toMatchObject({ deadline: ten + 20 * second });
    expect(last.transition).toMatchObject({ at: ten + 20 * second, reason: 'count 9 is >= 5 for 20s' });
    expect(last.notify.send).toBe(true);
    expect(last.state).toMatchObject({ start: ten - 10 * second, peak: 9 });
    expect(last.deadline).toBeUndefined();
  });

  it('asks for the end of a window where its time ends within one', () => {
    expect(run({ for: '15s' }, { count: 5 }).last.deadline).toBe(ten + 20 * second);
  });

  it.each([
    ['as long as a hop', '10s', [10]],
    ['shorter than a hop', '4s', [10]],
    ['of two hops', '20s', [10, 20]],
  ])('waits for the end of a time %s', (_, length, until) => {
    const looks = until.map((after) => ({ after, count: 5 }));
    const { decisions, last } = run({ for: length }, { count: 5 }, ...looks);
    expect(path(decisions)).toEqual(['inactive → pending', 'pending → active']);
    expect(last.transition).toMatchObject({
      at: ten + until.at(-1)! * second,
      reason: `count 5 is >= 5 for ${until.at(-1)}s`,
    });
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
    expect(state).toMatchObject({ status: 'inactive', start: undefined, peak: 7, value: 2, notified: false });
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

  it.each([7, 1])('stays open when too few events are left to judge, whose average is %d', (value) => {
    const { last, state } = run(
      { minCount: 5, measure: 'avg(a)' },
      { count: 9, value: 7 },
      { after: 10, count: 4, value },
    );
    expect(state.status).toBe('active');
    expect(last.reason).toBe(
      '4 events are fewer than 5 (minCount): too few events to judge; the alert stays open',
    );
  });

  it('recovers by too few events where the rule recovers without data', () => {
    const { last } = run(
      { minCount: 5, measure: 'avg(a)', noData: 'recover' },
      { count: 9, value: 7 },
      { after: 10, count: 4, value: 7 },
    );
    expect(last.transition).toMatchObject({ to: 'inactive' });
  });

  it.each([
    ['count', 4, 4],
    ['rate', 4, 0.4],
    ['sum(a)', 4, 1],
    ['distinct(a)', 4, 1],
    ['count', 0, 0],
  ])('recovers by a %s of few events: that they are few is observed', (measure, count, value) => {
    const looks = [
      { count: 9, value: 7 },
      { after: 10, count, value },
    ] as const;
    expect(run({ minCount: 5, measure }, ...looks).last.transition).toMatchObject({
      to: 'inactive',
      reason: expect.stringContaining('is not >= 5'),
    });
  });

  it('stays open for as long as the rule keeps it', () => {
    const { decisions, last } = run(
      { keepActiveFor: '20s' },
      { count: 7 },
      { after: 10, count: 2 },
      { after: 20, count: 1 },
      { after: 30, count: 0 },
    );
    expect(path(decisions)).toEqual(['inactive → active', 'active → recovering', 'recovering → inactive']);
    expect(decisions[1]).toMatchObject({
      reason: 'count 2 is not >= 5; the alert stays open until that holds for 20s',
      deadline: ten + 30 * second,
      notify: { send: false },
    });
    expect(decisions[2]!.deadline).toBe(ten + 30 * second);
    expect(last.transition!.reason).toBe('recovered: count 0 is not >= 5 for 20s');
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
    expect(decisions.map(({ update }) => update)).toEqual([false, false, true, false, true, false]);
    expect(decisions[3]!.deadline).toBe(ten + 20_000);
    expect(decisions.at(-1)!.state).toMatchObject({ peak: 8, value: 8 });
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
  ])('goes on with a count of %d, and nobody is notified again', (count, to, reason) => {
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
    const { last } = run(input, { count: 7 }, { after: 10, count: 2 }, { after: 70, count: 0 });
    expect(last).toMatchObject({ transition: { to: 'inactive' }, notify: { send: true } });
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
