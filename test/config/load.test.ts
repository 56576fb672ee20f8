import { describe, expect, it } from 'vitest';
import { schema } from '../../src/config/schema/schema.ts';
import { load, yaml } from '../support/config.ts';

const configOf = (given: Parameters<typeof load>[0]) => {
  const { config, problems } = load(given);
  expect(problems).toEqual([]);
  return config!;
};

describe('loading a configuration', () => {
  it('gives every setting its default where the file is empty', () => {
    expect(configOf({ yaml: '' })).toEqual(schema.parse({}));
  });

  it('gives every setting its default where the file holds comments only', () => {
    expect(configOf({ yaml: '# nothing yet\n' }).journal.maxSize).toBe(4 * 2 ** 30);
  });

  it('names all files that have a part in it, readable or not', () => {
    const secrets =
      'api: { token: { file: /t } }\nelasticsearch: { hosts: [http://a], api_key: { file: /gone } }';
    expect(load({ yaml: secrets, files: { '/t': 'abc' } }).files).toEqual(['logboom.yml', '/t', '/gone']);
  });

  it('takes an empty section for its defaults', () => {
    expect(configOf({ yaml: 'journal:\ninputs:\n  lumberjack:\n' })).toEqual(schema.parse({}));
  });

  it('takes an empty setting for its default, whatever the section', () => {
    const text = yaml`
      rules:
        - name: a
          kind:
          when:
          labels: { team: }
          activeHours: { zone: , days: ~ }
      notifiers: { ops: }
      forward:
        hosts: [a]
        ssl.enabled: true
        ssl.verification_mode:
        ssl:
    `;
    const full =
      'rules: [{ name: a, labels: {}, activeHours: {} }]\nforward: { hosts: [a], ssl: { enabled: true } }';
    expect(configOf({ yaml: text })).toEqual(configOf({ yaml: full }));
  });

  it('reads durations and sizes into milliseconds and bytes', () => {
    const config = configOf({ yaml: 'journal: { tick: 1s, maxSize: 2mb, keepAge: 1h30m }' });
    expect(config.journal).toMatchObject({ tick: 1000, maxSize: 2 ** 21, keepAge: 5_400_000 });
  });

  it('follows aliases and finds problems behind them', () => {
    const text = yaml`
      rules:
        - &first { name: first, over: 1s }
        - { name: second, over: 1s, notify: &who [nobody] }
        - { name: third, notify: *who }
    `;
    expect(load({ yaml: text }).problems.map(({ path }) => path)).toEqual([
      'rules[1].notify[0]',
      'rules[2].notify[0]',
    ]);
  });

  it('uses the default rules only where the file has none', () => {
    expect(configOf({}).rules.map(({ name }) => name)).toEqual(['events-by-dataset', 'error-share']);
    expect(configOf({ yaml: 'rules: []' }).rules).toEqual([]);
  });

  it('names the file that it read', () => {
    expect(load({}).path).toBe('logboom.yml');
  });

  it('gives no configuration where there is a problem', () => {
    expect(load({ yaml: 'dat: x' }).config).toBeUndefined();
  });

  it('does not let a key named __proto__ become a prototype', () => {
    const { problems } = load({ yaml: '__proto__: { data: /elsewhere }' });
    expect(problems.map(({ path }) => path)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).data).toBeUndefined();
  });

  it('refuses aliases nested into an explosion', () => {
    const levels = Array.from(
      { length: 9 },
      (_, at) => `l${at + 1}: &l${at + 1} [${Array(9).fill(`*l${at}`).join(', ')}]`,
    );
    const { problems } = load({ yaml: `l0: &l0 [x]\n${levels.join('\n')}` });
    expect(problems[0]!.message).toMatch(/^This YAML cannot be read: Excessive alias count/);
  });
});

describe('substitution', () => {
  it('puts environment variables into texts', () => {
    const text = yaml`
      notifiers:
        hook:
          kind: webhook
          url: https://\${HOST}/hook
          headers: { authorization: 'Bearer \${TOKEN}' }
    `.replaceAll('\\$', '$');
    const { notifiers } = configOf({ yaml: text, env: { HOST: 'example.org', TOKEN: 's3cret' } });
    expect(notifiers.hook).toMatchObject({
      url: 'https://example.org/hook',
      headers: { authorization: 'Bearer s3cret' },
    });
  });

  const cases: [written: string, env: NodeJS.ProcessEnv, level: string][] = [
    ['$' + '{LEVEL:warn}', {}, 'warn'],
    ['$' + '{LEVEL:warn}', { LEVEL: '' }, 'warn'],
    ['$' + '{LEVEL:warn}', { LEVEL: 'error' }, 'error'],
    ['$' + '{A}$' + '{B}', { A: 'de', B: 'bug' }, 'debug'],
  ];
  it.each(cases)('reads %s with %j as %s', (written, env, level) => {
    expect(configOf({ yaml: `log: { level: '${written}' }`, env }).log.level).toBe(level);
  });

  it('reads numbers, flags and lists from variables as such', () => {
    const text = [
      'inputs: { lumberjack: { port: "$' + '{PORT}", ssl_enabled: "$' + '{TLS:false}" } }',
      'elasticsearch: { hosts: "$' + '{HOSTS}" }',
    ].join('\n');
    const env = { PORT: '5045', HOSTS: 'http://a:9200, http://b:9200' };
    const config = configOf({ yaml: text, env });
    expect(config.inputs.lumberjack).toMatchObject({ port: 5045, ssl_enabled: false });
    expect(config.elasticsearch!.hosts).toEqual(['http://a:9200', 'http://b:9200']);
  });

  it('never reads settings out of a variable’s text', () => {
    const config = configOf({
      yaml: 'data: "$' + '{FOLDER}"',
      env: { FOLDER: 'x"\napi: { host: 0.0.0.0 }' },
    });
    expect(config.data).toBe('x"\napi: { host: 0.0.0.0 }');
    expect(config.api.host).toBe('127.0.0.1');
  });

  it('leaves $' + '$' + '{ as a literal', () => {
    expect(configOf({ yaml: 'data: "a$' + '$' + '{b}"' }).data).toBe('a$' + '{b}');
  });

  it('reads a secret from its file without the final newline', () => {
    const config = configOf({ yaml: 'api: { token: { file: /t } }', files: { '/t': 'abc\n' } });
    expect(config.api.token).toBe('abc');
  });

  it('reads the address of a webhook from a file, for it is a secret too', () => {
    const config = configOf({
      yaml: 'notifiers: { ops: { kind: slack, url: { file: "$' + '{DIR}/url" } } }',
      env: { DIR: '/run' },
      files: { '/run/url': 'https://hooks.example.org/T/B/x' },
    });
    expect(config.notifiers.ops).toMatchObject({ url: 'https://hooks.example.org/T/B/x' });
  });
});
