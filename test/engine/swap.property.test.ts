import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RuleConfig } from '../../src/config/schema/rules.ts';
import type { Config } from '../../src/config/schema/schema.ts';
import { assembleEngine } from '../../src/engine/assemble-engine.ts';
import { swapAnalysis } from '../../src/engine/swap.ts';
import type { JournalRecord, Output } from '../../src/model.ts';
import { aBatch, aTick, at, configWith, journaled, t } from '../support/journal/records.ts';
import { rounds } from '../support/rounds.ts';
import { type RuleInput, ruleOfKind } from '../support/rules/rules.ts';

/** Rules that stay, of every kind that remembers something of its own. */
const staying: RuleInput[] = [
  { name: 'early', over: '1s', every: '10ms', lateness: '100ms', when: '>= 3', cooldown: '2s' },
  { name: 'held', over: '1s', every: '500ms', lateness: '300ms', when: '>= 2', for: '1s' },
  { name: 'kept', measure: 'sum(n)', over: '2s', every: '1s', when: '> 6', recover: '< 3' },
  { name: 'grouped', by: ['host.name'], over: '1s', lateness: '0s', when: '>= 2', keepActiveFor: '2s' },
];
const others: RuleConfig[] = [
  ruleOfKind('absence', { name: 'gone', by: ['host.name'], every: '2s', lateness: '0s' }),
  ruleOfKind('change', { name: 'changes', by: ['host.name'], field: 'n', quiet: '3s', lateness: '200ms' }),
  ruleOfKind('new-term', { name: 'new', field: 'n', warmUp: '1s', quiet: '2s', lateness: '0s' }),
  ruleOfKind('spike', { name: 'spikes', over: '1s', minBefore: 1, ratio: 2, lateness: '0s' }),
];
/** What comes, goes and changes beside them. */
const passing: RuleInput[] = [
  { name: 'p', over: '1s', when: '>= 1' },
  { name: 'p', over: '2s', when: '>= 2' },
  { name: 'q', by: ['host.name'], over: '1s', lateness: '0s', when: '>= 1' },
];

function configOf(chosen: readonly boolean[], severity: 'high' | 'low'): Config {
  const config = configWith([
    ...passing.filter((rule, index) => chosen[index] && !(rule.over === '2s' && chosen[0])),
    ...staying.map((rule) => ({ ...rule, severity })),
  ]);
  return { ...config, rules: [...config.rules, ...others.map((rule) => ({ ...rule, severity }))] };
}

const record = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(
      fc.record({
        after: fc.integer({ min: 0, max: 400 }),
        n: fc.integer({ min: 0, max: 5 }),
        host: fc.constantFrom('a', 'b', 'c'),
      }),
      { minLength: 1, maxLength: 8 },
    ),
  },
  { weight: 1, arbitrary: fc.constant(undefined) },
);

/** Events of the last moments, and ticks, a quarter of a second apart as while a window waits. */
function recordsOf(all: ({ after: number; n: number; host: string }[] | undefined)[]): JournalRecord[] {
  return journaled(
    all.map((events, index) => {
      const receivedAt = t + index * 250;
      if (!events) return aTick(receivedAt);
      const documents = events.map(({ after, n, host }) =>
        at(receivedAt - after, { n, agent: { id: 'x' }, host: { name: host } }),
      );
      return aBatch(documents, { receivedAt });
    }),
  );
}

const names = new Set([...staying, ...others].map(({ name }) => name));
/** The transitions of the rules that stay, without how they are told. */
const lasting = (outputs: Output[]) =>
  outputs.flatMap((output) => {
    if (output.kind !== 'transition' || !names.has(output.transition.rule)) return [];
    const { severity: _, ...transition } = output.transition;
    return [transition];
  });

const reload = fc.record({
  chosen: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  severity: fc.constantFrom('high' as const, 'low' as const),
});

describe('reloads at any points', () => {
  it('leave the transitions of unchanged rules as they are without any', () => {
    const run = fc.property(
      fc.array(record, { minLength: 5, maxLength: 60 }),
      fc.array(fc.option(reload, { freq: 3 }), { minLength: 60, maxLength: 60 }),
      (all, reloads) => {
        const records = recordsOf(all);
        const first = configOf([false, false, false], 'high');
        const plain = assembleEngine(first);
        const expected = lasting(records.flatMap((one) => plain.process(one)));

        const engine = assembleEngine(first);
        let config = first;
        const outputs = records.flatMap((one, index) => {
          const put = engine.process(one);
          const next = reloads[index];
          if (!next) return put;
          const to = configOf(next.chosen, next.severity);
          put.push(...swapAnalysis(engine, config, to));
          config = to;
          return put;
        });
        expect(lasting(outputs)).toEqual(expected);
        for (const rule of engine.rules.filter(({ name }) => names.has(name))) {
          const other = plain.rules.find(({ name }) => name === rule.name)!;
          expect([rule.late, rule.openAlerts, rule.waiting]).toEqual([
            other.late,
            other.openAlerts,
            other.waiting,
          ]);
        }
      },
    );
    fc.assert(run, { numRuns: rounds('PROPERTY_RUNS', 20) });
  });

  it('leave no episode of a rule that went open', () => {
    const run = fc.property(
      fc.array(record, { minLength: 5, maxLength: 40 }),
      fc.array(fc.option(reload), { minLength: 40, maxLength: 40 }),
      (all, reloads) => {
        const engine = assembleEngine(configOf([true, true, true], 'high'));
        let config = configOf([true, true, true], 'high');
        const outputs = recordsOf(all).flatMap((one, index) => {
          const put = engine.process(one);
          const next = reloads[index];
          const to = next ? configOf(next.chosen, next.severity) : config;
          put.push(...swapAnalysis(engine, config, to));
          config = to;
          return put;
        });
        const none = { ...config, rules: [] };
        outputs.push(...swapAnalysis(engine, config, none));

        const revisions = new Map<string, { revision: number; status: string }>();
        for (const output of outputs) {
          if (output.kind !== 'episode') continue;
          const { id, revision, status } = output.episode;
          expect(revision).toBe((revisions.get(id)?.revision ?? 0) + 1);
          revisions.set(id, { revision, status });
        }
        expect([...revisions.values()].filter(({ status }) => status !== 'inactive')).toEqual([]);
        const ids = outputs.flatMap((output) => (output.kind === 'transition' ? [output.transition.id] : []));
        expect(new Set(ids).size).toBe(ids.length);
      },
    );
    fc.assert(run, { numRuns: rounds('PROPERTY_RUNS', 20) });
  });
});
