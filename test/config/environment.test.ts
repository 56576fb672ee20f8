import { describe, expect, it } from 'vitest';
import { readText, variableName, variablesOf } from '../../src/config/load/environment.ts';
import { schema } from '../../src/config/schema/schema.ts';
import { type Kind, shapeOf, valueAt } from '../../src/config/schema/shape.ts';
import { load } from '../support/config.ts';

const root = shapeOf(schema);

/** A list, a mapping and each variant filled, so that their inner settings have names as well. */
const filled = {
  rules: [{ name: 'a' }, { name: 'b', by: ['host.name'] }],
  notifiers: {
    l: { kind: 'log' },
    w: { kind: 'webhook', url: 'http://a', headers: { authorization: 'x' } },
    's-1': { kind: 'slack', token: 'b', channel: 'c' },
  },
  elasticsearch: { hosts: ['http://a'] },
  parsers: { byDataset: { 'nginx.access': 'access' } },
};

/** What to write for a kind, and what the configuration then holds. */
const samples: Record<Kind, [text: string, value: unknown] | undefined> = {
  text: ['some-text', 'some-text'],
  address: ['http://other:1', 'http://other:1'],
  number: ['0.5', 0.5],
  'whole number': ['7', 7],
  boolean: ['true', true],
  duration: ['42ms', 42],
  size: ['2kb', 2048],
  choice: undefined,
  list: undefined,
  mapping: undefined,
  section: undefined,
  variants: undefined,
  'any value': undefined,
};

const leaves = variablesOf(root, filled).filter(
  ({ shape }) => samples[shape.kind] || shape.kind === 'choice',
);

describe('every setting', () => {
  it.each(leaves.map((leaf) => [leaf.name, leaf] as const))('can be set by %s', (name, { path, shape }) => {
    const choice = shape.choices.at(-1)!;
    const [text, value] = samples[shape.kind] ?? [choice, choice];
    const written = JSON.stringify(filled);
    const { config, problems } = load({ yaml: written, env: { [name]: text } });
    // A lone value may not fit the others (a password without its user); then it is at least seen as this variable’s.
    const others = problems.filter(({ variable, path: at }) => variable === name && at !== '');
    if (config) expect(valueAt(config, path)).toEqual(value);
    else expect(others.length + problems.filter((problem) => problem.path !== '').length).toBeGreaterThan(0);
    expect(problems.filter(({ message }) => message.includes('names no setting'))).toEqual([]);
  });

  it('has a name of its own', () => {
    const names = variablesOf(root, filled).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('is there: a hundred or more', () => {
    expect(leaves.length).toBeGreaterThan(100);
  });
});

describe('a variable’s name', () => {
  it.each([
    [['inputs', 'lumberjack', 'port'], 'LOGBOOM_INPUTS_LUMBERJACK_PORT'],
    [['journal', 'maxSize'], 'LOGBOOM_JOURNAL_MAX_SIZE'],
    [['inputs', 'lumberjack', 'ssl_enabled'], 'LOGBOOM_INPUTS_LUMBERJACK_SSL_ENABLED'],
    [['notifiers', 'ops-slack', 'url'], 'LOGBOOM_NOTIFIERS_OPS_SLACK_URL'],
    [['rules', 0, 'keepActiveFor'], 'LOGBOOM_RULES_0_KEEP_ACTIVE_FOR'],
    [['elasticsearch', 'api_key'], 'LOGBOOM_ELASTICSEARCH_API_KEY'],
  ])('of %j is %s', (path, name) => expect(variableName(path)).toBe(name));
});

describe('an override', () => {
  it('wins over the file', () => {
    const env = { LOGBOOM_INPUTS_LUMBERJACK_PORT: '5045' };
    expect(load({ yaml: 'inputs: { lumberjack: { port: 1 } }', env }).config!.inputs.lumberjack.port).toBe(
      5045,
    );
  });

  it('of a secret wins over a missing file', () => {
    const { config } = load({ yaml: 'api: { token: { file: /none } }', env: { LOGBOOM_API_TOKEN: 't' } });
    expect(config!.api.token).toBe('t');
  });

  it('can give a whole section, and a setting in it at once', () => {
    const env = { LOGBOOM_JOURNAL_TICK: '1s', LOGBOOM_JOURNAL: '{ tick: 2s, keepAge: 1h }' };
    expect(load({ env }).config!.journal).toMatchObject({ tick: 1000, keepAge: 3_600_000 });
  });

  it('can give rules as YAML or JSON', () => {
    for (const text of ['[{ name: a, over: 1s }]', '[{"name":"a","over":"1s"}]']) {
      const { config } = load({ env: { LOGBOOM_RULES: text } });
      expect(config!.rules).toMatchObject([{ name: 'a', over: 1000 }]);
    }
  });

  it('switches Elasticsearch on', () => {
    const env = { LOGBOOM_ELASTICSEARCH_HOSTS: 'http://a:9200,http://b:9200' };
    expect(load({ env }).config!.elasticsearch!.hosts).toEqual(['http://a:9200', 'http://b:9200']);
  });

  it('changes one setting of a rule in the file', () => {
    const yaml = 'rules: [{ name: a }, { name: b }]';
    expect(load({ yaml, env: { LOGBOOM_RULES_1_OVER: '5s' } }).config!.rules[1]).toMatchObject({
      over: 5000,
    });
  });

  it('that is empty counts as unset', () => {
    expect(load({ env: { LOGBOOM_API_PORT: '', LOGBOOM_NONSENSE: '' } }).config!.api.port).toBe(9600);
  });

  it('keeps a text as it is, whatever YAML would make of it', () => {
    expect(load({ env: { LOGBOOM_API_TOKEN: '$' + '{x}: [1' } }).config!.api.token).toBe('$' + '{x}: [1');
    expect(load({ env: { LOGBOOM_DATA: '1234' } }).config!.data).toBe('1234');
  });
});

describe('an unknown variable', () => {
  it('is a problem with the nearest name', () => {
    expect(load({ env: { LOGBOOM_INPUTS_LUMBERJACK_PROT: '1' } }).problems).toMatchObject([
      {
        variable: 'LOGBOOM_INPUTS_LUMBERJACK_PROT',
        message:
          'The environment variable LOGBOOM_INPUTS_LUMBERJACK_PROT names no setting; did you mean `LOGBOOM_INPUTS_LUMBERJACK_PORT`?',
      },
    ]);
  });

  it.each([
    'LOGBOOM_CONFIG',
    'LOGBOOM_PEERS',
    'LOGBOOM_SERVICE_HOST',
    'LOGBOOM_PORT_5044_TCP_ADDR',
    'LOGBOOM_PORT',
  ])('is not %s', (name) => expect(load({ env: { [name]: 'x' } }).problems).toEqual([]));

  it('is none without the prefix', () => {
    expect(load({ env: { PATH: '/bin', logboom_x: '1' } }).problems).toEqual([]);
  });
});

describe('a text that is no value of its setting', () => {
  it.each([
    ['api.port', 'LOGBOOM_API_PORT', 'many'],
    ['indexing.installTemplates', 'LOGBOOM_INDEXING_INSTALL_TEMPLATES', 'yes'],
    ['rules', 'LOGBOOM_RULES', '[a'],
    ['journal', 'LOGBOOM_JOURNAL', '5'],
    ['store.keepAge', 'LOGBOOM_STORE_KEEP_AGE', 'long'],
  ])('%s: %s=%s is a problem', (path, name, text) => {
    expect(load({ env: { [name]: text } }).problems).toMatchObject([{ path, variable: name }]);
  });

  it('is left to the schema’s check', () => {
    const { shape } = leaves.find(({ name }) => name === 'LOGBOOM_API_PORT')!;
    expect(readText(shape, '0x10')).toBe('0x10');
    expect(readText(shape, ' 16 ')).toBe(16);
  });
});
