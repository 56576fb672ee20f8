import { describe, expect, it } from 'vitest';
import { listenersOf, openListeners } from '../../src/config/checks/listeners.ts';
import { load } from '../support/config.ts';

const problemsOf = (text: string) =>
  load({ yaml: text }).problems.map(({ path, message, remedy }) => ({ path, message, remedy }));
const configOf = (text: string) => {
  const { config, problems } = load({ yaml: text });
  expect(problems).toEqual([]);
  return config!;
};

const encryption = '`ssl_enabled: true`, `ssl_certificate` and `ssl_key`';
const or = (name: string) =>
  `or \`${name}.host: 127.0.0.1\`; or \`${name}.open: true\` if only trusted machines can reach it.`;
const files = 'ssl_enabled: true, ssl_certificate: c, ssl_key: k';

/** "Security" in docs/security.md: what other machines reach needs credentials and TLS, or says that it needs none. */
describe('a listener that other machines reach', () => {
  it.each<[string, string, object]>([
    [
      'the API without anything',
      'api: { host: 0.0.0.0 }',
      {
        path: 'api.host',
        message:
          '`api` listens on 0.0.0.0, which other machines may reach, without credentials and without TLS.',
        remedy: `Set \`api.token\` or \`api.tokens\` and ${encryption}; ${or('api')}`,
      },
    ],
    [
      'the API with TLS alone',
      `api: { host: 192.0.2.7, ${files} }`,
      {
        path: 'api.host',
        message: '`api` listens on 192.0.2.7, which other machines may reach, without credentials.',
        remedy: `Set \`api.token\` or \`api.tokens\`; ${or('api')}`,
      },
    ],
    [
      'the API with tokens alone',
      'api: { host: "::", tokens: { ann: { token: abc, role: read } } }',
      {
        path: 'api.ssl_enabled',
        message: 'Tokens and API responses travel in clear text: `api` listens on :: without TLS.',
        remedy: `Set ${encryption}; ${or('api')}`,
      },
    ],
    [
      'the store without anything',
      'store: { host: 0.0.0.0 }',
      {
        path: 'store.host',
        message:
          '`store` listens on 0.0.0.0, which other machines may reach, without credentials and without TLS.',
        remedy: `Set \`store.user\` and \`store.password\`, or \`store.api_key\` and ${encryption}; ${or('store')}`,
      },
    ],
    [
      'the store with a key alone',
      'store: { host: 0.0.0.0, api_key: k }',
      {
        path: 'store.ssl_enabled',
        message: 'Documents and passwords travel in clear text: `store` listens on 0.0.0.0 without TLS.',
        remedy: `Set ${encryption}; ${or('store')}`,
      },
    ],
    [
      'Lumberjack in clear text',
      'inputs: { lumberjack: { host: 0.0.0.0 } }',
      {
        path: 'inputs.lumberjack.ssl_enabled',
        message: 'Events travel in clear text: `inputs.lumberjack` listens on 0.0.0.0 without TLS.',
        remedy: `Set ${encryption}; ${or('inputs.lumberjack')}`,
      },
    ],
    [
      'a TCP input in clear text',
      'inputs: [{ kind: tcp, name: a, port: 5000, host: 0.0.0.0 }]',
      {
        path: 'inputs[0].ssl_enabled',
        message: 'Events travel in clear text: `inputs[0]` listens on 0.0.0.0 without TLS.',
        remedy: `Set ${encryption}; ${or('inputs[0]')}`,
      },
    ],
    [
      'a UDP input, which has no TLS',
      'inputs: [{ kind: udp, name: a, port: 5000, host: 0.0.0.0 }]',
      {
        path: 'inputs[0].host',
        message: 'Events travel in clear text: `inputs[0]` listens on 0.0.0.0 without TLS.',
        remedy:
          'UDP has no TLS. Set `host: 127.0.0.1`; or `open: true` if only trusted machines can reach it.',
      },
    ],
    [
      'a syslog input over UDP',
      'inputs: [{ kind: syslog, name: a, port: 5514, host: 0.0.0.0, protocols: [udp] }]',
      {
        path: 'inputs[0].host',
        message: 'Events travel in clear text: `inputs[0]` listens on 0.0.0.0 without TLS.',
        remedy:
          'UDP has no TLS. Set `host: 127.0.0.1`; or `open: true` if only trusted machines can reach it.',
      },
    ],
    [
      'an HTTP input without credentials',
      'inputs: [{ kind: http, name: a, port: 8080, host: 0.0.0.0 }]',
      {
        path: 'inputs[0].host',
        message:
          '`inputs[0]` listens on 0.0.0.0, which other machines may reach, without credentials and without TLS.',
        remedy: `Set \`user\` and \`password\`, \`api_key\` or \`token\` and ${encryption}; ${or('inputs[0]')}`,
      },
    ],
    [
      'an HTTP input with a token alone',
      'inputs: [{ kind: http, name: a, port: 8080, host: 0.0.0.0, token: t }]',
      {
        path: 'inputs[0].ssl_enabled',
        message: 'Events and passwords travel in clear text: `inputs[0]` listens on 0.0.0.0 without TLS.',
        remedy: `Set ${encryption}; ${or('inputs[0]')}`,
      },
    ],
  ])('is refused: %s', (_, text, problem) => expect(problemsOf(text)).toEqual([problem]));

  it.each([
    ['a Unix socket', 'inputs: [{ kind: syslog, name: a, path: /tmp/x.sock }]'],
    ['a client', 'inputs: [{ kind: tcp, name: a, connect: ["192.0.2.1:7000"] }]'],
    ['standard input', 'inputs: [{ kind: stdin, name: a }]'],
    ['a topic', 'inputs: [{ kind: kafka, name: a, brokers: ["192.0.2.1:9092"], topics: [t], group: g }]'],
    ['one that is off', 'inputs: [{ kind: tcp, name: a, port: 5000, host: 0.0.0.0, enabled: false }]'],
    ['Lumberjack that is off', 'inputs: { lumberjack: { enabled: false, host: 0.0.0.0 } }'],
    ['one of this machine alone', 'inputs: [{ kind: udp, name: a, port: 5000, host: 127.0.0.2 }]'],
    [
      'one that is meant to be open',
      'inputs: [{ kind: udp, name: a, port: 5000, host: 0.0.0.0, open: true }]',
    ],
    [
      'the API for who has a certificate',
      `api: { host: 0.0.0.0, ${files}, ssl_client_authentication: required, ssl_certificate_authorities: [a] }`,
    ],
  ])('is none: %s', (_, text) => expect(problemsOf(text)).toEqual([]));

  it.each<[string, string[]]>([
    ['', []],
    [
      'api: { host: 0.0.0.0, token: t, open: true }',
      ['Tokens and API responses travel in clear text: `api` listens on 0.0.0.0 without TLS.'],
    ],
    [
      'store: { host: 0.0.0.0, open: true }',
      ['`store` listens on 0.0.0.0, which other machines may reach, without credentials and without TLS.'],
    ],
    [
      'inputs: { lumberjack: { host: 0.0.0.0, open: true } }',
      ['Events travel in clear text: `inputs.lumberjack` listens on 0.0.0.0 without TLS.'],
    ],
    [
      'inputs: [{ kind: stdin, name: s }, { kind: tcp, name: a, port: 5000, host: 0.0.0.0, open: true }]',
      ['Events travel in clear text: `inputs[1]` listens on 0.0.0.0 without TLS.'],
    ],
    [`api: { host: 0.0.0.0, token: t, open: true, ${files} }`, []],
    ['api: { open: true }', []],
  ])('is warned about where it is open: %s', (text, warnings) => {
    expect(openListeners(configOf(text))).toEqual(warnings);
  });
});

describe('TLS of a listener', () => {
  const off = {
    message: 'TLS is configured but not enabled: everything would travel in clear text.',
    remedy: 'Set `ssl_enabled: true`, or remove the other `ssl_` settings.',
  };
  const missing = (name: string) => ({
    message: `\`ssl_enabled\` is true, but \`${name}\` is missing.`,
    remedy: 'Set the path of the PEM file.',
  });
  const authority = {
    message: 'Client certificates are requested, but no certificate authority is set to check them.',
    remedy: 'Set the path of the PEM file of the authority.',
  };

  it.each<[string, object[]]>([
    ['ssl_key: k', [{ path: 'api.ssl_enabled', ...off }]],
    ['ssl_certificate: c', [{ path: 'api.ssl_enabled', ...off }]],
    ['ssl_client_authentication: optional', [{ path: 'api.ssl_enabled', ...off }]],
    [
      'ssl_enabled: true',
      [
        { path: 'api.ssl_certificate', ...missing('ssl_certificate') },
        { path: 'api.ssl_key', ...missing('ssl_key') },
      ],
    ],
    ['ssl_enabled: true, ssl_key: k', [{ path: 'api.ssl_certificate', ...missing('ssl_certificate') }]],
    [
      `${files}, ssl_client_authentication: optional`,
      [{ path: 'api.ssl_certificate_authorities', ...authority }],
    ],
    [`${files}, ssl_client_authentication: optional, ssl_certificate_authorities: [a]`, []],
    [files, []],
  ])('of the API with %s', (settings, problems) =>
    expect(problemsOf(`api: { ${settings} }`)).toEqual(problems),
  );

  it('is none over UDP', () => {
    const text = `inputs: [{ kind: syslog, name: a, port: 5514, protocols: [tcp, udp], ${files} }]`;
    expect(problemsOf(text)).toEqual([
      {
        path: 'inputs[0].protocols',
        message: 'UDP has no TLS: its lines would travel in clear text.',
        remedy: 'Write `protocols: [tcp]`, and a second input for UDP.',
      },
    ]);
  });

  const topic = (settings: string) =>
    `inputs: [{ kind: kafka, name: a, brokers: ["h:9092"], topics: [t], group: g, ${settings} }]`;
  const ofTopic = {
    path: 'inputs[0].ssl_enabled',
    message: 'TLS is configured but not enabled: everything would travel in clear text.',
    remedy: 'Set `ssl_enabled: true`.',
  };
  const half = (name: string) => ({
    path: `inputs[0].${name}`,
    message: `A client certificate needs its key; \`${name}\` is missing.`,
    remedy: 'Set the path of the PEM file.',
  });
  it.each<[string, object[]]>([
    ['ssl_key: k', [ofTopic]],
    ['ssl_certificate: c', [ofTopic]],
    ['ssl_certificate_authorities: [a]', [ofTopic]],
    ['ssl_enabled: true, ssl_certificate: c', [half('ssl_key')]],
    ['ssl_enabled: true, ssl_key: c', [half('ssl_certificate')]],
    ['ssl_enabled: true', []],
    [files, []],
  ])('of a topic with %s', (settings, problems) => expect(problemsOf(topic(settings))).toEqual(problems));
});

describe('ports', () => {
  it.each<[string, string, string]>([
    ['api: { port: 5044 }', 'api.port', 'Port 5044 is already used by `inputs.lumberjack.port`.'],
    ['store: { port: 9600 }', 'store.port', 'Port 9600 is already used by `api.port`.'],
    [
      'inputs: [{ kind: tcp, name: a, port: 7000 }, { kind: http, name: b, port: 7000 }]',
      'inputs[1].port',
      'Port 7000 is already used by `inputs[0].port`.',
    ],
    [
      'inputs: [{ kind: syslog, name: a, port: 7000, protocols: [udp, tcp] }, { kind: udp, name: b, port: 7000 }]',
      'inputs[1].port',
      'Port 7000 is already used by `inputs[0].port`.',
    ],
  ])('%s are refused', (text, path, message) => {
    const remedy = 'Give each listener its own port. 0 takes a free port.';
    expect(problemsOf(text)).toEqual([{ path, message, remedy }]);
  });

  it.each([
    'inputs: [{ kind: tcp, name: a, port: 7000 }, { kind: udp, name: b, port: 7000 }]',
    'api: { port: 0 }\nstore: { port: 0 }',
    'store: { port: 9600 }\nelasticsearch: { hosts: ["http://127.0.0.1:9"] }',
    'inputs: [{ kind: tcp, name: a, port: 7000 }, { kind: tcp, name: b, port: 7000, enabled: false }]',
  ])('%s fit', (text) => expect(problemsOf(text)).toEqual([]));

  it('are those of all listeners', () => {
    const names = (text: string) => listenersOf(configOf(text)).map(({ path }) => path.join('.'));
    expect(names('')).toEqual(['inputs.lumberjack', 'api', 'store']);
    expect(names('elasticsearch: { hosts: ["http://127.0.0.1:9"] }')).toEqual(['inputs.lumberjack', 'api']);
    expect(names('inputs: [{ kind: tcp, name: a, port: 7000 }]')).toEqual(['inputs.0', 'api', 'store']);
  });
});
