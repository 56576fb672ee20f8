import fc from 'fast-check';
import { pack, unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import type { AlertState, Decision, Observation } from '../../../src/model.ts';
import { fresh, isForgettable } from '../../../src/rules/alert/machine.ts';
import { compileRule } from '../../../src/rules/rule.ts';
import { step } from '../../support/rules/alert-states.ts';
import { ruleConfig } from '../../support/rules/rules.ts';

const seconds = (most: number) => fc.integer({ min: 0, max: most }).map((amount) => `${amount}s`);
const rule = fc
  .record({
    measure: fc.constantFrom('count', 'avg(a)'),
    when: fc.constantFrom('>= 5', '< 5', 'outside 3..7'),
    recover: fc.constantFrom(undefined, '== 4'),
    over: fc.constantFrom('1s', '5s'),
    for: seconds(6),
    keepActiveFor: seconds(6),
    cooldown: seconds(30),
    cooldownGrowth: fc.constantFrom(1, 2),
    minCount: fc.integer({ min: 0, max: 3 }),
    noData: fc.constantFrom('hold' as const, 'recover' as const),
    notify: fc.subarray(['log']),
  })
  .map(({ recover, ...rest }) =>
    compileRule(ruleConfig({ ...rest, every: '1s', ...(recover === undefined ? {} : { recover }) })),
  );

interface Seen {
  value: number | undefined;
  count: number;
  hops: number;
  early: boolean;
}
const seen: fc.Arbitrary<Seen> = fc.record({
  value: fc.option(fc.integer({ min: 0, max: 10 }), { nil: undefined, freq: 6 }),
  count: fc.integer({ min: 0, max: 6 }),
  hops: fc.integer({ min: 1, max: 4 }),
  early: fc.boolean(),
});

/** Looks in the order of the windows' ends; an early one is at a window that will be looked at again. */
function observations(looks: Seen[], over: number): Observation[] {
  let at = 1_800_000_000_000;
  return looks.map(({ value, count, hops, early }) => {
    const end = at + hops * 1000;
    if (!early) at = end;
    return { at: end, since: end - 1000, window: { start: end - over, end }, value, count, early };
  });
}

/** What people are told: a raise may be told later, with another change or with none. */
const said = ({ transition }: Decision) => (transition?.to === 'inactive' ? 'inactive' : 'active');

function run(compiled: ReturnType<typeof compileRule>, looks: Seen[], keep = (state: AlertState) => state) {
  let state: AlertState = fresh;
  return observations(looks, compiled.over).map((o) => {
    const before = state;
    const decision = step(before, o, compiled);
    state = keep(decision.state);
    return { o, before, decision };
  });
}

const holds = (check: (compiled: ReturnType<typeof compileRule>, looks: Seen[]) => void) =>
  fc.assert(fc.property(rule, fc.array(seen, { maxLength: 60 }), check), { numRuns: 500 });

describe('whatever is seen', () => {
  it('each transition begins where the last one ended', () => {
    holds((compiled, looks) => {
      for (const { before, decision } of run(compiled, looks)) {
        const { transition, state } = decision;
        expect(transition?.from ?? state.status).toBe(before.status);
        expect(transition?.to ?? before.status).toBe(state.status);
        if (transition) expect(transition.from).not.toBe(transition.to);
      }
    });
  });

  it('only the steps that the states allow are taken', () => {
    const allowed = new Set([
      'inactive pending',
      'inactive active',
      'pending active',
      'pending inactive',
      'active recovering',
      'active inactive',
      'active no-data',
      'recovering active',
      'recovering inactive',
      'recovering no-data',
      'no-data active',
      'no-data recovering',
      'no-data inactive',
    ]);
    holds((compiled, looks) => {
      for (const { decision } of run(compiled, looks))
        if (decision.transition)
          expect(allowed).toContain(`${decision.transition.from} ${decision.transition.to}`);
    });
  });

  it('an alert that is not inactive has a beginning, not after its last look, and a value that met the condition', () => {
    holds((compiled, looks) => {
      for (const { o, decision } of run(compiled, looks)) {
        const { status, start, peak } = decision.state;
        if (status === 'inactive') expect(start).toBeUndefined();
        else {
          expect(start).toBeLessThan(decision.transition?.at ?? Math.max(o.at, decision.state.updated!));
          expect(compiled.condition!.test(peak!)).toBe(true);
        }
      }
    });
  });

  it('an early look only raises', () => {
    holds((compiled, looks) => {
      for (const { o, decision } of run(compiled, looks))
        if (o.early && decision.transition) expect(decision.transition.to).toBe('active');
    });
  });

  it('no two activations are told within the cooldown', () => {
    holds((compiled, looks) => {
      const told = run(compiled, looks)
        .filter(
          ({ decision }) => decision.notify.send && !decision.notify.digest && said(decision) === 'active',
        )
        .map(({ o }) => o.at);
      for (const [place, at] of told.slice(1).entries())
        expect(at - told[place]!).toBeGreaterThanOrEqual(compiled.config.cooldown);
    });
  });

  it('what is told alternates: active, inactive, active, …', () => {
    holds((compiled, looks) => {
      // A digest names episodes that are over. It may come with the end of an episode that was not notified.
      const told = run(compiled, looks).flatMap(({ decision }) =>
        decision.notify.send && !decision.notify.digest ? [said(decision)] : [],
      );
      expect(told).toEqual(told.map((_, place) => (place % 2 === 0 ? 'active' : 'inactive')));
    });
  });

  it('a deadline lies ahead, at the end of a window, and looking then is enough', () => {
    holds((compiled, looks) => {
      for (const { o, before, decision } of run(compiled, looks)) {
        const { deadline, state } = decision;
        if (deadline === undefined) continue;
        expect(deadline % compiled.every).toBe(0);
        if (!o.early) expect(deadline).toBeGreaterThan(o.at);
        if (state.early || before === state || o.value === undefined) continue;
        const then = { ...o, at: deadline, since: deadline - compiled.every };
        const { transition, update, notify } = step(state, then, compiled);
        expect(update || notify.send || transition !== undefined).toBe(true);
      }
    });
  });

  it('every decision has its reasons', () => {
    holds((compiled, looks) => {
      for (const { decision } of run(compiled, looks)) {
        expect(decision.reason).not.toMatch(/undefined|NaN|^$/);
        expect(decision.notify.reason).toMatch(/^(not )?notified: \w/);
        if (decision.transition) expect(decision.transition.reason).toBe(decision.reason);
      }
    });
  });

  it('the same happens again from a state that was stored and read back', () => {
    const plain = (decisions: { decision: Decision }[]) => decisions.map(({ decision }) => decision);
    holds((compiled, looks) => {
      const stored = run(compiled, looks, (state) => unpack(pack(state)) as AlertState);
      expect(plain(stored)).toEqual(plain(run(compiled, looks)));
    });
  });

  it('a forgotten alert behaves like a remembered one', () => {
    holds((compiled, looks) => {
      let state: AlertState = fresh;
      const forgetful = observations(looks, compiled.over).map((o) => {
        if (isForgettable(state, o.since, compiled)) state = fresh;
        const decision = step(state, o, compiled);
        state = decision.state;
        return decision;
      });
      const said = (decisions: Decision[]) =>
        decisions.map(({ reason, transition, notify, deadline }) => ({
          reason,
          transition,
          notify,
          deadline,
        }));
      expect(said(forgetful)).toEqual(said(run(compiled, looks).map(({ decision }) => decision)));
    });
  });
});
