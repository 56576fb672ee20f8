import { describe, expect, it } from 'vitest';
import { aBatch, at, engineWith, t } from '../support/journal/records.ts';
import { rounds } from '../support/rounds.ts';
import type { RuleInput } from '../support/rules/rules.ts';

const maxGroups = 1_000;
const slack = 10_000;
/** Twenty-five times those that are watched, and twice what may be kept; a million shows no more, and takes longer. */
const groups = rounds('MANY_GROUPS_RUNS', 25) * 1_000;

/** Feeds events of as many hosts, each a few times, a millisecond apart; returns the most that was kept. */
function kept(rule: Partial<RuleInput>, hosts: number, events = 1) {
  const engine = engineWith([{ name: 'r', by: ['host.name'], lateness: '0s', maxGroups, ...rule }]);
  const most = { groups: 0, states: 0, fields: 0, samples: 0 };
  const [run] = engine.rules;
  for (let host = 0; host < hosts; host += 1000) {
    const documents = Array.from({ length: 1000 * events }, (_, index) => {
      const number = host + Math.floor(index / events);
      return `{"@timestamp":${t + number},"n":9,"agent":{"id":"x"},"host":{"name":"h${number}"}}`;
    });
    engine.process({ ...aBatch(documents, { receivedAt: t + host + 1000 }), position: host / 1000 + 1 });
    const now = run!.kept;
    for (const name of Object.keys(most) as (keyof typeof most)[])
      most[name] = Math.max(most[name], now[name]);
  }
  return { engine, most };
}

describe('a rule over more groups than it may watch', () => {
  it('stays small, whatever the number of groups', () => {
    const before = process.memoryUsage().heapUsed;
    const { engine, most } = kept({ over: '1s', when: '>= 2' }, groups);
    expect(most.groups).toBeLessThanOrEqual(maxGroups + 1);
    expect(most.fields).toBeLessThanOrEqual(maxGroups + slack);
    expect(most.samples).toBeLessThanOrEqual(3 * maxGroups + slack);
    expect(JSON.stringify(engine.snapshot()).length).toBeLessThan(10 * 2 ** 20);
    globalThis.gc?.();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(200 * 2 ** 20);
  });

  it('stays small where windows slide, though many of them move on between two looks for what to forget', () => {
    const { most } = kept({ over: '1s', every: '10ms', when: '>= 2' }, 25_000);
    expect(most.fields).toBeLessThanOrEqual(maxGroups + slack);
    expect(most.samples).toBeLessThanOrEqual(3 * maxGroups + slack);
  });

  it('remembers only so many alerts at rest, however long the cooldown', () => {
    const { most, engine } = kept({ over: '100ms', when: '>= 2', cooldown: '24h' }, 20_000, 2);
    expect(most.states).toBeGreaterThan(maxGroups);
    expect(most.states).toBeLessThanOrEqual(2 * maxGroups + slack);
    expect(engine.openAlerts).toBeLessThanOrEqual(maxGroups + 1);
  });

  it('holds no more alerts open than groups, though each stays open without data', () => {
    const { most, engine } = kept({ over: '10ms', measure: 'avg(n)', when: '> 5' }, 20_000);
    expect(engine.openAlerts).toBeGreaterThan(maxGroups / 2);
    expect(engine.openAlerts).toBeLessThanOrEqual(maxGroups + 1);
    expect(most.groups).toBeLessThanOrEqual(maxGroups + 1);
  });

  it('counts those that it may not watch together, so that they are seen', () => {
    const { engine } = kept({ over: '10s' }, 10_000);
    const outputs = engine.process({
      ...aBatch([at(t + 10_000, { agent: { id: 'x' } })], { receivedAt: t + 10_000 }),
      position: 100,
    });
    const other = outputs.flatMap((output) =>
      output.kind === 'window' && output.window.group === '_other' ? [output.window.count] : [],
    );
    expect(other).toEqual([9_000]);
  });
});
