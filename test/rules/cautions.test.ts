import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load/load.ts';
import { ruleCautions } from '../../src/rules/cautions.ts';
import { contradictionIn } from '../../src/rules/kql/contradiction.ts';
import { parseQuery } from '../../src/rules/kql/parser.ts';
import { load } from '../support/config.ts';

const cautionsOf = (yaml: string) => {
  const { config, problems } = load({ yaml });
  expect(problems).toEqual([]);
  return ruleCautions(config!);
};

describe('a query that contradicts itself', () => {
  it.each([
    ['a: 1 and not a: 1', 'it asks for `a: 1` and excludes it'],
    ['a: 404 and a: 500', 'no single value of a is both `a: 404` and `a: 500`'],
    ['a >= 500 and a < 400', 'no single value of a is both `a >= 500` and `a < 400`'],
    ['a > 5 and a <= 5', 'no single value of a is both `a > 5` and `a <= 5`'],
    ['a: (1 or 2) and b: x and a: 3', 'no single value of a is both `(a: 1 or a: 2)` and `a: 3`'],
    ['a: 404 and (b: 1 and a >= 500)', 'no single value of a is both `a: 404` and `a >= 500`'],
    ['a: 1 and not a: *', 'it asks for `a: 1` and for `not a: *`'],
    [
      'log.level: error and log.level < warn',
      'no single value of log.level is both `log.level: error` and `log.level < warn`',
    ],
    ['(a: 1 and a: 2) or (b: 1 and b: 2)', 'no single value of a is both `a: 1` and `a: 2`'],
    ['x: { a: 1 and a: 2 }', 'no single value of x.a is both `a: 1` and `a: 2`'],
  ])('%s: %s', (query, words) => {
    expect(contradictionIn(parseQuery(query))).toBe(words);
  });

  it.each([
    'a: 404 and not a: 500',
    'a >= 400 and a < 500',
    'a >= 5 and a <= 5',
    'a: 404 or a: 500',
    '(a: 1 and a: 2) or b: 1',
    'message: error and message: timeout',
    'source.ip: "10.0.0.0/8" and source.ip: 10.1.2.3',
    'a: 4* and a: 404',
    'log.level: ERROR and log.level: severe',
    'a: (1 or 2) and a: (2 or 3)',
    'a: 1 and a: 1.0',
    '',
  ])('is not %j', (query) => {
    expect(contradictionIn(parseQuery(query))).toBeUndefined();
  });
});

describe('the check of rules', () => {
  it('names the rule and the setting that can never match', () => {
    const [caution, ...more] = cautionsOf(
      'rules: [{ name: High Error Rate, where: "url.path: a and url.path: b", when: ">= 1" }]',
    );
    expect(caution).toBe(
      'Rule `High Error Rate`, `where`: no event can match, because no single value of url.path is both `url.path: a` and `url.path: b`.',
    );
    expect(more).toEqual([]);
  });

  it.each([
    ["by: [host.name], when: '< 5'", /`when`: a group that never sent an event is not judged.* `expect`/],
    ["when: '== 0'", /`when`: nothing is judged before the first event that matches.* `absence`/],
  ])('names what is not judged because it was never seen: %s', (settings, words) => {
    expect(cautionsOf(`rules: [{ name: a, over: 1m, ${settings} }]`)).toEqual([expect.stringMatching(words)]);
  });

  it.each([
    "by: [host.name], when: '< 5', expect: [web-1]",
    "when: '> 5'",
    "when: '< 5', measure: 'avg(event.duration)'",
  ])('says nothing of groups that were never seen where it makes no difference: %s', (settings) => {
    expect(cautionsOf(`rules: [{ name: a, over: 1m, ${settings} }]`)).toEqual([]);
  });

  it('finds a level that does not exist, also in a share', () => {
    expect(cautionsOf('rules: [{ name: a, where: "log.level: (error or eror)" }]')).toEqual([
      'Rule `a`, `where`: `eror` is no level that logboom knows; did you mean `error`?',
    ]);
    expect(
      cautionsOf('rules: [{ name: a, measure: "share(log.level: gruesome)", when: "> 1%" }]')[0],
    ).toContain('Rule `a`, `measure`: `gruesome` is no level that logboom knows. Only events that were sent');
  });

  it('finds fields that nothing writes, wherever a rule names them', () => {
    const cautions = cautionsOf(`
rules:
  - { name: where, where: "http.response.status: 500" }
  - { name: by, by: [hostname] }
  - { name: measure, measure: "max(event.duraton)", when: "> 1" }
  - { name: change, kind: change, field: service.versoin }
  - { name: bounds, kind: normal, bounds: { temperature: { max: 5 } } }`);
    expect(cautions.map((one) => one.replace(/, and neither ECS nor Filebeat has it/, ''))).toEqual([
      'Rule `where`, `where`: no parser writes the field `http.response.status`; did you mean `http.response.status_code`?',
      'Rule `by`, `by`: no parser writes the field `hostname`; did you mean `host.name`? Events without it are one group, `_missing`.',
      'Rule `measure`, `measure`: no parser writes the field `event.duraton`; did you mean `event.duration`?',
      'Rule `change`, `field`: no parser writes the field `service.versoin`; did you mean `service.version`?',
      'Rule `bounds`, `bounds`: no parser writes the field `temperature`. Only lines of JSON or key and value, and senders that set it, can have it.',
    ]);
  });

  it('says nothing about fields that formats of the configuration, senders or people name', () => {
    expect(
      cautionsOf(`
parsers: { formats: { shop: { pattern: "(?P<timestamp>\\\\S+) (?P<order>\\\\d+)" } } }
rules:
  - { name: a, where: "order > 5 and kubernetes.labels.app: shop and labels.team: x", by: [host.name, user_agent.name] }
  - { name: off, enabled: false, where: "nonsense.field: 1" }`),
    ).toEqual([]);
  });

  it.each([
    ['a processor adds', 'processors: [{ kind: add, fields: { shop.tier: gold } }]'],
    ['a processor renames to', 'processors: [{ kind: rename, fields: { old: shop.tier } }]'],
    [
      'a processor cuts out',
      'processors: [{ kind: dissect, field: message, pattern: "%{shop.tier} %{rest}" }]',
    ],
    ['an input adds', 'inputs: [{ kind: tcp, name: a, port: 5140, fields: { shop.tier: gold } }]'],
    [
      'an expression names',
      'parsers: { formats: { shop: { pattern: "(?P<timestamp>\\\\S+) (?P<shop__tier>\\\\w+)" } } }',
    ],
    ['a module may name', 'parsers: { formats: { shop: { file: /etc/logboom/shop.mjs } } }'],
  ])('says nothing about a field that %s', (_, settings) => {
    expect(cautionsOf(`${settings}\nrules: [{ name: a, where: "shop.tier: gold" }]`)).toEqual([]);
    const without = settings.startsWith('parsers: { formats: { shop: { file')
      ? []
      : [expect.stringMatching(/no parser writes/)];
    expect(cautionsOf(`${settings}\nrules: [{ name: a, where: "shop.teir: gold" }]`)).toEqual(without);
  });

  const folder = fileURLToPath(new URL('../../examples/rules/', import.meta.url));
  it.each(
    readdirSync(folder).filter((name) => !name.startsWith('traffic-burst') && !name.includes('.test.')),
  )('finds nothing wrong with the logic of examples/rules/%s', (file) => {
    const { config } = loadConfig({ path: folder + file, env: {} });
    expect(ruleCautions(config!).filter((one) => /no event can match|is no level/.test(one))).toEqual([]);
  });
});
