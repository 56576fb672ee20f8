import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Delivery, delivery, placed, play, type Stretch, stretches } from './engine.ts';
import { expected, found } from './lines.ts';
import { ruleSets } from './rules.ts';

const numRuns = Number(process.env.REFERENCE_RUNS ?? 120);
/** Chooses the cases, to repeat a run. */
const seed = process.env.REFERENCE_SEED === undefined ? {} : { seed: Number(process.env.REFERENCE_SEED) };

/** Seconds to hours: beyond the lateness of every rule, and into later stretches of time. */
const lags = fc.array(fc.constantFrom(0, 0, 0, 0, 12_000, 25_000, 95_000, 3_600_000, 7_200_000), {
  minLength: 1,
  maxLength: 7,
});

const lagging = (all: Stretch[], by: number[]): Stretch[] => {
  let place = 0;
  return all.map(({ facts, silence }) => ({
    facts: facts.map((fact) => ({ ...fact, lag: by[place++ % by.length]! })),
    silence,
  }));
};

/** The first event of all comes first: where event time begins is part of what is given. */
const firstFirst = ([first, ...rest]: Stretch[]): Stretch[] => [
  { ...first!, facts: [{ ...first!.facts[0]!, lag: 0 }, ...first!.facts.slice(1)] },
  ...rest,
];

const supported = ruleSets
  .map((rules) => rules.filter(({ config }) => !['absence', 'change', 'new-term'].includes(config.kind)))
  .filter((rules) => rules.length > 0);

describe('events that are late by seconds to hours', () => {
  it('leave the windows and alerts that they would have led to in order', () => {
    fc.assert(
      fc.property(supported, stretches, lags, delivery, (rules, all, by, how: Delivery) => {
        const scene = firstFirst(lagging(placed(all), by));
        const played = play(rules, scene, how, 'delay', '24h');
        expect(played.late).toBe(0);
        const facts = scene.flatMap((stretch) => stretch.facts);
        for (const rule of rules)
          expect(found(rule, played, false)).toEqual(expected(rule, facts, played.now, false));
      }),
      { numRuns, ...seed },
    );
  });
});
