import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RuleConfig } from '../../src/config/schema/rules.ts';
import { type Config, schema } from '../../src/config/schema/schema.ts';
import { analysisOf } from '../../src/engine/analysis.ts';
import type { Episode, Millis } from '../../src/model.ts';
import { journalRecords } from '../../src/replay/backtest.ts';
import { outcomesOf } from '../../src/replay/explain/outcomes.ts';
import { Recorder } from '../../src/replay/explain/recorder.ts';
import { ReplayBounds } from '../../src/replay/explain/replay-bounds.ts';
import { Replay } from '../../src/replay/replay.ts';
import { StagedEngine } from '../../src/replay/staged-engine.ts';
import { type Given, journalOf } from '../support/journal/folder.ts';
import { rounds } from '../support/rounds.ts';
import { ruleConfig, ruleOfKind } from '../support/rules/rules.ts';

const begin = Date.parse('2026-01-01T00:00:00Z');
const windows = { over: '4s', every: '1s', lateness: '2s', by: ['host.name'], name: 'rule' };

const rules: [name: string, rule: RuleConfig][] = [
  ['a count', ruleConfig({ ...windows, when: '>= 3' })],
  ['a count of all', ruleConfig({ ...windows, by: [], when: '>= 5', recover: '< 2', keepActiveFor: '5s' })],
  ['a count that lasts', ruleConfig({ ...windows, when: '>= 2', for: '3s', every: '2s' })],
  ['few groups', ruleConfig({ ...windows, when: '>= 2', maxGroups: 2 })],
  ['few events', ruleConfig({ ...windows, when: '< 2' })],
  ['an average', ruleConfig({ ...windows, measure: 'avg(n)', when: '> 3', minCount: 2, noData: 'hold' })],
  ['a maximum', ruleConfig({ ...windows, measure: 'max(n)', when: '>= 4', noData: 'recover' })],
  ['different values', ruleOfKind('cardinality', { ...windows, field: 'n', max: 1 })],
  ['a spike', ruleOfKind('spike', { ...windows, every: '4s', minBefore: 1, ratio: 2 })],
];

/** The rule with other thresholds and lengths. */
function variantsOf(rule: RuleConfig): RuleConfig[] {
  const lengths = [2, 10].flatMap((factor) => [
    { ...rule, over: 4_000 * factor },
    { ...rule, for: 4_000 * factor },
  ]) as RuleConfig[];
  const bounds = rule.kind === 'threshold' ? ['>= 1', '>= 4', '> 6', '>= 0'] : [];
  const others = bounds.map((when) => ({ ...rule, when })) as RuleConfig[];
  return [...lengths, ...others].map((one, place) => ({ ...one, name: `variant ${place}` }));
}

const briefly = fc.integer({ min: 0, max: 5_000 });

function stepOf(host: fc.Arbitrary<string>, pause: fc.Arbitrary<number> = briefly) {
  return fc.record({
    pause,
    back: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 0, max: 4_000 }) },
      { weight: 1, arbitrary: fc.constant(30_000) },
    ),
    hosts: fc.array(host, { minLength: 1, maxLength: 4 }),
    n: fc.integer({ min: 0, max: 6 }),
  });
}

const pauses = fc.oneof({ weight: 9, arbitrary: briefly }, { weight: 1, arbitrary: fc.constant(600_000) });
const steps = fc.array(stepOf(fc.constantFrom('a', 'a', 'b', 'c'), pauses), { minLength: 5, maxLength: 60 });
/** Events after ten minutes without any: a replay of the group may begin between. */
const afterQuiet: [all: Steps, share: number] = [
  [
    { pause: 0, back: 0, hosts: ['a', 'b'], n: 1 },
    { pause: 600_000, back: 0, hosts: ['a', 'a', 'a', 'b', 'b', 'b'], n: 5 },
  ],
  2 / 3,
];
type Steps = typeof steps extends fc.Arbitrary<infer T> ? T : never;

/** The steps as records, with ticks between those that are far apart. */
function recordsOf(all: Steps): Given[] {
  const records: Given[] = [];
  let at = begin;
  const pass = (length: Millis) => {
    const until = at + length;
    for (at += 10_000; at < until; at += 10_000) records.push({ at });
    at = until;
  };
  for (const { pause, back, hosts, n } of all) {
    pass(pause);
    const event = (name: string, place: number) => ({
      '@timestamp': new Date(at - back).toISOString(),
      host: { name },
      n: (n + place) % 7,
      message: 'x',
    });
    records.push({ at, documents: hosts.map((host, place) => JSON.stringify(event(host, place))) });
  }
  pass(300_000);
  return records;
}

/** What all rules together make of the whole journal. */
async function byFullReplay(
  all: readonly RuleConfig[],
  { group, at, reach }: { group: string; at: Millis; reach: Millis },
  config: Config,
): Promise<Set<string>> {
  const episodes = new Map<string, Episode>();
  const replay = new Replay({
    config: { ...config, rules: [...all] },
    receivedAt: 0,
    onOutput: (output) => output.kind === 'episode' && episodes.set(output.episode.id, output.episode),
  });
  for await (const { record } of journalRecords(config.data)) replay.process(record);
  const then = [...episodes.values()].filter(
    (one) =>
      one.group === group &&
      !one.withdrawn &&
      one.start <= reach &&
      (one.end ?? Number.POSITIVE_INFINITY) > at,
  );
  return new Set(then.map(({ rule }) => rule));
}

/** Where a replay of the group may begin, and after which record nothing can change any more. */
async function boundsFor(rule: RuleConfig, group: string, at: Millis, config: Config): Promise<ReplayBounds> {
  const stages = [{ after: 0, analysis: analysisOf(config) }];
  const bounds = new ReplayBounds(rule, at, stages, config);
  const recorder = new Recorder({ rule: rule.name, at, group }, 0, 1_000);
  const { engine } = new StagedEngine(stages, {}, recorder);
  for await (const { record } of journalRecords(config.data)) {
    engine.process(record);
    bounds.take(record.position, engine, recorder);
  }
  return bounds;
}

describe('variants of a rule that count one group near a time', () => {
  it.each(rules)(
    'have the alerts that a replay of the whole journal gives them: %s',
    async (name, rule) => {
      let begunLate = 0;
      await fc.assert(
        fc.asyncProperty(steps, fc.double({ min: 0, max: 1, noNaN: true }), async (all, share) => {
          const given = recordsOf(all);
          const at = Math.round(begin + share * (given.at(-1)!.at - begin));
          const config = schema.parse({
            data: await journalOf(given),
            time: { correctFor: '2m', idleAfter: '1m' },
            journal: { tick: '10s' },
          });
          config.rules = [rule];
          const variants = variantsOf(rule);
          const group = rule.by.length === 0 ? '' : 'a';
          const reach = at + ('over' in rule ? rule.over : 0);
          const whole = await byFullReplay([rule, ...variants], { group, at, reach }, config);
          const place = { group, at };
          expect(await outcomesOf({ rule, variants, config }, place)).toEqual(whole);
          const { start, last } = await boundsFor(rule, group, at, config);
          expect(await outcomesOf({ rule, variants, config, last }, place)).toEqual(whole);
          if (start === undefined) return;
          begunLate += 1;
          const late = variants.filter((one) => !('when' in one && one.when === '>= 0'));
          const names = new Set([rule, ...late].map((one) => one.name));
          const expected = new Set([...whole].filter((one) => names.has(one)));
          const bounded = { rule, variants: late, config, start };
          expect(await outcomesOf(bounded, place)).toEqual(expected);
          expect(await outcomesOf({ ...bounded, last }, place)).toEqual(expected);
        }),
        { numRuns: rounds('PROPERTY_RUNS', 25), examples: [afterQuiet] },
      );
      const mayBeginLate = ['a count', 'a count of all', 'a maximum', 'different values'];
      if (mayBeginLate.includes(name)) expect(begunLate).toBeGreaterThan(0);
    },
    120_000,
  );
});

/** Minutes after some events, when all of their time has been decided, others of that time come. */
const lateByMinutes = fc
  .record({
    first: fc.array(stepOf(fc.constantFrom('a', 'b')), { minLength: 2, maxLength: 8 }),
    pause: fc.integer({ min: 170_000, max: 400_000 }),
    more: fc.integer({ min: -10_000, max: 20_000 }),
    last: fc.array(stepOf(fc.constantFrom('a', 'a', 'b')), { minLength: 1, maxLength: 4 }),
  })
  .map(({ first, pause, more, last }) => [
    ...first,
    ...last.map((one, place) => ({ ...one, pause: place === 0 ? pause : 100, back: pause + more })),
  ]);

it.each(rules)(
  'are those of a replay of the whole journal where events come minutes late: %s',
  async (_, rule) => {
    await fc.assert(
      fc.asyncProperty(lateByMinutes, fc.integer({ min: 0, max: 20_000 }), async (all, after) => {
        const config = schema.parse({
          data: await journalOf(recordsOf(all)),
          time: { correctFor: '10m', idleAfter: '1m' },
          journal: { tick: '10s' },
        });
        config.rules = [rule];
        const variants = variantsOf(rule);
        const place = { group: rule.by.length === 0 ? '' : 'a', at: begin + after };
        const reach = place.at + ('over' in rule ? rule.over : 0);
        const whole = await byFullReplay([rule, ...variants], { ...place, reach }, config);
        const { last } = await boundsFor(rule, place.group, place.at, config);
        expect(await outcomesOf({ rule, variants, config, last }, place)).toEqual(whole);
      }),
      { numRuns: rounds('PROPERTY_RUNS', 10) },
    );
  },
);
