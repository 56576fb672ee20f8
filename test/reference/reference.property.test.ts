import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { t } from '../support/journal/records.ts';
import {
  arriving,
  type Delivery,
  delivery,
  type Played,
  placed,
  play,
  type Stretch,
  stretches,
} from './engine.ts';
import { evaluate } from './kinds.ts';
import { expected, found, isEarly, messageLine, told } from './lines.ts';
import { ruleSets } from './rules.ts';

const numRuns = Number(process.env.REFERENCE_RUNS ?? 60);

describe('the engine and an evaluation from scratch', () => {
  it('come to the same windows, alerts and messages, whatever the order, the batches, the ticks and the restarts', () => {
    fc.assert(
      fc.property(ruleSets, stretches, delivery, (rules, all, how: Delivery) => {
        const scene = placed(all);
        const played = play(rules, scene, how);
        expect(played.late).toBe(0);
        // Of events of the same moment the one that came first is the first.
        const lateness = Math.min(...rules.map(({ config }) => config.lateness));
        const facts = scene.flatMap((stretch) => arriving(stretch.facts, lateness, 'delay'));
        for (const rule of rules) expect(found(rule, played)).toEqual(expected(rule, facts, played.now));
      }),
      { numRuns },
    );
  });

  it('tell the same of alerts that are raised before their window is over, where events come in order', () => {
    const early = ruleSets.map((rules) => rules.filter(isEarly)).filter((rules) => rules.length > 0);
    fc.assert(
      fc.property(early, stretches, delivery, (sets, all, { cuts }: Delivery) => {
        const rules = sets.map((rule) => ({ ...rule, config: { ...rule.config, lateness: 0 } }));
        const scene = placed(all).map(fromOne);
        const played = play(rules, scene, { cuts: cuts.map((cut) => ({ ...cut, size: 1 })) });
        const facts = scene.flatMap((stretch) => arriving(stretch.facts, 0, 'delay'));
        for (const rule of rules) {
          const { messages } = evaluate(rule, facts, t, played.now);
          expect(told(rule, played).sort()).toEqual(messages.map(messageLine).sort());
        }
      }),
      { numRuns },
    );
  });

  it('make the same documents of alerts whatever comes first: the id alone may tell of a later beginning', () => {
    fc.assert(
      fc.property(ruleSets, stretches, delivery, delivery, (rules, all, one, other) => {
        const scene = placed(all).map(apart);
        const [first, second] = [play(rules, scene, one), play(rules, scene, other, 'otherDelay')];
        expect(lasting(second)).toEqual(lasting(first));
        for (const rule of rules.filter((one) => !isEarly(one)))
          expect(told(rule, second).sort()).toEqual(told(rule, first).sort());
        for (const { id, start } of first.episodes) {
          const named = Date.parse(id.slice(id.lastIndexOf('~') + 1));
          expect(named).toBeGreaterThanOrEqual(start);
        }
      }),
      { numRuns: Math.ceil(numRuns / 3) },
    );
  });
});

/** From one shipper: the clock moves with each event, so that nothing is told of two events at once. */
const fromOne = ({ facts, silence }: Stretch): Stretch => ({
  facts: facts.map((fact) => ({ ...fact, agent: 'x' })),
  silence,
});

/** Without events of the same moment, for of these the one that came first is the first. */
function apart({ facts, silence }: Stretch): Stretch {
  const times = facts.map(({ time }) => time);
  return { facts: facts.filter(({ time }, place) => times.indexOf(time) === place), silence };
}

/** What must not depend on what came first. An open alert's value is the one that was told last. */
function lasting({ episodes }: Played): object[] {
  return episodes
    .map(({ rule, group, by, start, end, status, peak, flapping, value, count }) => {
      const ending = end === undefined ? {} : { end, value, count };
      return { rule, group, by, start, status, peak, flapping, ...ending };
    })
    .sort((a, b) => a.start - b.start || (`${a.rule} ${a.group}` < `${b.rule} ${b.group}` ? -1 : 1));
}
