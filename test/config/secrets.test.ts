import { expect, it } from 'vitest';
import { addSecrets, secretsOf } from '../../src/config/secrets.ts';
import { load, yaml } from '../support/config.ts';

it('all secrets of a configuration are found, and nothing else', () => {
  const text = yaml`
    api: { token: one }
    inputs: { lumberjack: { ssl_enabled: true, ssl_certificate: c, ssl_key: k, ssl_key_passphrase: two } }
    elasticsearch: { hosts: [http://a], user: u, password: three }
    notifiers:
      hook: { kind: webhook, url: http://four, headers: { authorization: five } }
      bot: { kind: slack, token: six, channel: general }
  `;
  const { config } = load({ yaml: text });
  const secrets = ['one', 'two', 'three', 'http://four', 'five', 'six'];
  expect(secretsOf(config!).sort()).toEqual(secrets.sort());
});

it('those of listed inputs are found', () => {
  const text = yaml`
    inputs:
      - { kind: http, name: web, user: u, password: one, api_key: two, token: three }
      - { kind: tcp, name: lines, ssl_enabled: true, ssl_certificate: c, ssl_key: k, ssl_key_passphrase: four }
      - { kind: lumberjack, name: beats, ssl_enabled: true, ssl_certificate: c, ssl_key: k, ssl_key_passphrase: five }
  `;
  const { config } = load({ yaml: text });
  expect(secretsOf(config!).sort()).toEqual(['five', 'four', 'one', 'three', 'two']);
});

it('those of a reload come to the ones that are known, each once', () => {
  const known = ['one'];
  const { config } = load({ yaml: yaml`{ api: { token: two } }` });
  for (let reload = 0; reload < 3; reload += 1) addSecrets(known, config!);
  expect(known).toEqual(['one', 'two']);
});
