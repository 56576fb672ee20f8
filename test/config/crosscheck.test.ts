import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../src/listeners/guard.ts';
import { type Given, load } from '../support/config.ts';

const tls = (settings: string) => ({ yaml: `inputs: { lumberjack: { ${settings} } }` });
const es = (settings: string) => ({ yaml: `elasticsearch: { ${settings} }` });
const slack = (settings: string) => ({ yaml: `notifiers: { ops: { kind: slack, ${settings} } }` });

const certificate = 'ssl_enabled: true, ssl_certificate: c, ssl_key: k';

/** What an HTTP listener that other machines reach must not lack. */
const listening = (what: string, section: string, credentials: string): typeof wrong => [
  [
    `${what} for all without credentials`,
    { yaml: `${section}: { host: 0.0.0.0, ${certificate} }` },
    `${section}.host`,
    /without credentials/,
  ],
  [
    `${what} for all without either`,
    { yaml: `${section}: { host: 0.0.0.0 }` },
    `${section}.host`,
    /without credentials and without TLS/,
  ],
  [
    `${what} for all without TLS`,
    { yaml: `${section}: { host: "::", ${credentials} }` },
    `${section}.ssl_enabled`,
    /in clear text/,
  ],
];

const wrong: [title: string, given: Given, path: string, message: RegExp][] = [
  ...listening('an API', 'api', 'token: t'),
  ...listening('a store', 'store', 'user: u, password: p'),
  ['a store with half a user', { yaml: 'store: { user: u }' }, 'store.password', /`password` is missing/],
  [
    'a Lumberjack listener for all in clear text',
    tls('host: 0.0.0.0'),
    'inputs.lumberjack.ssl_enabled',
    /clear text/,
  ],
  [
    'TLS without certificate',
    tls('ssl_enabled: true, ssl_key: k'),
    'inputs.lumberjack.ssl_certificate',
    /missing/,
  ],
  ['TLS without key', tls('ssl_enabled: true, ssl_certificate: c'), 'inputs.lumberjack.ssl_key', /missing/],
  ['certificates without TLS', tls('ssl_certificate: c'), 'inputs.lumberjack.ssl_enabled', /clear text/],
  [
    'client certificates without TLS',
    tls('ssl_client_authentication: required'),
    'inputs.lumberjack.ssl_enabled',
    /clear text/,
  ],
  [
    'client certificates without authorities',
    tls('ssl_enabled: true, ssl_key: k, ssl_certificate: c, ssl_client_authentication: required'),
    'inputs.lumberjack.ssl_certificate_authorities',
    /no certificate authority/,
  ],
  ['Elasticsearch without an address', es('compression: false'), 'elasticsearch.hosts', /no address/],
  [
    'sniffing through a proxy',
    es('hosts: [http://a], sniffing: true, proxy: "http://p:3128"'),
    'elasticsearch.sniffing',
    /proxy cannot reach the node addresses/,
  ],
  [
    'documents that replace others in data streams',
    { yaml: 'indexing: { action: index }' },
    'indexing.action',
    /only the action `create`/,
  ],
  [
    'routing in data streams',
    { yaml: 'indexing: { routing: "%{x}" }' },
    'indexing.routing',
    /refuse documents with a routing value/,
  ],
  [
    'two addresses',
    es('hosts: [http://a], cloud_id: "x:ZXUuZXhhbXBsZS5vcmckYWJjJGRlZg=="'),
    'elasticsearch.cloud_id',
    /Both/,
  ],
  ['a cloud id that is none', es('cloud_id: "my-deployment"'), 'elasticsearch.cloud_id', /not a cloud ID/],
  [
    'a fingerprint that is none',
    es('hosts: [https://a], ca_trusted_fingerprint: "AB:CD"'),
    'elasticsearch.ca_trusted_fingerprint',
    /not a SHA-256 fingerprint/,
  ],
  ['a password without a user', es('hosts: [http://a], password: b'), 'elasticsearch.user', /without a user/],
  [
    'a user without a password',
    es('hosts: [http://a], user: b'),
    'elasticsearch.password',
    /without a password/,
  ],
  [
    'two ways to authenticate',
    es('hosts: [http://a], user: b, password: c, api_key: d'),
    'elasticsearch.api_key',
    /Both/,
  ],
  [
    'a recipient of a rule that is no address',
    { yaml: 'people: { ops: [a@b.example] }\nrules: [{ name: a, recipients: [ops, ann] }]' },
    'rules[0].recipients[1]',
    /neither an e-mail address \(it has no @\) nor a group/,
  ],
  [
    'an unknown notifier',
    { yaml: 'rules: [{ name: a, notify: [log, opps] }]\nnotifiers: { ops: { kind: log } }' },
    'rules[0].notify[1]',
    /There is no notifier `opps`; did you mean `ops`\?/,
  ],
  ['one port twice', { yaml: 'api: { port: 5044 }' }, 'api.port', /already used by `inputs.lumberjack.port`/],
  ...(
    [
      ['namespace', 'Prod', /it has capital letters/],
      ['namespace', 'prod-eu', /separates the parts of a name/],
      ['namespace', '', /it is empty/],
      ['dataset', 'a b', /it has ` ` in it/],
      ['alerts', 'My Alerts', /it has capital letters/],
      ['alerts', 'alerts*', /it has `\*` in it/],
      ['alerts', '_alerts', /it begins with `_`/],
      ['index', '<logs-%{+yyyy.MM.dd}>', /`<logs-` has `<` in it/],
      ['index', 'Filebeat-%{+yyyy.MM.dd}', /`Filebeat-` has capital letters/],
      ['index', 'logs-%{+yyyy.MMM.dd}', /has `MMM`, which is no number of a date/],
      ['index', 'logs-%{{yyyy.MM.dd}}', /is a date in another way of writing/],
      ['index', 'logs-%{[a][b]', /begins a field that does not end/],
      ['document_id', '%{[a][]}', /names no field/],
      ['pipeline', 'p-%{+EEE}', /has `EEE`/],
    ] as const
  ).map(([name, text, message]): (typeof wrong)[number] => [
    `indexing.${name}: ${text}`,
    { yaml: `indexing: { ${name}: ${JSON.stringify(text)} }` },
    `indexing.${name}`,
    message,
  ]),
  [
    'a webhook that may take no time',
    slack('url: http://a, timeout: 0s'),
    'notifiers.ops.timeout',
    /greater than 0/,
  ],
  [
    'an HTTP input for all without credentials',
    { yaml: `inputs: [{ kind: http, name: web, host: 0.0.0.0, ${certificate} }]` },
    'inputs[0].host',
    /without credentials/,
  ],
  [
    'passwords in clear text',
    { yaml: 'inputs: [{ kind: http, name: web, host: 0.0.0.0, user: u, password: p }]' },
    'inputs[0].ssl_enabled',
    /passwords travel in clear text/,
  ],
  [
    'a password without a user on an HTTP input',
    { yaml: 'inputs: [{ kind: http, name: web, password: p }]' },
    'inputs[0].user',
    /`user` is missing/,
  ],
  [
    'an HTTP input on the port of the API',
    { yaml: 'inputs: [{ kind: http, name: web, port: 9600 }]' },
    'api.port',
    /already used by `inputs\[0\].port`/,
  ],
  [
    'a look without a pause',
    { yaml: 'indexing: { retention: { every: 0s } }' },
    'indexing.retention.every',
    /greater than 0/,
  ],
  ['a tick of no length', { yaml: 'journal: { tick: 0s }' }, 'journal.tick', /greater than 0/],
  ['an unknown time zone', { yaml: 'time: { zone: Mars/Olympus }' }, 'time.zone', /not a time zone/],
];

describe('settings that do not fit together', () => {
  it.each(wrong)('%s', (_, given, path, message) => {
    const { problems } = load(given);
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(problems[0]!.message).toMatch(message);
  });
});

const http = (settings: string) => ({ yaml: `inputs: [{ kind: http, name: web, ${settings} }]` });

const right: [title: string, given: Given][] = [
  ['an API for all with a token and TLS', { yaml: `api: { host: 0.0.0.0, token: t, ${certificate} }` }],
  [
    'an API for all who have a certificate',
    {
      yaml: `api: { host: 0.0.0.0, ${certificate}, ssl_client_authentication: required, ssl_certificate_authorities: [ca] }`,
    },
  ],
  ['an API for all behind a proxy that speaks TLS', { yaml: 'api: { host: 0.0.0.0, token: t, open: true }' }],
  ['a Lumberjack listener for all with TLS', tls(`host: 0.0.0.0, ${certificate}`)],
  ['an HTTP input for all with a token and TLS', http(`host: 0.0.0.0, token: t, ${certificate}`)],
  ['an HTTP input on this machine without anything', http('dataset: a')],
  ['a Lumberjack listener in a closed network', tls('host: 0.0.0.0, open: true')],
  ['a store for all that is meant so', { yaml: 'store: { host: 0.0.0.0, open: true }' }],
  [
    'a store’s address where Elasticsearch is used',
    { yaml: 'store: { host: "::" }\nelasticsearch: { hosts: [http://a] }' },
  ],
  ['TLS with its files', tls('ssl_enabled: true, ssl_key: k, ssl_certificate: c')],
  ['Slack’s webhook', slack('url: https://hooks.example.org/x')],
  ['a Slack bot', slack('token: b, channel: c')],
  [
    'free ports on all listeners',
    { yaml: 'api: { port: 0 }\nstore: { port: 0 }\ninputs: { lumberjack: { port: 0 } }' },
  ],
  ['the notifier that is always there', { yaml: 'rules: [{ name: a, notify: [log] }]' }],
];

describe('settings that fit together', () => {
  it.each(right)('%s', (_, given) => {
    expect(load(given).problems).toEqual([]);
  });
});

describe('a check of the whole', () => {
  it('does not blame a setting for a mistyped neighbour', () => {
    const given = tls('ssl_enabled: true, ssl_key: k, ssl_certficate: c');
    expect(load(given).problems.map(({ path }) => path)).toEqual(['inputs.lumberjack.ssl_certficate']);
  });

  it('still runs where another section is broken', () => {
    const given = { yaml: 'log: { level: x }\ntime: { zone: Mars }' };
    expect(load(given).problems.map(({ path }) => path)).toEqual(['log.level', 'time.zone']);
  });
});

it.each([
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['localhost', true],
  ['::1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
  ['127.0.0.1.example.org', false],
])('%s is loopback: %s', (host, loopback) => expect(isLoopback(host)).toBe(loopback));
