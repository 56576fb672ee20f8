import { pack, unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import type { RuleConfig } from '../../../src/config/schema/rules.ts';
import { startRule } from '../../../src/rules/rule.ts';
import { SnapshotError } from '../../../src/util/snapshot.ts';
import { ruleConfig, ruleOfKind } from '../../support/rules/rules.ts';
import { event, play, type Step } from '../../support/rules/runs.ts';

const every: Record<RuleConfig['kind'], RuleConfig> = {
  threshold: ruleConfig({ by: ['host.name'], over: '10s', when: '>= 2' }),
  match: ruleOfKind('match', { by: ['host.name'], where: 'n: *', quiet: '1m' }),
  absence: ruleOfKind('absence', { by: ['host.name'], every: '10s' }),
  spike: ruleOfKind('spike', { by: ['host.name'], over: '10s', minBefore: 1 }),
  change: ruleOfKind('change', { by: ['host.name'], field: 'n', quiet: '1m' }),
  'new-term': ruleOfKind('new-term', { by: ['host.name'], field: 'n', quiet: '1m', warmUp: '1s' }),
  cardinality: ruleOfKind('cardinality', { by: ['host.name'], field: 'n', over: '10s', max: 1 }),
  normal: ruleOfKind('normal', { by: ['host.name'], bounds: { n: { max: 3 } }, over: '10s' }),
  baseline: ruleOfKind('baseline', { by: ['host.name'], over: '10s', warmUp: 2 }),
  slo: ruleOfKind('slo', {
    ...{ by: ['host.name'], slo: '90%', bad: 'n: 1', over: '10s', period: '10m' },
    burnRates: [{ rate: 1, over: '30s', short: '10s', severity: 'high' }],
  }),
};
const kinds = Object.entries(every);

const steps: Step[] = Array.from({ length: 60 }, (_, n) =>
  event(n, { 'host.name': `web-${n % 2}`, n: n % 7, 'agent.id': 'a' }),
);
const stored = (config: RuleConfig) => unpack(pack(play(config, steps).run.snapshot()));

interface Stored {
  state?: Stored;
  book?: Stored;
  alerts?: Stored;
  states?: [string, { status: unknown }][];
}
/** The state in a snapshot: in its envelope from version 2 on. */
const stateOf = (snapshot: Stored): Stored => snapshot.state ?? snapshot;

describe.each(kinds)('the snapshot of a rule of kind %s', (_, config) => {
  it('restores to the same snapshot', () => {
    const saved = stored(config);
    const run = startRule(config);
    run.restore(structuredClone(saved));
    expect(unpack(pack(run.snapshot()))).toEqual(saved);
  });

  it('is refused where one of its values is spoilt', () => {
    const places = Object.keys(stateOf(stored(config)));
    expect(places.length).toBeGreaterThan(1);
    for (const place of places) {
      const saved = stored(config);
      Object.assign(stateOf(saved), { [place]: { spoilt: true } });
      expect(() => startRule(config).restore(saved), place).toThrow();
    }
  });

  it('is refused where the state of an alert has no status', () => {
    const saved = stored(config);
    const run = stateOf(saved);
    const book = run.book ?? stateOf(run.alerts!).book;
    stateOf(book!).states = [['web-0', { status: 'asleep' }]];
    const restore = () => startRule(config).restore(saved);
    expect(restore).toThrow(SnapshotError);
    expect(restore).toThrow('The alerts of a rule cannot go on from this snapshot: at states[0][1].status');
  });

  it.each([null, 7, 'text', []])('is refused where it is %j', (nonsense) => {
    expect(() => startRule(config).restore(nonsense as object)).toThrow(SnapshotError);
  });
});
