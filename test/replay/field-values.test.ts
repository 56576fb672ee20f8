/** What rules see of a field, over lines as an application writes them. */
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ConfigInput, schema } from '../../src/config/schema/schema.ts';
import { backtest } from '../../src/replay/backtest.ts';
import { aFolder } from '../support/folder.ts';

type RuleInput = NonNullable<ConfigInput['rules']>[number];

/** The names of the rules that raised an alert. They say what the rule is about and are no names for a configuration. */
async function raised(lines: readonly object[], ...rules: RuleInput[]): Promise<string[]> {
  const path = `${aFolder()}/app.log`;
  const timed = lines.map((fields, second) => ({ time: `2026-03-01T08:00:0${second}Z`, ...fields }));
  writeFileSync(path, timed.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const report = await backtest({
    config: schema.parse({ rules: rules.map((rule, place) => ({ ...rule, name: `rule-${place}` })) }),
    inputs: [path],
    receivedAt: Date.parse('2026-03-01T09:00:00Z'),
  });
  return report.rules.flatMap(({ alerts }, place) => (alerts > 0 ? [rules[place]!.name] : []));
}

const matching = (where: string): RuleInput => ({
  name: where,
  kind: 'match',
  where,
  quiet: '1m',
  lateness: '0s',
});
const measuring = (measure: string, when: string): RuleInput => ({
  name: measure,
  measure,
  over: '10s',
  lateness: '0s',
  when,
});

describe('a field without a value in a line', () => {
  const line = {
    exception: null,
    user: null,
    error: { code: null, stack: [] },
    'http.response': { status: null },
    list: [null, { a: null }],
    empty: '',
  };

  it.each([
    'exception: *',
    'user.name: *',
    'error: *',
    'error.code: *',
    'error.stack: *',
    'error: { code: * }',
    'http: *',
    'http.response.status: *',
    'list: *',
    'list.a: *',
    'user.name: * and not user.name: (ann or bob)',
  ])('is absent for %s', async (where) => {
    expect(await raised([line], matching(where), matching(`not (${where})`))).toEqual([`not (${where})`]);
  });

  it('is an empty text, which Elasticsearch finds, too', async () => {
    expect(await raised([line], matching('empty: *'))).toEqual(['empty: *']);
  });

  it('adds nothing to a measure, and has no group', async () => {
    const rules = ['sum(exception)', 'distinct(exception)', 'distinct(error.stack)'];
    expect(await raised([line, line], ...rules.map((measure) => measuring(measure, '> 0')))).toEqual([]);
  });
});

describe('a level in a line', () => {
  it.each([
    'log.level: ERROR',
    'log.level: error',
    'log.level: Error',
    'log.level: severe',
    'log.level: (ERROR or FATAL)',
    'log.level: ERR*',
    'log.level >= ERROR',
    'log: { level: ERROR }',
    'not log.level: INFO',
  ])('is found by %s', async (where) => {
    for (const level of ['ERROR', 'err', 'SEVERE'])
      expect(await raised([{ level }], matching(where)), level).toEqual([where]);
  });

  it('is no change and no new value under another name', async () => {
    const lines = ['error', 'ERROR', 'Severe', 'err'].map((level) => ({ level }));
    const change: RuleInput = { name: 'c', kind: 'change', field: 'log.level', quiet: '1m', lateness: '0s' };
    const newTerm: RuleInput = { ...change, name: 'n', kind: 'new-term', warmUp: '1s' };
    expect(await raised(lines, change, newTerm, measuring('distinct(log.level)', '> 1'))).toEqual([]);
    expect(await raised([...lines, { level: 'FATAL' }], change, newTerm)).toEqual(['c', 'n']);
  });
});

describe('a field with several values', () => {
  const line = { v: [5, 25], tags: ['a', 'b'] };

  it.each([
    ['max(v)', '== 25'],
    ['min(v)', '== 5'],
    ['avg(v)', '== 15'],
    ['sum(v)', '== 30'],
    ['percentile(v, 90)', '>= 24'],
    ['distinct(tags)', '== 2'],
    ['share(v >= 25)', '== 1'],
    ['count', '== 1'],
  ])('adds each to %s', async (measure, when) => {
    expect(await raised([line], measuring(measure, when))).toEqual([measure]);
  });

  it('adds each to the kinds that count values', async () => {
    const common = { over: '10s', lateness: '0s' };
    const cardinality: RuleInput = { name: 'card', kind: 'cardinality', field: 'tags', max: 1, ...common };
    const normal = (statistic: 'max' | 'min', bounds: object): RuleInput => {
      return { name: statistic, kind: 'normal', statistic, bounds: { v: bounds }, ...common };
    };
    const rules = [cardinality, normal('max', { max: 20 }), normal('min', { min: 6 })];
    expect(await raised([line], ...rules)).toEqual(['card', 'max', 'min']);
  });

  it('is no change in another order, and one with another value', async () => {
    const change: RuleInput = { name: 'c', kind: 'change', field: 'tags', quiet: '1m', lateness: '0s' };
    expect(await raised([{ tags: ['a', 'b'] }, { tags: ['b', 'a'] }], change)).toEqual([]);
    expect(await raised([{ tags: ['a', 'b'] }, { tags: ['b', 'c'] }], change)).toEqual(['c']);
  });
});
