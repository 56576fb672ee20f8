import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load/load.ts';
import { formatPath, formatProblem, parsePath } from '../../src/config/load/problems.ts';
import { type Given, load } from '../support/config.ts';
import { table } from './problems.cases.ts';

describe('a configuration with a problem', () => {
  it.each(table)('%s', (_, given, problems) => {
    expect(load(given).problems).toMatchObject(problems);
  });

  it.each(table)('says what to do: %s', (_, given) => {
    for (const { remedy } of load(given).problems) expect(remedy).toMatch(/^[A-Z].*[^ ]\.$/s);
  });
});

describe('problems', () => {
  it('are all found at once, in the order of the file', () => {
    const yaml = 'dat: x\njournal:\n  tick: 1\napi:\n  host: 0.0.0.0\nlog:\n  level: loud\n';
    expect(load({ yaml, env: { LOGBOOM_X: '1' } }).problems.map(({ path, line }) => [path, line])).toEqual([
      ['', undefined],
      ['dat', 1],
      ['journal.tick', 3],
      ['api.host', 5],
      ['log.level', 7],
    ]);
  });

  it('name the variable that a bad value came from instead of a line', () => {
    const { problems } = load({ yaml: 'api: { port: 1 }', env: { LOGBOOM_API_PORT: 'x' } });
    expect(problems).toMatchObject([{ path: 'api.port', value: '"x"', variable: 'LOGBOOM_API_PORT' }]);
    expect(problems[0]).not.toHaveProperty('line');
  });

  it('of further checks get their value, their rule and their line', () => {
    const checks = [() => [{ path: 'rules[0].when', message: 'no condition', remedy: 'Write one.' }]];
    const { problems, config } = load({ yaml: 'rules:\n  - name: a\n    when: "5"\n', checks });
    expect(problems).toEqual([
      {
        path: 'rules[0].when',
        value: '"5"',
        rule: 'a',
        message: 'no condition',
        remedy: 'Write one.',
        line: 3,
        column: 5,
      },
    ]);
    expect(config).toBeUndefined();
  });

  it('tell of a file that cannot be read', () => {
    const readFile = () => {
      throw new Error('ENOENT: no such file');
    };
    expect(loadConfig({ path: 'gone.yml', env: {}, readFile })).toEqual({
      path: 'gone.yml',
      files: ['gone.yml'],
      problems: [
        {
          path: '',
          message: 'The configuration gone.yml cannot be read: ENOENT: no such file.',
          remedy: 'Set a readable YAML file with --config or LOGBOOM_CONFIG.',
        },
      ],
    });
  });

  it('shorten long values and never carry control characters', () => {
    const { problems } = load({ yaml: `log: { level: "\\e[31m${'x'.repeat(200)}\\x9b" }` });
    expect(problems[0]!.value).toMatch(/^"\\u001b\[31mx+…$/);
    expect(problems[0]!.value!.length).toBeLessThanOrEqual(80);
  });
});

describe('a secret', () => {
  const secret = 'hunter2-very-secret';
  const given: [string, Given][] = [
    ['of a wrong type', { yaml: `api: { token: [${secret}] }` }],
    ['that is a number', { yaml: 'elasticsearch: { hosts: [http://a], user: u, password: 271828 }' }],
    ['that is no address', { yaml: `notifiers: { s: { kind: slack, url: ${secret} } }` }],
    ['with a missing variable beside it', { yaml: `api: { token: "${secret}\${NO}" }` }],
    ['under a mistyped name', { yaml: `api: { tokn: ${secret} }` }],
    ['from a variable', { env: { LOGBOOM_NOTIFIERS: `{s: {kind: slack, url: ${secret}}}` } }],
    ['in a file with a syntax error', { yaml: `api: { token: "${secret}\n` }],
    ['in an address’ user part', { yaml: `elasticsearch: { hosts: ["ftp://u:${secret}@h"] }` }],
  ];
  it.each(given)('%s is never shown', (_, one) => {
    const { problems } = load(one);
    expect(problems.length).toBeGreaterThan(0);
    expect(JSON.stringify(problems)).not.toContain(secret);
    expect(JSON.stringify(problems)).not.toContain('271828');
  });
});

describe('a path', () => {
  it.each([
    [['rules', 2, 'when'], 'rules[2].when'],
    [['parsers', 'byDataset', 'nginx.access'], 'parsers.byDataset["nginx.access"]'],
    [['notifiers', 'a"b]', 'url'], 'notifiers["a\\"b]"].url'],
    [['notifiers', 'ops-slack', 'url'], 'notifiers.ops-slack.url'],
  ])('%j is written %s and read back', (path, text) => {
    expect(formatPath(path)).toBe(text);
    expect(parsePath(text)).toEqual(path);
  });
});

describe('a formatted problem', () => {
  it('has its place, value, message and remedy', () => {
    const problem = {
      path: 'api.port',
      value: '"x"',
      message: 'Wrong.',
      remedy: 'Right.',
      line: 2,
      column: 3,
    };
    expect(formatProblem(problem, 'logboom.yml')).toBe(
      'logboom.yml:2:3  api.port = "x"\n  Wrong.\n  → Right.',
    );
    expect(formatProblem({ path: '', variable: 'X', message: 'M.', remedy: 'R.' })).toBe('X\n  M.\n  → R.');
  });
});
