import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analysisOf } from '../../src/engine/analysis.ts';
import { assembleEngine } from '../../src/engine/assemble-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { swapAnalysis } from '../../src/engine/swap.ts';
import { keptState } from '../../src/readers/analyser/engine-metrics.ts';
import { aBatch, aTick, configWith, engineWith, t } from '../support/journal/records.ts';
import { rounds } from '../support/rounds.ts';
import type { AnyInput } from '../support/rules/rules.ts';

const by = { by: ['host.name'], lateness: '0s' };
const rulesOfAllKinds: AnyInput[] = [
  { name: 'counted', ...by, over: '1s', every: '100ms', when: '>= 2' },
  { name: 'recorded', ...by, over: '1s', measure: 'avg(n)', when: '> 5' },
  { name: 'silent', kind: 'absence', ...by, every: '2s', forget: '10s' },
  { name: 'new', kind: 'new-term', ...by, field: 'path', warmUp: '1s', remember: '20s', quiet: '2s' },
  { name: 'changed', kind: 'change', ...by, field: 'path', forget: '10s', quiet: '2s' },
  { name: 'spiking', kind: 'spike', ...by, over: '1s' },
  { name: 'normal', kind: 'baseline', ...by, over: '1s', forget: '10s' },
];

let position = 0;

/** Feeds an event of each of these hosts, so many milliseconds apart. */
function feed(engine: Engine, hosts: number[], { apart = 1, from = t, path = '/a' } = {}) {
  const documents = hosts.map((host, place) => ({
    '@timestamp': new Date(from + place * apart).toISOString(),
    ...{ agent: { id: 'x' }, n: 9, path: `${path}${host % 3}`, host: { name: `h${host}` } },
  }));
  position += 1;
  return engine.process({ ...aBatch(documents), position });
}

const upTo = (count: number, first = 0) => Array.from({ length: count }, (_, index) => first + index);

/** What a run that was restored from the engine's snapshot keeps of the shared limits. */
function restored(engine: Engine, rules: AnyInput[], limits: { groups?: number; values?: number }) {
  const again = engineWith(rules, { limits });
  again.restore(structuredClone(engine.snapshot()));
  return again;
}

const usedOf = ({ limits }: Engine) => [limits.groups.used, limits.values.used];

describe('the limits of all rules together', () => {
  it('bound the groups of rules of all kinds', () => {
    const engine = engineWith(rulesOfAllKinds, { limits: { groups: 200 } });
    feed(engine, upTo(1_000));
    const kept = engine.rules.reduce((sum, run) => sum + run.kept.groups, 0);
    // Each rule may keep 100, and the group `_other`.
    const most = 200 + 101 * rulesOfAllKinds.length;
    expect(kept).toBeLessThanOrEqual(most);
    expect(engine.limits.groups.used).toBeLessThanOrEqual(most);
    for (const run of engine.rules) expect(run.kept.overflowed, run.name).toBeGreaterThanOrEqual(800);
  });

  it('make room when groups are gone', () => {
    const [rule] = rulesOfAllKinds;
    const engine = engineWith([rule!], { limits: { groups: 150 } });
    feed(engine, upTo(200));
    expect(engine.rules[0]!.kept.overflowed).toBe(50);
    // The first event after the pause comes before the clock has moved on.
    feed(engine, [1_000], { from: t + 3_600_000 });
    const { overflowed } = engine.rules[0]!.kept;
    feed(engine, upTo(140, 2_000), { from: t + 3_600_001 });
    expect(engine.rules[0]!.kept.overflowed).toBe(overflowed);
  });

  it('do not concern rules whose groups are few', () => {
    const engine = engineWith(rulesOfAllKinds);
    feed(engine, upTo(100));
    for (const { kept } of engine.rules) expect(kept).toMatchObject({ overflowed: 0, forgotten: 0 });
    expect(keptState(engine).exceeded).toEqual([]);
  });

  it('are told with what exceeded them, and leave rules with few groups alone', () => {
    const engine = engineWith([rulesOfAllKinds[0]!, { name: 'all' }], { limits: { groups: 10 } });
    feed(engine, upTo(130));
    expect(keptState(engine)).toEqual({
      ...{ late: 0, corrected: 0 },
      groups: { kept: 102, limit: 10 },
      values: { kept: 0, limit: 1_000_000 },
      sources: { kept: 1, limit: 100_000, forgotten: 0 },
      corrections: { kept: engine.memory!.used, limit: engine.memory!.limit, needed: 0, forgotten: 0 },
      exceeded: [{ rule: 'counted', overflowed: 30, forgotten: 0 }],
    });
  });

  it('count the same after a restart, whatever happened', () =>
    fc.assert(
      fc.property(
        fc.array(fc.record({ hosts: fc.array(fc.nat(300), { maxLength: 200 }), apart: fc.nat(100) }), {
          maxLength: 8,
        }),
        fc.integer({ min: 1, max: 900 }),
        fc.integer({ min: 1, max: 200 }),
        (batches, groups, values) => {
          const limits = { groups, values };
          const engine = engineWith(rulesOfAllKinds, { limits });
          let from = t;
          for (const { hosts, apart } of batches) {
            feed(engine, hosts, { apart, from, path: `/${from % 5}` });
            from += hosts.length * apart;
          }
          const again = restored(engine, rulesOfAllKinds, limits);
          expect(usedOf(again)).toEqual(usedOf(engine));
          expect(again.rules.map(({ kept }) => kept.overflowed)).toEqual(
            engine.rules.map(({ kept }) => kept.overflowed),
          );
          const next = { from: from + 1, apart: 50 };
          const outputs = feed(engine, upTo(50), next);
          position -= 1;
          expect(feed(again, upTo(50), next)).toEqual(outputs);
          expect(again.process({ ...aTick(from + 60_000), position })).toEqual(
            engine.process({ ...aTick(from + 60_000), position }),
          );
          expect(usedOf(again)).toEqual(usedOf(engine));
        },
      ),
      { numRuns: rounds('PROPERTY_RUNS', 40) },
    ));

  it('have everything back when all rules are removed', () => {
    const from = configWith(rulesOfAllKinds, { limits: { groups: 100, values: 10 } });
    const engine = assembleEngine(from);
    feed(engine, upTo(300), { apart: 20 });
    expect(engine.limits.groups.used).toBeGreaterThanOrEqual(100);
    swapAnalysis(engine, analysisOf(from), analysisOf({ ...from, rules: [] }));
    expect(usedOf(engine)).toEqual([0, 0]);
  });

  it('stay with rules that a reload does not change', () => {
    const from = configWith(rulesOfAllKinds, { limits: { groups: 100 } });
    const engine = assembleEngine(from);
    feed(engine, upTo(300), { apart: 20 });
    const used = usedOf(engine);
    const next = configWith([...rulesOfAllKinds, { name: 'more' }], { limits: { groups: 100 } });
    swapAnalysis(engine, analysisOf(from), analysisOf(next));
    expect(usedOf(engine)).toEqual(used);
  });

  it('may be changed by a reload, and keep what there is', () => {
    const from = configWith(rulesOfAllKinds, { limits: { groups: 100 } });
    const engine = assembleEngine(from);
    feed(engine, upTo(300));
    const groups = engine.rules.map(({ kept }) => kept.groups);
    const [used] = usedOf(engine);
    const next = configWith(rulesOfAllKinds, { limits: { groups: 50_000 } });
    swapAnalysis(engine, analysisOf(from), analysisOf(next));
    expect(engine.limits.groups).toMatchObject({ limit: 50_000, used });
    expect(engine.rules.map(({ kept }) => kept.groups)).toEqual(groups);
    const { overflowed } = engine.rules[0]!.kept;
    feed(engine, upTo(300), { from: t + 300 });
    expect(engine.rules[0]!.kept.overflowed).toBe(overflowed);
  });

  it('are none for an analysis of an earlier version, which lies on a disk', () => {
    const { limits: _, ...earlier } = analysisOf(configWith(rulesOfAllKinds));
    const engine = assembleEngine(earlier as ReturnType<typeof analysisOf>);
    feed(engine, upTo(100));
    expect(engine.limits.groups.limit).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the limit of values', () => {
  const learning: AnyInput = {
    ...{ name: 'new', kind: 'new-term', field: 'path', warmUp: '1s', quiet: '1s' },
    ...by,
  };

  it('makes a rule forget the values that were not seen for longest', () => {
    const engine = engineWith([learning], { limits: { values: 120 } });
    feed(engine, upTo(150), { apart: 1_000 });
    feed(engine, [1], { from: t + 200_000, path: '/z' });
    feed(engine, [1], { from: t + 210_000, path: '/z' });
    const state = JSON.stringify(engine.snapshot());
    const { used } = engine.limits.values;
    expect(used).toBeGreaterThan(100);
    expect(used).toBeLessThanOrEqual(120);
    expect(engine.rules[0]!.kept.forgotten).toBe(151 - used);
    // The last event of h149 came last, that of h0 first.
    const valuesOf = (host: string) => state.split(`["${host}",[[`).at(-1)!.split(']]')[1];
    expect(valuesOf('h149')).toContain('"/a2"');
    expect(valuesOf('h0')).not.toContain('"/a');
    expect(keptState(engine).exceeded).toEqual([
      { rule: 'new', overflowed: 0, forgotten: engine.rules[0]!.kept.forgotten },
    ]);
  });

  it('is one for all rules', () => {
    const rules = [learning, { ...learning, name: 'other', field: 'n' }] as AnyInput[];
    const engine = engineWith(rules, { limits: { values: 250 } });
    feed(engine, upTo(200), { apart: 1_000 });
    feed(engine, [1], { from: t + 300_000 });
    feed(engine, [1], { from: t + 301_000 });
    expect(engine.limits.values.used).toBeGreaterThan(200);
    expect(engine.limits.values.used).toBeLessThanOrEqual(250);
    expect(engine.rules.every(({ kept }) => kept.forgotten > 0)).toBe(true);
  });
});

describe('the limit of sources', () => {
  const rules: AnyInput[] = [{ name: 'all' }];
  const shipped = (engine: Engine, first: number, count: number) => {
    for (let agent = first; agent < first + count; agent += 1) {
      position += 1;
      const document = { '@timestamp': new Date(t + agent).toISOString(), agent: { id: `a${agent}` }, n: 1 };
      engine.process({ ...aBatch([document]), position, receivedAt: t + agent });
    }
  };

  it('bounds the sources that the event clock knows, and is told with what it forgot', () => {
    const engine = engineWith(rules, { limits: { sources: 20 } });
    shipped(engine, 0, 50);
    const { kept, limit, forgotten } = keptState(engine).sources!;
    expect(limit).toBe(20);
    expect(kept).toBeLessThanOrEqual(20);
    expect(kept + forgotten).toBe(50);
    const again = engineWith(rules, { limits: { sources: 20 } });
    again.restore(structuredClone(engine.snapshot()));
    expect(keptState(again).sources).toEqual({ kept, limit, forgotten });
  });

  it('changes in a reload, and what rules counted stays', () => {
    const from = analysisOf(configWith(rules, { limits: { sources: 50 } }));
    const engine = assembleEngine(from);
    shipped(engine, 0, 40);
    const {
      groups,
      rules: runs,
      clock,
    } = { groups: engine.limits.groups, rules: engine.rules, clock: engine.clock.now };
    swapAnalysis(engine, from, analysisOf(configWith(rules, { limits: { sources: 10 } })));
    expect([engine.limits.groups, engine.rules[0], engine.clock.now]).toEqual([groups, runs[0], clock]);
    shipped(engine, 40, 1);
    expect(keptState(engine).sources).toEqual({ kept: 9, limit: 10, forgotten: 32 });
  });
});

describe('values that a rule forgot early', () => {
  const learning: AnyInput = {
    ...{ name: 'new', kind: 'new-term', field: 'path', warmUp: '0s', remember: '1h', quiet: '10s' },
    ...{ lateness: '0s', maxTerms: 2 },
  };
  const minute = 60_000;

  /** Starts of alerts, in minutes, about values that come a minute apart, and about one that comes late. */
  function play(late: number, { restarts = false } = {}) {
    let engine = engineWith([learning]);
    const starts = new Map<string, number>();
    const one = (at: number, path: string) => {
      for (const output of [
        ...feed(engine, [0], { from: t + at * minute, path }),
        ...engine.process({ ...aTick(t + 8 * minute), position: ++position }),
      ]) {
        if (output.kind !== 'episode') continue;
        if (output.episode.withdrawn) starts.delete(output.episode.id);
        else starts.set(output.episode.id, (output.episode.start - t) / minute);
      }
    };
    for (let at = 0; at < 5; at += 1) one(at, `/v${at}`);
    if (restarts) engine = restored(engine, [learning], {});
    one(late, '/late');
    one(8, '/v4');
    one(9, '/v4');
    return { starts: [...starts.values()].sort(), run: engine.rules[0]! };
  }

  it.each([false, true])(
    'keep the alerts that they raised when an earlier event is late (restart: %s)',
    (restarts) => {
      const { starts, run } = play(-1, { restarts });
      expect(starts).toEqual([0, 1, 2, 3, 4]);
      expect([run.late, run.corrected]).toEqual([1, 0]);
    },
  );

  it('do not keep later events from being counted when they are late', () => {
    const { starts, run } = play(3.5);
    expect(starts).toEqual([0, 1, 2, 3, 3.5, 4]);
    expect([run.late, run.corrected]).toEqual([0, 1]);
  });
});
