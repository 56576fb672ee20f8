import { describe, expect, it } from 'vitest';
import { customFormatProblems } from '../../src/parsers/custom/custom-formats.ts';
import { load, yaml } from '../support/config.ts';

const problemsOf = (text: string) =>
  load({ yaml: text }).problems.map(({ path, message, line }) => `${path}@${line}: ${message}`);

describe('inputs as a section', () => {
  it('have a Lumberjack listener and nothing else, as ever', () => {
    const { config } = load({ yaml: 'inputs: { lumberjack: { port: 5045 } }' });
    expect(config!.inputs.lumberjack).toMatchObject({ port: 5045, enabled: true });
    expect(config!.inputs.files).toEqual([]);
    expect(load({}).config!.inputs.lumberjack).toMatchObject({ port: 5044, enabled: true });
  });

  it('are overridden by variables', () => {
    const { config } = load({ env: { LOGBOOM_INPUTS_LUMBERJACK_PORT: '5050' } });
    expect(config!.inputs.lumberjack.port).toBe(5050);
  });
});

describe('inputs as a list', () => {
  const listed = yaml`
    inputs:
      - { kind: file, name: web, paths: [/var/log/nginx/*.log], dataset: nginx.access, parser: access }
      - { kind: lumberjack, name: beats, port: 5050, redelivery: { windows: 4 } }
  `;

  it('have defaults of their own kind', () => {
    const { config, problems } = load({ yaml: listed });
    expect(problems).toEqual([]);
    expect(config!.inputs.lumberjack).toMatchObject({ port: 5050, enabled: true, maxConnections: 1000 });
    expect(config!.inputs.redelivery.windows).toBe(4);
    expect(config!.inputs.files).toMatchObject([
      { name: 'web', paths: ['/var/log/nginx/*.log'], startAt: 'beginning', maxMessage: 10 * 2 ** 20 },
    ]);
  });

  it('start no Lumberjack listener where none is listed', () => {
    const { config } = load({ yaml: 'inputs: [{ kind: file, name: web, paths: [/x] }]' });
    expect(config!.inputs.lumberjack.enabled).toBe(false);
  });

  it('are overridden by variables with their place', () => {
    const { config } = load({
      yaml: listed,
      env: { LOGBOOM_INPUTS_0_STARTAT: '', LOGBOOM_INPUTS_0_START_AT: 'end' },
    });
    expect(config!.inputs.files[0]!.startAt).toBe('end');
  });

  it.each([
    [
      'an unknown setting',
      '[{ kind: file, name: a, paths: [/x], pathz: 1 }]',
      /inputs\[0\]\.pathz.*Unknown setting/,
    ],
    ['no paths', '[{ kind: file, name: a }]', /inputs\[0\]\.paths.*missing/],
    ['an unknown kind', '[{ kind: fiel, name: a }]', /inputs\[0\]\.kind.*`file`/],
    [
      'a bad duration',
      '[{ kind: file, name: a, paths: [/x], scanEvery: soon }]',
      /inputs\[0\]\.scanEvery.*duration/,
    ],
    ['no name', '[{ kind: file, paths: [/x] }]', /inputs\[0\]\.name.*missing/],
    ['a text', 'many', /inputs.*section/],
    [
      'the same name twice',
      '[{ kind: file, name: a, paths: [/x] }, { kind: file, name: a, paths: [/y] }]',
      /inputs\[1\]\.name.*two inputs/,
    ],
    [
      'two Lumberjack inputs',
      '[{ kind: lumberjack, name: a }, { kind: lumberjack, name: b }]',
      /inputs\[1\]\.kind.*one/,
    ],
    [
      'an unknown encoding',
      '[{ kind: file, name: a, paths: [/x], encoding: cp437 }]',
      /inputs\[0\]\.encoding.*encoding/,
    ],
    [
      'a broken expression',
      '[{ kind: file, name: a, paths: [/x], excludeLines: ["("] }]',
      /inputs\[0\]\.excludeLines\[0\]/,
    ],
    [
      'multiline without a rule',
      '[{ kind: file, name: a, paths: [/x], multiline: {} }]',
      /inputs\[0\]\.multiline.*language/,
    ],
    [
      'multiline with two rules',
      '[{ kind: file, name: a, paths: [/x], multiline: { language: java, pattern: x } }]',
      /inputs\[0\]\.multiline/,
    ],
    [
      'an unknown zone',
      '[{ kind: file, name: a, paths: [/x], zone: Mars/Base }]',
      /inputs\[0\]\.zone.*time zone/,
    ],
    [
      'a timer of no length',
      '[{ kind: file, name: a, paths: [/x], scanEvery: 0s }]',
      /inputs\[0\]\.scanEvery/,
    ],
  ])('refuse %s, with its place', (_, text, expected) => {
    const problems = problemsOf(`inputs: ${text}`);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(expected);
  });
});

describe('the parser of an input', () => {
  it('is one of logboom’s or one that the configuration defines', () => {
    expect(
      problemsOf(yaml`
        inputs:
          - { kind: lumberjack, name: beats }
          - { kind: tcp, name: lines, parser: acces }
          - { kind: file, name: shop, paths: [/x], parser: shop }
          - { kind: http, name: web, parser: own }
        parsers: { formats: { own: { pattern: '(?P<a>x)' } } }
      `),
    ).toEqual([
      'inputs[1].parser@3: There is no parser `acces`; did you mean `access`?',
      'inputs[2].parser@4: There is no parser `shop`.',
    ]);
  });
});

describe('the formats that a configuration defines', () => {
  const found = (formats: string) =>
    load({ yaml: `parsers: { formats: { ${formats} } }`, checks: [customFormatProblems] }).problems;

  it.each([
    ['mine: { grok: "%{NOSUCH:x}" }', 'parsers.formats.mine.grok', /no grok pattern `NOSUCH`/],
    ['mine: { grok: "%{A}", patterns: { A: "%{A}" } }', 'parsers.formats.mine.grok', /contains itself/],
    ['mine: { grok: "(" }', 'parsers.formats.mine.grok', /cannot be compiled/],
    ['mine: { pattern: "(" }', 'parsers.formats.mine.pattern', /cannot be compiled/],
    ['mine: { pattern: "(?=x)" }', 'parsers.formats.mine.pattern', /cannot be compiled/],
  ])('%s are refused by a check', (formats, path, message) => {
    expect(found(formats)).toEqual([
      expect.objectContaining({
        path,
        message: expect.stringMatching(message),
        line: 1,
        remedy: expect.any(String),
      }),
    ]);
  });

  it('pass where they can be compiled', () => {
    expect(
      found(
        `a: { access: '$remote_addr "$request" $status' }, b: { grok: "%{IP:source.ip}" }, c: { csv: { columns: [a] } }, d: { keyValue: {} }, e: { w3c: "date time cs-uri" }`,
      ),
    ).toEqual([]);
  });
});
