import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RuleConfig } from '../../src/config/schema/rules.ts';
import {
  type Delivery,
  delivery,
  type Played,
  placed,
  play,
  playRecords,
  recordsOf,
  type Stretch,
  stretches,
} from './engine.ts';
import type { ReferenceRule } from './kinds.ts';
import { expected, found } from './lines.ts';
import { sentAgain } from './redelivery.ts';
import { ruleSets } from './rules.ts';

const hour = 3_600_000;

const numRuns = Number(process.env.REFERENCE_RUNS ?? 60);
/** Chooses the cases, to repeat a run. */
const seed = process.env.REFERENCE_SEED === undefined ? {} : { seed: Number(process.env.REFERENCE_SEED) };

/** Seconds to hours: beyond the lateness of every rule, and into later stretches of time. */
const lag = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.constantFrom(12_000, 25_000, 95_000, 3_600_000, 7_200_000) },
  { weight: 3, arbitrary: fc.integer({ min: 5_000, max: 120_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 120_000, max: 20 * hour }) },
);
const lags = fc.array(lag, { minLength: 1, maxLength: 7 });

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

/** With hours of silence between them. */
const apart: fc.Arbitrary<Stretch[]> = fc
  .tuple(stretches, fc.array(fc.integer({ min: hour, max: 9 * hour }), { minLength: 3, maxLength: 3 }))
  .map(([all, hours]) => all.map((stretch, place) => ({ ...stretch, silence: hours[place]! })));

/** The reference measures each window from scratch: over hours these are rules with few of them. */
const overHours = ruleSets
  .map((rules) => rules.filter(({ config }) => hopOf(config) >= 1_000))
  .filter((rules) => rules.length > 0);
const hopOf = (config: RuleConfig): number =>
  'over' in config ? Number(('every' in config && config.every) || config.over) : Number.POSITIVE_INFINITY;

/** Where rules are reloaded: to none, one, two or three more. */
const reloading = fc
  .tuple(delivery, fc.array(fc.option(fc.integer({ min: 0, max: 3 })), { minLength: 8, maxLength: 8 }))
  .map(
    ([{ cuts }, reloads]): Delivery => ({
      cuts: cuts.map((cut, place) => ({ ...cut, reload: reloads[place] ?? undefined })),
    }),
  );

function expectInOrder(rules: ReferenceRule[], scene: Stretch[], played: Played): void {
  expect(played.late).toBe(0);
  const facts = scene.flatMap((stretch) => stretch.facts);
  for (const rule of rules)
    expect(found(rule, played, false)).toEqual(expected(rule, facts, played.now, false));
}

describe('events that are late by seconds to hours', () => {
  it.each([
    ['after restarts', ruleSets, stretches, delivery, numRuns],
    ['after restarts, with hours of silence between them', overHours, apart, delivery, numRuns / 8],
    ['after reloads and restarts', ruleSets, stretches, reloading, numRuns / 2],
  ])(
    'leave the windows and alerts that they would have led to in order, %s',
    (_, sets, scenes, how, runs) => {
      fc.assert(
        fc.property(sets, scenes, lags, how, (rules, all, by, given) => {
          const scene = firstFirst(lagging(placed(all), by));
          expectInOrder(rules, scene, play(rules, scene, given, 'delay', '24h'));
        }),
        { numRuns: Math.ceil(runs), ...seed },
      );
    },
  );

  it('leave them where windows of the sender come again over new connections, in other order', async () => {
    const breaks = fc.array(fc.record({ breaks: fc.boolean(), again: fc.integer({ min: 1, max: 7 }) }), {
      minLength: 1,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(ruleSets, stretches, lags, reloading, breaks, async (rules, all, by, how, lost) => {
        const scene = firstFirst(lagging(placed(all), by));
        const records = await sentAgain(recordsOf(rules, scene, how), lost);
        expectInOrder(rules, scene, playRecords(rules, records, how, '24h'));
      }),
      { numRuns: Math.ceil(numRuns / 4), ...seed },
    );
  });
});
