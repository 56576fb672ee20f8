import { describe, expect, it } from 'vitest';
import { formatProblem, formatProblems, type Problem } from '../../src/config/load/problems.ts';
import { load } from '../support/config.ts';

/** Each problem as a terminal shows it: place, setting, value; what is wrong; what to do. */
const said = (text: string, env: NodeJS.ProcessEnv = {}) =>
  load({ yaml: text, env }).problems.map((problem) => formatProblem(problem, 'logboom.yml'));

const known = (section: string) => expect.stringContaining(`Known settings here: ${section}`);

describe('what is said of a value of the wrong type', () => {
  it.each([['journal: { maxBatch: x }', 'logboom.yml:1:12  journal.maxBatch', 'Unknown setting `maxBatch`']])(
    '%s begins with its place',
    (text, head, message) => {
      const [first] = said(text);
      expect(first!.startsWith(`${head}\n  ${message}`)).toBe(true);
    },
  );

  it.each<[string, string]>([
    [
      'api: { port: "9600" }',
      'logboom.yml:1:8  api.port = "9600"\n  This setting takes a whole number, but the value is the text "9600".\n  → Write a whole number without quotes, such as `5`.',
    ],
    [
      'api: { port: 1.5 }',
      'logboom.yml:1:8  api.port = 1.5\n  This setting takes a whole number, but the value is the number 1.5.\n  → Write a whole number without quotes, such as `5`.',
    ],
    [
      'api: { port: [1] }',
      'logboom.yml:1:8  api.port = a list\n  This setting takes a whole number, but the value is a list.\n  → Write a whole number without quotes, such as `5`.',
    ],
    [
      'api: { port: { a: 1 } }',
      'logboom.yml:1:8  api.port = a mapping\n  This setting takes a whole number, but the value is a mapping.\n  → Write a whole number without quotes, such as `5`.',
    ],
    [
      'api: { port: 65536 }',
      'logboom.yml:1:8  api.port = 65536\n  This is too big: it must be at most 65535.\n  → Write a number of at most 65535.',
    ],
    [
      'api: { port: -1 }',
      'logboom.yml:1:8  api.port = -1\n  This is too small: it must be at least 0.\n  → Write a number of at least 0.',
    ],
    [
      'api: { open: "yes" }',
      'logboom.yml:1:8  api.open = "yes"\n  This setting takes `true` or `false`, but the value is the text "yes".\n  → Write `true` or `false` without quotes.',
    ],
    [
      'api: { host: 5 }',
      'logboom.yml:1:8  api.host = 5\n  This setting takes a text, but the value is the number 5.\n  → Write a text; put numbers and `true` or `false` into quotes.',
    ],
    [
      'api: { host: "" }',
      'logboom.yml:1:8  api.host = ""\n  This must not be empty.\n  → Write a text, or remove the line.',
    ],
    [
      'api: 5',
      'logboom.yml:1:1  api = 5\n  This setting takes a section, but the value is the number 5.\n  → Write its settings as `name: value` lines, indented below it.',
    ],
    [
      'journal: { tick: 5 }',
      'logboom.yml:1:12  journal.tick = 5\n  This setting takes a duration, but the value is the number 5.\n  → Write a duration with its unit, such as `250ms`, `10s`, `5m` or `7d`.',
    ],
    [
      'journal: { tick: soon }',
      'logboom.yml:1:12  journal.tick = "soon"\n  This is not a duration.\n  → Write a duration with its unit, such as `250ms`, `10s`, `5m` or `7d`.',
    ],
    [
      'journal: { maxSize: 5 parsecs }',
      'logboom.yml:1:12  journal.maxSize = "5 parsecs"\n  This is not a size.\n  → Write a size with its unit, such as `512kb`, `10mb` or `4gb`.',
    ],
    [
      'log: { level: verbose }',
      expect.stringMatching(
        /^logboom\.yml:1:8 {2}log\.level = "verbose"\n {2}This is not one of the allowed values\.\n {2}→ Write one of `\w+`(, `\w+`)+\.$/,
      ),
    ],
    [
      'log: { level: debgu }',
      expect.stringContaining('This is not one of the allowed values; did you mean `debug`?'),
    ],
    ['log: { level: 7 }', expect.stringContaining('This is not one of the allowed values.')],
    ['elasticsearch: { hosts: [ftp://a] }', expect.stringContaining('This is not')],
    [
      'elasticsearch: { hosts: a }',
      expect.stringContaining('This setting takes a list, but the value is the text "a".'),
    ],
    [
      'elasticsearch: { hosts: [] }',
      'logboom.yml:1:18  elasticsearch.hosts = a list\n  This list must have at least 1 entry.\n  → Correct the list, or remove the setting.',
    ],
  ])('%s', (text, wanted) => expect(said(text)).toEqual([wanted]));

  it('names the rule, and every place in a longer file', () => {
    const text =
      'log:\n  level: info\nrules:\n  - name: errors\n    over: 5\n  - name: slow\n    by: host.name\n';
    expect(said(text)).toEqual([
      'logboom.yml:5:5  rules[0].over (rule errors) = 5\n  This setting takes a duration, but the value is the number 5.\n  → Write a duration with its unit, such as `250ms`, `10s`, `5m` or `7d`.',
      'logboom.yml:7:5  rules[1].by (rule slow) = "host.name"\n  This setting takes a list, but the value is the text "host.name".\n  → Write a list: `[one, two]`, or one line with `- ` for each entry.',
    ]);
  });

  it('names the variable instead of a line', () => {
    expect(said('', { LOGBOOM_API_PORT: 'many' })).toEqual([
      'LOGBOOM_API_PORT  api.port = "many"\n  This setting takes a whole number, but the value is the text "many".\n  → Write a whole number without quotes, such as `5`.',
    ]);
  });

  it.each([
    ['x'.repeat(78), `"${'x'.repeat(78)}"`],
    ['x'.repeat(79), `"${'x'.repeat(78)}…`],
    [`${'x'.repeat(77)}😀y`, `"${'x'.repeat(77)}…`],
    ['http://ann:secret@host/', '"http://…@host/"'],
  ])('shows the value %j as %s', (value, shown) => {
    const [problem] = load({ yaml: `api: { port: ${JSON.stringify(value)} }` }).problems;
    expect(problem!.value).toBe(shown);
    expect(problem!.value).not.toMatch(/\p{Cs}/u);
  });

  it.each([
    ['api: { token: 5 }', 'a number'],
    ['api: { token: true }', 'a boolean'],
    ['api: { token: [x] }', 'a list'],
  ])('does not show the secret in %s', (text, type) => {
    const [problem] = load({ yaml: text }).problems;
    expect(problem!.value).toBeUndefined();
    expect(problem!.message).toBe(`This setting takes a text, but the value is ${type}.`);
  });
});

describe('what is said of an unknown setting', () => {
  it.each<[string, string, unknown]>([
    ['jurnal: {}', 'Unknown setting `jurnal`; did you mean `journal`?', 'Correct or remove it.'],
    ['api: { prot: 1 }', 'Unknown setting `prot`; did you mean `port`?', 'Correct or remove it.'],
    [
      'journal: { max_size: 1gb }',
      'Unknown setting `max_size`; did you mean `maxSize`?',
      'Correct or remove it.',
    ],
    ['log: { zzzzzzzz: 1 }', 'Unknown setting `zzzzzzzz`.', known('`level`')],
    ['"a\\u001b[2J": 1', 'Unknown setting `a\\u001b[2J`.', known('')],
  ])('%s', (text, message, remedy) => {
    expect(load({ yaml: text }).problems).toMatchObject([{ message, remedy }]);
  });

  it('names twelve settings of a section at most, and how many more there are', () => {
    const [problem] = load({ yaml: 'qqqqqqqqqqqqqqqq: 1' }).problems;
    expect(problem!.remedy.match(/`\w+`/g)).toHaveLength(12);
    expect(problem!.remedy).toMatch(/ and \d+ more, which docs\/configuration\.md lists\.$/);
  });

  it.each<[string, string, string, string]>([
    [
      'a rule of ElastAlert as the file',
      'type: frequency\nindex: x\nnum_events: 5\n',
      'type',
      'This is a rule of ElastAlert.',
    ],
    [
      'a rule of ElastAlert in the list',
      'rules:\n  - { name: a, type: any, filter: [] }\n',
      'rules[0]',
      'This is a rule of ElastAlert.',
    ],
    [
      'a rule of Kibana as the file',
      'rule_type_id: .es-query\nconsumer: alerts\n',
      'rule_type_id',
      'This is a rule of Kibana.',
    ],
    [
      'a rule of Kibana in the list',
      'rules:\n  - { name: a, params: {}, schedule: { interval: 1m } }\n',
      'rules[0]',
      'This is a rule of Kibana.',
    ],
  ])('%s', (_, text, path, message) => {
    const { problems } = load({ yaml: text });
    expect(problems).toMatchObject([{ path, message }]);
    expect(problems[0]!.remedy).toMatch(/docs\/from-(elastalert|kibana-rules)\.md/);
  });

  it.each([
    ['one setting of another program in a rule', 'rules: [{ name: a, filter: [] }]'],
    ['settings of another program in another section', 'api: { type: x, index: y }'],
    [
      'settings of another program deep in a rule',
      'rules: [{ name: a, labels: {}, activeHours: { type: x, index: y } }]',
    ],
  ])('%s: unknown, and not foreign', (_, text) => {
    const messages = load({ yaml: text }).problems.map(({ message }) => message);
    expect(messages.length).toBeGreaterThan(0);
    expect(messages.every((message) => message.startsWith('Unknown setting'))).toBe(true);
  });
});

describe('what is said of a file', () => {
  it.each<[string, string, object]>([
    [
      'a list',
      '- a\n- b\n',
      {
        message: 'The file has no settings: its top level must be a mapping.',
        remedy: 'Start with a section such as `inputs:`. examples/logboom.yml shows all sections.',
        ...{ line: 1, column: 1 },
      },
    ],
    ['a text', 'hello', { message: 'The file has no settings: its top level must be a mapping.' }],
    [
      'a tab',
      'api:\n\tport: 1\n',
      {
        message: expect.stringMatching(/^This is not valid YAML: .*\.$/),
        remedy: 'Indent with spaces.',
        line: 2,
      },
    ],
    [
      'a name twice',
      'api:\n  port: 1\n  port: 2\n',
      {
        message: expect.stringMatching(/\(`port`\)\.$/),
        remedy: 'Remove one of the two, or merge them.',
        ...{ line: 3, column: 3 },
      },
    ],
    [
      'a quote that is not closed',
      'api:\n  host: "a\n',
      { remedy: 'Correct the indentation or the quotes. A text that contains `:` or `#` needs quotes.' },
    ],
    [
      'an alias without an anchor',
      'api:\n  host: *gone\n',
      {
        message: expect.stringMatching(/^This YAML cannot be read: .*gone.*\.$/),
        remedy: 'Replace the aliases (`*name`) by their values.',
        ...{ line: 2, column: 9 },
      },
    ],
  ])('%s', (_, text, problem) => {
    expect(load({ yaml: text }).problems[0]).toMatchObject({ path: '', ...problem });
  });

  it.each<[string, Problem[], string]>([
    [
      'one problem',
      [{ path: 'a', message: 'm', remedy: 'r' }],
      'The configuration has a problem:\n\na\n  m\n  → r',
    ],
    [
      'two problems, one of a file of rules and one of a variable',
      [
        { path: 'rules[0]', message: 'm', remedy: 'r', file: 'rules.d/a.yml', line: 2, column: 3, rule: 'x' },
        {
          path: 'api.port',
          value: '5',
          message: 'm',
          remedy: 'r',
          variable: 'LOGBOOM_API_PORT',
          line: 9,
          column: 9,
        },
      ],
      'The configuration has 2 problems:\n\nrules.d/a.yml:2:3  rules[0] (rule x)\n  m\n  → r\n\nLOGBOOM_API_PORT  api.port = 5\n  m\n  → r',
    ],
    ['none', [], 'The configuration has 0 problems:\n\n'],
  ])('%s', (_, problems, text) => {
    expect(formatProblems({ problems })).toBe(text);
  });

  it('is named where a problem has no line', () => {
    const one = { path: '', message: 'm', remedy: 'r' };
    expect(formatProblem(one, 'x.yml')).toBe('x.yml\n  m\n  → r');
    expect(formatProblems({ problems: [one], path: 'x.yml' })).toContain('\n\nx.yml\n');
  });
});

describe('what is said of variables and secrets', () => {
  it.each<[string, NodeJS.ProcessEnv, object]>([
    [
      'log: { level: "${LEVEL}" }',
      {},
      {
        path: 'log.level',
        value: '${LEVEL}',
        message: 'The environment variable LEVEL is not set.',
        remedy: 'Set LEVEL, or write a default: ${LEVEL:value}.',
      },
    ],
    ['api: { token: "${TOKEN}" }', {}, { message: 'The environment variable TOKEN is not set.' }],
    [
      'api: { token: { file: /gone } }',
      {},
      {
        path: 'api.token',
        message: 'The secret file /gone cannot be read (ENOENT).',
        remedy: expect.stringContaining('A relative path starts at the working folder.'),
      },
    ],
    [
      '',
      { LOGBOOM_API_PROT: '1' },
      {
        path: '',
        variable: 'LOGBOOM_API_PROT',
        message:
          'The environment variable LOGBOOM_API_PROT names no setting; did you mean `LOGBOOM_API_PORT`?',
      },
    ],
  ])('%s with %j', (text, env, problem) => {
    expect(load({ yaml: text, env }).problems).toMatchObject([problem]);
  });

  it.each(['toString', 'constructor', '__proto__'])('takes %s for a text, and for no flag', (text) => {
    expect(said('', { LOGBOOM_API_OPEN: text })).toEqual([
      `LOGBOOM_API_OPEN  api.open = "${text}"\n  This setting takes \`true\` or \`false\`, but the value is the text "${text}".\n  → Write \`true\` or \`false\` without quotes.`,
    ]);
  });

  it('does not say the text around a secret variable', () => {
    const [problem] = load({ yaml: 'api: { token: "abc${TOKEN}" }' }).problems;
    expect(problem).not.toHaveProperty('value');
  });
});
