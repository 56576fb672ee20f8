import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load/load.ts';
import { formatPath, formatProblem, type Problem, parsePath } from '../../src/config/load/problems.ts';
import { type Given, load } from '../support/config.ts';

const text = 'Write a text; put numbers and `true` or `false` into quotes.';
const whole = 'Write a whole number without quotes, such as `5`.';

/** Each configuration and everything that is said about it. */
const table: [title: string, given: Given, problems: Partial<Problem>[]][] = [
  [
    'a mistyped setting',
    { yaml: 'inputs:\n  lumberjack:\n    prot: 5045\n' },
    [
      {
        path: 'inputs.lumberjack.prot',
        message: 'Unknown setting `prot`; did you mean `port`?',
        line: 3,
        column: 5,
      },
    ],
  ],
  [
    'a mistyped setting with nothing behind it',
    { yaml: 'inputs:\n  lumberjack:\n    prot:\nrules:\n  - name: a\n    wehn:\n    when:\n' },
    [
      {
        path: 'inputs.lumberjack.prot',
        message: 'Unknown setting `prot`; did you mean `port`?',
        line: 3,
        column: 5,
      },
      { path: 'rules[0].wehn', message: 'Unknown setting `wehn`; did you mean `when`?', line: 6, column: 5 },
    ],
  ],
  [
    'a mistyped section with nothing below it, and one of another kind',
    { yaml: 'jurnal:\nrules:\n  - name: a\n    kind: match\n    where: n > 1\n    bounds: ~\n' },
    [
      { path: 'jurnal', message: 'Unknown setting `jurnal`; did you mean `journal`?', line: 1, column: 1 },
      { path: 'rules[0].bounds', message: 'Unknown setting `bounds`.', line: 6, column: 5 },
    ],
  ],
  [
    'a setting in another way of writing',
    { yaml: 'journal: { max_size: 1gb }' },
    [{ path: 'journal.max_size', message: 'Unknown setting `max_size`; did you mean `maxSize`?' }],
  ],
  [
    'a setting that resembles none',
    { yaml: 'frobnicate: 1' },
    [{ path: 'frobnicate', message: 'Unknown setting `frobnicate`.' }],
  ],
  [
    'a text for a number',
    { yaml: 'api:\n  port: none' },
    [
      {
        path: 'api.port',
        value: '"none"',
        message: 'This setting takes a whole number, but the value is the text "none".',
        remedy: whole,
        line: 2,
        column: 3,
      },
    ],
  ],
  [
    'a port beyond the last',
    { yaml: 'api: { port: 70000 }' },
    [
      {
        path: 'api.port',
        value: '70000',
        message: 'This is too big: it must be at most 65535.',
        remedy: 'Write a number of at most 65535.',
      },
    ],
  ],
  [
    'a fraction for a whole number',
    { yaml: 'api: { port: 1.5 }' },
    [{ path: 'api.port', message: 'This setting takes a whole number, but the value is the number 1.5.' }],
  ],
  [
    'yes for true',
    { yaml: 'inputs: { lumberjack: { ssl_enabled: yes } }' },
    [
      {
        path: 'inputs.lumberjack.ssl_enabled',
        message: 'This setting takes `true` or `false`, but the value is the text "yes".',
        remedy: 'Write `true` or `false` without quotes.',
      },
    ],
  ],
  [
    'a duration without a unit',
    { yaml: 'journal: { tick: 250 }' },
    [
      {
        path: 'journal.tick',
        value: '250',
        message: 'This setting takes a duration, but the value is the number 250.',
        remedy: 'Write a duration with its unit, such as `250ms`, `10s`, `5m` or `7d`.',
      },
    ],
  ],
  [
    'a duration with an unknown unit',
    { yaml: 'journal: { tick: 5 minutes }' },
    [
      {
        path: 'journal.tick',
        value: '"5 minutes"',
        message: 'This is not a duration.',
      },
    ],
  ],
  [
    'a size without a unit',
    { yaml: 'journal: { maxSize: 1000 }' },
    [{ path: 'journal.maxSize', message: 'This setting takes a size, but the value is the number 1000.' }],
  ],
  [
    'a mistyped choice',
    { yaml: 'log: { level: wran }' },
    [
      {
        path: 'log.level',
        value: '"wran"',
        message: 'This is not one of the allowed values; did you mean `warn`?',
        remedy: 'Write one of `trace`, `debug`, `info`, `warn`, `error`.',
      },
    ],
  ],
  [
    'a list where a section belongs',
    { yaml: 'journal: [1]' },
    [{ path: 'journal', value: 'a list', message: 'This setting takes a section, but the value is a list.' }],
  ],
  [
    'a mapping where a list belongs',
    { yaml: 'rules: { name: x }' },
    [
      {
        path: 'rules',
        value: 'a mapping',
        message: 'This setting takes a list, but the value is a mapping.',
      },
    ],
  ],
  [
    'a number for a text',
    { yaml: 'data: 5' },
    [{ path: 'data', message: 'This setting takes a text, but the value is the number 5.', remedy: text }],
  ],
  ['an empty text', { yaml: 'data: ""' }, [{ path: 'data', message: 'This must not be empty.' }]],
  [
    'a rule without a name',
    { yaml: 'rules:\n  - over: 1s\n' },
    [{ path: 'rules[0].name', message: 'This setting is missing.', line: 2, column: 5 }],
  ],
  [
    'a rule with a name that is none',
    { yaml: 'rules: [{ name: "a b" }]' },
    [
      {
        path: 'rules[0].name',
        message:
          'A rule name consists of letters, digits, dots, dashes and underscores, starts with a letter or digit, and has at most 100 characters.',
      },
    ],
  ],
  [
    'a mistyped setting of a rule',
    { yaml: 'rules:\n  - name: a\n  - name: b\n    wehn: ">= 5"\n' },
    [
      {
        path: 'rules[1].wehn',
        message: 'Unknown setting `wehn`; did you mean `when`?',
        line: 4,
        column: 5,
      },
    ],
  ],
  [
    'a notifier of an unknown kind',
    { yaml: 'notifiers: { ops: { kind: slak } }' },
    [
      {
        path: 'notifiers.ops.kind',
        message: 'This is not one of the allowed values; did you mean `slack`?',
        remedy: 'Write one of `log`, `webhook`, `slack`.',
      },
    ],
  ],
  [
    'a notifier without a kind',
    { yaml: 'notifiers: { ops: { url: http://x } }' },
    [{ path: 'notifiers.ops.kind', message: 'This setting is missing.' }],
  ],
  [
    'a setting of another kind of notifier',
    { yaml: 'notifiers: { ops: { kind: log, url: http://x } }' },
    [{ path: 'notifiers.ops.url', remedy: 'Correct or remove it. Known settings here: `kind`.' }],
  ],
  [
    'an address that is none',
    { yaml: 'elasticsearch: { hosts: ["localhost:9200"] }' },
    [
      {
        path: 'elasticsearch.hosts[0]',
        value: '"localhost:9200"',
        message: 'This is not an http or https address.',
        remedy: 'Write an address such as `http://localhost:9200`.',
      },
    ],
  ],
  [
    'no hosts',
    { yaml: 'elasticsearch: { hosts: [] }' },
    [{ path: 'elasticsearch.hosts', message: 'This list must have at least 1 entry.' }],
  ],
  [
    'a parser for a dataset that has dots in its name',
    { yaml: 'parsers: { byDataset: { nginx.access: acces } }' },
    [
      {
        path: 'parsers.byDataset["nginx.access"]',
        message: 'This is not one of the allowed values; did you mean `access`?',
      },
    ],
  ],
  [
    'a variable that is not set',
    { yaml: 'data: $' + '{FOLDER}' },
    [
      {
        path: 'data',
        value: '$' + '{FOLDER}',
        message: 'The environment variable FOLDER is not set.',
        remedy: 'Set FOLDER, or write a default: $' + '{FOLDER:value}.',
      },
    ],
  ],
  [
    'a secret’s file that is not there',
    { yaml: 'api:\n  token: { file: /none }' },
    [
      {
        path: 'api.token',
        message: 'The secret file /none cannot be read (ENOENT).',
        line: 2,
      },
    ],
  ],
  [
    'an empty secret’s file',
    { yaml: 'api: { token: { file: /t } }', files: { '/t': '\n' } },
    [{ path: 'api.token', message: 'The secret file /t is empty.' }],
  ],
  [
    'a file that holds a list',
    { yaml: '- a' },
    [{ path: '', message: 'The file has no settings: its top level must be a mapping.', line: 1 }],
  ],
  [
    'a key given twice',
    { yaml: 'data: a\ndata: b\n' },
    [{ path: '', message: 'This is not valid YAML: Map keys must be unique.', line: 2, column: 1 }],
  ],
  [
    'a tab',
    { yaml: 'data:\n\t- a\n' },
    [
      {
        path: '',
        message: 'This is not valid YAML: Tabs are not allowed as indentation.',
        remedy: 'Indent with spaces.',
      },
    ],
  ],
  [
    'an alias of nothing',
    { yaml: 'data: a\nrules: *all\n' },
    [{ path: '', message: expect.stringContaining('Unresolved alias'), line: 2, column: 8 }],
  ],
  [
    'an unclosed quote',
    { yaml: 'data: "a\n' },
    [{ path: '', message: 'This is not valid YAML: Missing closing "quote.', line: 2 }],
  ],
];

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

  it('of further checks get their value and their line', () => {
    const checks = [() => [{ path: 'rules[0].when', message: 'no condition', remedy: 'Write one.' }]];
    const { problems, config } = load({ yaml: 'rules:\n  - name: a\n    when: "5"\n', checks });
    expect(problems).toEqual([
      {
        path: 'rules[0].when',
        value: '"5"',
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
