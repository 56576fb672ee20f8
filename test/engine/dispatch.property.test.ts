import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitsFor } from '../../src/engine/assemble-engine.ts';
import { Dispatch, RunMeter } from '../../src/engine/dispatch.ts';
import { Engine } from '../../src/engine/engine.ts';
import { openPayload } from '../../src/journal/record.ts';
import type { Output } from '../../src/model.ts';
import { EventReader } from '../../src/parsers/event.ts';
import { compileQuery } from '../../src/rules/kql/compile.ts';
import { startRule } from '../../src/rules/rule.ts';
import type { Run } from '../../src/rules/run/run.ts';
import { EventClock } from '../../src/windows/clocks/event-clock.ts';
import { readEvent } from '../support/events.ts';
import { aBatch, aTick, at, configWith, journaled, t } from '../support/journal/records.ts';
import { rounds } from '../support/rounds.ts';
import { type RuleInput, ruleConfig } from '../support/rules/rules.ts';

const texts = ['a', 'b', 'A', '500', '5e2', '-0', 'true', 'null', '10.0.0.1', '10.0.0.0/8', '2023-11', ''];
const fields = ['n', 'http.code', 'source.ip', '@timestamp', 'event.created', 'message', 'log.level', 'tags'];

const written = fc.constantFrom(...texts, 'a*', '*').chain((text) => {
  const quoted = JSON.stringify(text);
  return /^[\w.*-]+$/.test(text) ? fc.constantFrom(text, quoted) : fc.constant(quoted);
});
const field = fc.constantFrom(...fields, 'h*.code');
const one = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(field, written).map(([name, value]) => `${name} : ${value}`) },
  fc
    .tuple(field, written, fc.constantFrom('or', 'and'), written)
    .map(([name, first, word, second]) => `${name} : (${first} ${word} ${second})`),
  written.map((value) => `http : { code : ${value} }`),
  fc.constantFrom('n >= 5', 'log.level >= error', 'n : /a/', 'message : a', '"a"'),
);
const { query } = fc.letrec<{ query: string }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 3, arbitrary: one },
    fc
      .tuple(tie('query'), fc.constantFrom('or', 'and'), tie('query'))
      .map(([left, word, right]) => `(${left} ${word} ${right})`),
    tie('query').map((part) => `not (${part})`),
  ),
}));

const scalar = fc.constantFrom<unknown>(...texts, 500, 0, -0, true, false, null, 'error', 'a b');
const value = fc.oneof({ weight: 3, arbitrary: scalar }, fc.array(scalar, { maxLength: 3 }));
const document = fc.record(
  {
    n: value,
    http: fc.record({ code: value }, { requiredKeys: [] }),
    'http.code': value,
    source: fc.record({ ip: value }),
    event: fc.record({ created: value }),
    message: value,
    log: fc.record({ level: value }),
    tags: value,
  },
  { requiredKeys: [] },
);

/** So few values and so many rules that most fields are worth an index. */
const queries = fc.array(query, { minLength: 1, maxLength: 40 });

describe('looking rules up by what events have', () => {
  it('leaves out no rule whose filter matches, and keeps the order of the rules', () => {
    fc.assert(
      fc.property(queries, fc.array(document, { minLength: 1, maxLength: 20 }), (wheres, documents) => {
        const runs = wheres.map((where) => startRule(ruleConfig({ where })));
        const filters = wheres.map(compileQuery);
        const dispatch = new Dispatch(runs);
        for (const one of documents) {
          const event = readEvent(at(t, one), { timestamp: '@timestamp' });
          const shown = dispatch.runsFor(event).map((run) => runs.indexOf(run));
          expect(shown).toEqual([...new Set(shown)].sort((a, b) => a - b));
          filters.forEach((filter, place) => {
            if (filter(event) && !shown.includes(place)) expect([wheres[place], one]).toBe('shown');
          });
        }
      }),
      { numRuns: rounds('PROPERTY_RUNS', 60) },
    );
  });

  it('puts out what an engine puts out that shows every event to every rule', () => {
    const step = fc.record({ document, after: fc.integer({ min: 0, max: 400 }) });
    fc.assert(
      fc.property(queries, fc.array(step, { minLength: 1, maxLength: 60 }), (wheres, steps) => {
        const rules = wheres.map((where, number): RuleInput => {
          const shape = number % 2 === 0 ? { over: '1s' } : { over: '2s', every: '500ms', by: ['n'] };
          return { name: `rule-${number}`, where, when: '>= 2', lateness: '0s', ...shape };
        });
        const documents = steps.map(({ document: one, after }, place) =>
          at(t + place * 200 + after, { ...one, agent: { id: 'x' } }),
        );
        const records = journaled([
          aBatch(documents),
          ...[1, 2, 3].map((hour) => aTick(t + hour * 3_600_000)),
        ]);
        const all = (engine: Engine): Output[] => records.flatMap((record) => engine.process(record));
        expect(all(engineOf(rules, (run) => run))).toEqual(all(engineOf(rules, withoutKeys)));
      }),
      { numRuns: rounds('PROPERTY_RUNS', 25) },
    );
  });
});

function engineOf(rules: RuleInput[], change: (run: Run) => Run): Engine {
  const { parsers, time, limits, rules: configs } = configWith(rules);
  return new Engine({
    clock: new EventClock(time),
    events: new EventReader({ parsers, time }),
    runs: configs.map((rule) => change(startRule(rule))),
    meter: new RunMeter(),
    open: openPayload,
    downAfter: Number.POSITIVE_INFINITY,
    limits: limitsFor({ limits }),
  });
}

const withoutKeys = (run: Run): Run => Object.defineProperty(run, 'keys', { value: undefined });
