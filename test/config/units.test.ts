import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load/load.ts';
import type { Config } from '../../src/config/schema/schema.ts';
import { printQuery } from '../../src/rules/kql/ast.ts';
import { compileQuery } from '../../src/rules/kql/compile.ts';
import { parseQuery } from '../../src/rules/kql/parser.ts';
import { ruleProblems } from '../../src/rules/problems.ts';
import { inUnitOf } from '../../src/util/figures.ts';

type Threshold = Extract<Config['rules'][number], { kind: 'threshold' }>;
const ruleOf = (rule: string) => {
  const readFile = () => `rules: [{ name: a, over: 1m, ${rule} }]`;
  return loadConfig({ path: 'logboom.yml', env: {}, readFile, checks: [ruleProblems] });
};

describe('amounts with a unit', () => {
  it.each([
    ['event.duration', '2s', 2e9],
    ['event.duration', '250ms', 2.5e8],
    ['event.duration', '1.5s', 1.5e9],
    ['event.duration', '1m30s', 9e10],
    ['took_ms', '2s', 2_000],
    ['db.took.us', '3ms', 3_000],
    ['elapsed_seconds', '90s', 90],
    ['elapsed_seconds', '2m', 120],
    ['http.response.bytes', '5mb', 5 * 1024 * 1024],
    ['http.response.bytes', '64KB', 65_536],
    ['event.duration', '2', undefined],
    ['event.duration', '2 apples', undefined],
    ['event.duration', '5mb', undefined],
    ['http.response.bytes', '5s', undefined],
    ['shop.price', '2s', undefined],
  ])('%s: %s is %s', (field, text, value) => {
    expect(inUnitOf(field, text)).toBe(value);
  });
});

describe('conditions of rules', () => {
  it.each([
    ['percentile(event.duration, 95)', '>= 1.5s', '>= 1500000000'],
    ['max(event.duration)', 'outside 10ms..2s', 'outside 10000000..2000000000'],
    ['sum(http.response.bytes)', '> 5mb', '> 5242880'],
    ['avg(took_ms)', '< 2s', '< 2000'],
    ['max(event.duration)', '> 2000000000', '> 2000000000'],
  ])('%s %s is %s', (measure, when, converted) => {
    const { config, problems } = ruleOf(`measure: "${measure}", when: "${when}"`);
    expect(problems).toEqual([]);
    expect((config!.rules[0] as Threshold).when).toBe(converted);
  });

  it('convert the recovery as well', () => {
    const { config } = ruleOf('measure: max(event.duration), when: "> 2s", recover: "< 800ms"');
    expect((config!.rules[0] as Threshold).recover).toBe('< 800000000');
  });

  it.each([
    ['max(shop.price)', '> 2s'],
    ['max(event.duration)', '> 5mb'],
    ['count', '> 2s'],
    ['distinct(event.duration)', '> 2s'],
  ])('refuse a unit that the values of %s do not have: %s', (measure, when) => {
    const { problems } = ruleOf(`measure: "${measure}", when: "${when}"`);
    expect(problems).toMatchObject([{ path: 'rules[0].when', value: `"${when}"` }]);
  });
});

describe('ranges in queries', () => {
  it('have the unit of their field, so that Kibana and Elasticsearch read them too', () => {
    expect(printQuery(parseQuery('event.duration > 2s and http.response.bytes <= 1kb'))).toBe(
      'event.duration > 2000000000 and http.response.bytes <= 1024',
    );
  });

  it('refuse a unit where the field has none: the comparison would be one of texts', () => {
    expect(() => compileQuery('shop.price > 2s')).toThrow(
      'shop.price has no unit that logboom knows, so "2s" would be compared as text',
    );
  });

  it.each(['version > 2.1', 'name > b', 'user.name >= 5x', 'log.level > info'])('leave %s alone', (query) => {
    expect(printQuery(parseQuery(query))).toBe(query);
  });
});
