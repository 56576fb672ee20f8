import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { api as schema } from '../../src/config/schema/service.ts';
import { type Api, startApi } from '../../src/telemetry/api/api.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { status } from '../support/status.ts';

let api: Api | undefined;
afterEach(async () => {
  await api?.stop();
  api = undefined;
});

async function start(settings: object = {}): Promise<string> {
  api = await startApi({
    config: schema.parse({ port: 0, ...settings }),
    status: () => status(),
    health: () => ({ healthy: true, state: 'healthy', reasons: [] }),
    metrics: async () => 'logboom_x_total 1\n',
    instruments: silentInstruments(),
  });
  return api.url;
}

/** A request whose headers are all one's own, `Host` included, which `fetch` would not allow. */
function ask(url: string, headers: Record<string, string> = {}, method = 'GET', path = '/status') {
  return new Promise<{ code: number; text: string; challenge: string | undefined }>((resolve, reject) => {
    const asked = request(new URL(path, url), { method, headers }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({ code: response.statusCode!, text, challenge: response.headers['www-authenticate'] });
    });
    asked.once('error', reject).end();
  });
}

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

describe('an API with a token', () => {
  it.each([
    ['no header', undefined],
    ['another token', 'Bearer other'],
    ['a beginning of it', 'Bearer the-toke'],
    ['more than it', 'Bearer the-token-'],
    ['the token without its scheme', 'the-token'],
    ['the token under another scheme', 'ApiKey the-token'],
    ['the token of another user', basic('root', 'the-token')],
    ['no token', 'Bearer '],
    ['no user', basic('', '')],
  ])('refuses %s, whatever is asked', async (_, authorization) => {
    const url = await start({ token: 'the-token' });
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    for (const path of ['/', '/health', '/metrics', '/status', '/nothing']) {
      const answer = await ask(url, headers, 'GET', path);
      expect(answer.code).toBe(401);
      expect(answer.challenge).toBe('Bearer, Basic realm="logboom"');
      expect(JSON.parse(answer.text)).toEqual({ error: 'Credentials are needed.' });
    }
  });

  it.each(['Bearer the-token', 'bearer  the-token', basic('token', 'the-token')])(
    'takes %s',
    async (authorization) => {
      expect((await ask(await start({ token: 'the-token' }), { authorization })).code).toBe(200);
    },
  );
});

describe('roles', () => {
  const tokens = { prometheus: { token: 'eye' }, deploy: { role: 'operate', token: 'hand' } };

  it.each([
    ['a reader looks', 'eye', 'GET', 200],
    ['a reader asks for headers', 'eye', 'HEAD', 200],
    ['a reader changes nothing', 'eye', 'POST', 403],
    ['a reader deletes nothing', 'eye', 'DELETE', 403],
    ['an operator looks', 'hand', 'GET', 200],
    // There is nothing to change at this path; the request was let through to hear so.
    ['an operator may change', 'hand', 'POST', 405],
    ['a stranger changes nothing', 'foot', 'POST', 401],
  ])('%s', async (_, token, method, code) => {
    const url = await start({ tokens });
    expect((await ask(url, { authorization: `Bearer ${token}` }, method)).code).toBe(code);
  });

  it('are told to one who lacks them', async () => {
    const { text } = await ask(await start({ tokens }), { authorization: 'Bearer eye' }, 'POST');
    expect(JSON.parse(text).error).toBe(
      'The token `prometheus` may read; this needs one with the role `operate`.',
    );
  });

  it('know a holder by name and token as well', async () => {
    const url = await start({ tokens });
    expect((await ask(url, { authorization: basic('prometheus', 'eye') })).code).toBe(200);
    expect((await ask(url, { authorization: basic('deploy', 'eye') })).code).toBe(401);
  });
});

describe('a page in a browser on the same machine', () => {
  it('reads nothing under a name of its own (DNS rebinding)', async () => {
    const url = await start();
    const { code, text } = await ask(url, { host: 'evil.example:9600' });
    expect(code).toBe(403);
    expect(text).toContain('api.allowedHosts');
    expect(text).not.toContain('uptime');
  });

  it.each(['localhost', '127.0.0.1:9600', '[::1]:9600', 'logboom:9600', 'x.localhost', 'LOGS.example.org'])(
    'is answered under the name %s',
    async (host) => {
      const url = await start({ allowedHosts: ['logs.example.org'] });
      expect((await ask(url, { host })).code).toBe(200);
    },
  );

  it.each([
    ['http://evil.example', 403],
    ['null', 403],
    ['http://localhost:1', 403],
  ])('changes nothing from %s', async (origin, code) => {
    expect((await ask(await start(), { origin }, 'POST')).code).toBe(code);
  });

  it('may change something from a page of the API itself', async () => {
    const url = await start();
    expect((await ask(url, { origin: url }, 'POST')).code).toBe(405);
  });
});
