import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseHost } from '../../src/config/schema/forward.ts';
import { load, yaml } from '../support/config.ts';

describe('the section forward', () => {
  it('takes what Filebeat’s output.logstash has, dots and all', () => {
    const { config, problems } = load({
      yaml: yaml`
        forward:
          hosts: ["logs-1:5044", "logs-2"]
          loadbalance: true
          worker: 2
          bulk_max_size: 4096
          pipelining: 4
          compression_level: 1
          ttl: 60s
          timeout: 10s
          backoff.init: 2s
          backoff.max: 30s
          ssl.certificate_authorities: ["/etc/ca.crt"]
          ssl.certificate: /etc/client.crt
          ssl.key: /etc/client.key
          ssl.verification_mode: certificate
      `,
    });
    expect(problems).toEqual([]);
    expect(config!.forward).toMatchObject({
      hosts: ['logs-1:5044', 'logs-2'],
      backoff: { init: 2_000, max: 30_000 },
      ssl: { enabled: true, certificate: '/etc/client.crt', verification_mode: 'certificate' },
    });
  });

  it('means the same with sections', () => {
    const dotted = load({ yaml: 'forward: { hosts: [a], ssl.enabled: false, ssl.key_passphrase: x }' });
    const nested = load({ yaml: 'forward: { hosts: [a], ssl: { enabled: false, key_passphrase: x } }' });
    expect(dotted.config).toEqual(nested.config);
  });

  it('is absent by default, and has Filebeat’s defaults', () => {
    expect(load({}).config!.forward).toBeUndefined();
    expect(load({ yaml: 'forward: { hosts: [a] }' }).config!.forward).toMatchObject({
      loadbalance: false,
      worker: 1,
      pipelining: 2,
      bulk_max_size: 2048,
      compression_level: 3,
      timeout: 30_000,
      ttl: 0,
      backoff: { init: 1_000, max: 60_000 },
      onFull: 'skip',
    });
  });

  it('may come from the environment alone', () => {
    const env = {
      LOGBOOM_FORWARD_HOSTS: 'one:5044, two:5044',
      LOGBOOM_FORWARD_SSL_VERIFICATION_MODE: 'none',
    };
    const { config } = load({ env });
    expect(config!.forward).toMatchObject({
      hosts: ['one:5044', 'two:5044'],
      ssl: { enabled: true, verification_mode: 'none' },
    });
  });

  it.each([
    ['forward: {}', 'forward.hosts', /required|missing|needed|list/i],
    ['forward: { hosts: [] }', 'forward.hosts', /./],
    ['forward: { hosts: ["http://a:1"] }', 'forward.hosts[0]', /This is not an address/],
    ['forward: { hosts: [a], loadbalanced: true }', 'forward.loadbalanced', /did you mean `loadbalance`/],
    ['forward: { hosts: [a], ssl.verfication_mode: none }', 'forward.ssl.verfication_mode', /did you mean/],
    ['forward: { hosts: [a], ssl.verfication_mode: }', 'forward.ssl.verfication_mode', /did you mean/],
    ['forward: { hosts: [a], timeout: 0s }', 'forward.timeout', /greater than 0/],
    ['forward: { hosts: [a], backoff.init: 0s }', 'forward.backoff.init', /greater than 0/],
    [
      'forward: { hosts: [a], ssl.key: k }',
      'forward.ssl.certificate',
      /needs `certificate` and `key`; `certificate` is missing/,
    ],
    [
      'forward: { hosts: [a], ssl.certificate: c }',
      'forward.ssl.key',
      /needs `certificate` and `key`; `key` is missing/,
    ],
    [
      'forward: { hosts: [localhost] }',
      'forward.hosts[0]',
      /Lumberjack input of logboom itself: events would loop/,
    ],
    ['forward: { hosts: ["127.0.0.1:5044"] }', 'forward.hosts[0]', /Lumberjack input of logboom itself/],
    [
      'inputs: { lumberjack: { host: 10.0.0.1, port: 5045, open: true } }\nforward: { hosts: ["10.0.0.1:5045"] }',
      'forward.hosts[0]',
      /Lumberjack input of logboom itself/,
    ],
  ])('refuses %s', (text, path, message) => {
    expect(load({ yaml: text }).problems).toEqual([
      expect.objectContaining({ path, message: expect.stringMatching(message) }),
    ]);
  });

  it('is as the example has it', () => {
    const text = readFileSync(new URL('../../examples/forward.yml', import.meta.url), 'utf8');
    const { config, problems } = load({ yaml: text });
    expect(problems).toEqual([]);
    expect(config!.forward!.hosts).toHaveLength(2);
    expect(config!.forward!.ssl!.enabled).toBe(true);
  });

  it('does not take another port of this machine for its own input', () => {
    expect(load({ yaml: 'forward: { hosts: ["localhost:5045"] }' }).problems).toEqual([]);
  });
});

describe('an address', () => {
  it.each([
    ['logs', { host: 'logs', port: 5044 }],
    ['logs.example.org:5045', { host: 'logs.example.org', port: 5045 }],
    ['10.0.0.1', { host: '10.0.0.1', port: 5044 }],
    ['[::1]:5045', { host: '::1', port: 5045 }],
    ['[fe80::1]', { host: 'fe80::1', port: 5044 }],
    ['::1', undefined],
    ['logs:0', undefined],
    ['logs:65536', undefined],
    ['logs:', undefined],
    ['logs:5044/path', undefined],
    ['http://logs', undefined],
    ['', undefined],
    ['two words', undefined],
  ])('%j', (text, address) => {
    expect(parseHost(text)).toEqual(address);
  });
});
