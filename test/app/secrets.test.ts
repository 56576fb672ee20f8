import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { secretsOf } from '../../src/config/secrets.ts';
import { connect } from '../../src/generator/client.ts';
import { certificateFiles, makeAuthority } from '../support/certificates.ts';
import { load } from '../support/config.ts';
import { eventually } from '../support/eventually.ts';
import { aFolder } from '../support/folder.ts';
import { Server } from '../support/server.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const files = certificateFiles(makeAuthority());

/** A secret that is found wherever it turns up, also in base64. */
const secret = (name: string) => `s3cr3t-${name}-value`;
const spelt = (name: string) => [secret(name), Buffer.from(secret(name)).toString('base64').slice(0, 16)];
const names = [
  'operate',
  'reader',
  'passphrase',
  'password',
  'hook',
  'header',
  'slack',
  'webhook',
  'userinfo',
  'module',
  'nested',
];

/** Every secret setting that there is, but for those of the store, which Elasticsearch takes the place of. */
const everySecret = {
  api: { token: secret('operate'), tokens: { eye: { token: secret('reader') } } },
  inputs: {
    lumberjack: {
      ssl_enabled: true,
      ssl_certificate: files.ssl_certificate,
      ssl_key: files.ssl_key,
      ssl_key_passphrase: secret('passphrase'),
    },
  },
  elasticsearch: {
    // Nobody listens there: each failed attempt is told in the log.
    hosts: [`http://elastic:${secret('userinfo')}@127.0.0.1:9`],
    user: 'elastic',
    password: secret('password'),
  },
  notifiers: {
    hook: {
      kind: 'webhook',
      url: `http://127.0.0.1:9/${secret('hook')}`,
      headers: { authorization: secret('header') },
    },
    mine: {
      kind: 'module',
      file: fileURLToPath(new URL('../fixtures/leaky-notifier.mjs', import.meta.url)),
      settings: { room: '#ops', token: secret('module'), more: [{ anything: secret('nested') }] },
    },
    bot: { kind: 'slack', api: 'http://127.0.0.1:9', token: secret('slack'), channel: 'ops' },
    incoming: { kind: 'slack', url: `http://127.0.0.1:9/services/${secret('webhook')}` },
  },
  rules: [{ name: 'all', over: '1s', when: '>= 1', notify: ['log', 'hook', 'mine', 'bot', 'incoming'] }],
};

function expectNone(what: string, text: string): void {
  const found = names.flatMap((name) => spelt(name).filter((one) => text.includes(one)));
  expect(`${what}: ${found}`).toBe(`${what}: `);
}

describe('secrets', () => {
  it('are in nothing that a running server tells, at the most talkative level', async () => {
    const { api, inputs, ...rest } = everySecret;
    const server = await Server.withConfig({ ...rest, log: { level: 'trace', format: 'json' } });
    server.write({ ...server.read(), api: { ...api, port: server.ports.api } });
    const authorization = `Bearer ${secret('operate')}`;
    const get = (path: string) =>
      fetch(`http://127.0.0.1:${server.ports.api}${path}`, { headers: { authorization } }).then((answer) =>
        answer.text(),
      );
    vi.spyOn(server, 'status').mockImplementation(async () => JSON.parse(await get('/status')));
    await server.start();
    const shipper = await connect({ host: '127.0.0.1', port: server.ports.lumberjack });
    await shipper.send([JSON.stringify({ '@timestamp': new Date().toISOString(), message: 'a line' })]);
    shipper.close();
    await eventually(
      () => {
        for (const name of ['hook', 'bot', 'incoming']) expect(server.text).toContain(`"${name}"`);
        expect(server.text).toContain('ECONNREFUSED');
        expect(server.text).toContain('the chat answered 403 to a request with [secret] and [secret]');
      },
      { timeout: 30_000, interval: 200 },
    );
    for (const path of ['/', '/status', '/health', '/metrics', '/nothing', '/explain?rule=all&at=now'])
      expectNone(path, await get(path));
    const stranger = await fetch(`http://127.0.0.1:${server.ports.api}/status`);
    expectNone('a refusal', (await stranger.text()) + JSON.stringify([...stranger.headers]));
    await server.stop();
    expectNone('the log', server.text);
    expect(inputs).toBeDefined();
  });

  it.each([
    ['a configuration that is fine', everySecret],
    ['one with a mistake beside each', { ...everySecret, journal: { tick: 'never' } }],
    ['one whose secrets are of the wrong kind', { ...everySecret, api: { token: { x: secret('operate') } } }],
    [
      'one whose secrets are under mistyped names',
      { ...everySecret, api: { tokn: secret('operate') }, elasticsearch: { pasword: secret('password') } },
    ],
    [
      'one whose addresses are none',
      { ...everySecret, notifiers: { hook: { kind: 'webhook', url: secret('hook') } } },
    ],
    ['no YAML at all', `api: { token: ${secret('operate')}\n  x: [${secret('password')}`],
  ])('are not in what `check` and `run` say of %s', (_, config) => {
    const path = join(aFolder(), 'logboom.yml');
    writeFileSync(path, typeof config === 'string' ? config : JSON.stringify(config));
    for (const command of ['check', 'status', 'explain x']) {
      const { stdout, stderr } = spawnSync(
        process.execPath,
        [main, ...command.split(' '), '--config', path],
        {
          encoding: 'utf8',
        },
      );
      expect(stdout + stderr).not.toBe('');
      expectNone(command, stdout + stderr);
    }
  });

  it.each([
    [{ token: 'x1' }, ['x1']],
    [{ room: '#ops', url: 'https://chat' }, ['https://chat']],
    [{ auth: { user: 'ann', list: ['b', 7, null] } }, ['ann', 'b']],
    [{ apiKey: '', room: 'ops', on: true }, []],
  ])('may be among the settings %j of a module', (settings, expected) => {
    const notifiers = { mine: { kind: 'module', file: 'x.mjs', settings } };
    const { config } = load({ yaml: JSON.stringify({ notifiers, data: aFolder() }) });
    expect(secretsOf(config!)).toEqual(expected);
  });

  it('of this test are all that there are, but for the store’s', () => {
    const { config, problems } = load({ yaml: JSON.stringify({ ...everySecret, data: aFolder() }) });
    expect(problems).toEqual([]);
    const found = secretsOf(config!).join(' ');
    for (const name of names.filter((one) => one !== 'userinfo')) expect(found).toContain(secret(name));
  });
});
