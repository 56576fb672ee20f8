import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RuleConfig } from '../../src/config/schema/rules.ts';
import type { Output } from '../../src/model.ts';
import { startRule } from '../../src/rules/rule.ts';
import { rounds } from '../support/rounds.ts';
import { ruleConfig, ruleOfKind } from '../support/rules/rules.ts';
import { event } from '../support/rules/runs.ts';

const windows = { over: '2s', every: '500ms', lateness: '1s', by: ['host.name'] };
const rules: RuleConfig[] = [
  ruleConfig({ ...windows, when: '>= 3', cooldown: '5s' }),
  ruleConfig({ ...windows, when: '>= 2', recover: '< 1', keepActiveFor: '3s', record: false }),
  ruleConfig({ ...windows, when: '>= 2', for: '1s', every: '2s', maxGroups: 2 }),
  ruleConfig({ ...windows, when: '< 2' }),
  ruleConfig({ ...windows, measure: 'avg(n)', when: '> 3', minCount: 2, noData: 'hold' }),
  ruleConfig({ ...windows, measure: 'max(n)', when: 'outside 1..4' }),
  ruleOfKind('match', { by: ['host.name'], quiet: '2s' }),
  ruleOfKind('cardinality', { ...windows, field: 'n', max: 1 }),
];

const steps = fc.array(
  fc.record({
    after: fc.integer({ min: 0, max: 1500 }),
    back: fc.integer({ min: 0, max: 1000 }),
    host: fc.constantFrom('a', 'b', 'c'),
    n: fc.integer({ min: 0, max: 5 }),
  }),
  { minLength: 1, maxLength: 60 },
);
type Steps = typeof steps extends fc.Arbitrary<infer T> ? T : never;

function play(config: RuleConfig, all: Steps, watched: boolean) {
  const run = startRule(config, undefined, watched ? { observed: () => {} } : undefined);
  const outputs: Output[] = [];
  let seconds = 0;
  for (const { after, back, host, n } of all) {
    seconds += after / 1000;
    const one = event(seconds - back / 1000, { 'host.name': host, n });
    run.advance(event(seconds).time, outputs);
    run.add(one, outputs, true);
  }
  run.advance(event(seconds + 100).time, outputs);
  return { outputs, closed: run.closed, snapshot: run.snapshot() };
}

describe('calm windows that nobody looks at', () => {
  it.each(rules.map((config) => [config.kind, JSON.stringify(config), config] as const))(
    'change nothing: a %s that is watched puts out the same (%s)',
    (_, __, config) => {
      fc.assert(
        fc.property(steps, (all) => {
          expect(play(config, all, false)).toEqual(play(config, all, true));
        }),
        { numRuns: rounds('PROPERTY_RUNS', 30) },
      );
    },
  );
});
