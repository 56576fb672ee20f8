import { request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { api as schema } from '../../src/config/schema/service.ts';
import { type Api, startApi } from '../../src/telemetry/api/api.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { certificateFiles, makeAuthority, makeCertificate } from '../support/certificates.ts';
import { status } from '../support/status.ts';

const authority = makeAuthority();
const files = certificateFiles(authority);

let api: Api | undefined;
afterEach(async () => {
  await api?.stop();
  api = undefined;
});

async function start(settings: object = {}, certificates = files): Promise<Api> {
  const { ssl_certificate, ssl_key } = certificates;
  api = await startApi({
    config: schema.parse({ port: 0, ssl_enabled: true, ssl_certificate, ssl_key, ...settings }),
    status: () => status(),
    health: () => ({ healthy: true, state: 'healthy', reasons: [] }),
    metrics: async () => '',
    instruments: silentInstruments(),
  });
  return api;
}

interface Presented {
  cert?: string;
  key?: string;
  authorization?: string;
}

function ask(
  { url }: Api,
  { authorization, ...client }: Presented = {},
): Promise<{ code: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = authorization === undefined ? {} : { authorization };
    const options = { ca: authority.cert, agent: false as const, headers, ...client };
    request(`${url}/health`, options, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({ code: response.statusCode!, text });
    })
      .once('error', reject)
      .end();
  });
}

const nameShown = ({ url }: Api) =>
  new Promise<string>((resolve, reject) => {
    const socket: TLSSocket = connect(
      { port: Number(new URL(url).port), host: '127.0.0.1', ca: authority.cert },
      () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      },
    ).once('error', reject);
  });

describe('an API with TLS', () => {
  it('answers with a certificate that its authority vouches for', async () => {
    const started = await start();
    expect(started.url).toMatch(/^https:/);
    expect((await ask(started)).code).toBe(200);
  });

  it('says nothing in clear text', async () => {
    const { url } = await start();
    await expect(fetch(url.replace('https', 'http'))).rejects.toThrow();
  });

  it('says which file it cannot read', async () => {
    const start_ = start({ ssl_key: '/no/such.key' });
    await expect(start_).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/^api\.ssl_key names \/no\/such\.key/),
    });
  });

  it('takes renewed certificates without a restart, and keeps those before where the new ones are broken', async () => {
    const renewed = certificateFiles(authority);
    const started = await start({}, renewed);
    expect(await nameShown(started)).toBe('logboom');
    renewed.write(makeCertificate(authority, 'renewed'));
    await started.reloadCertificates();
    expect(await nameShown(started)).toBe('renewed');
    renewed.write({ ...makeCertificate(authority, 'broken'), key: 'no key' });
    await started.reloadCertificates();
    expect(await nameShown(started)).toBe('renewed');
  });
});

describe('an API for holders of certificates', () => {
  const required = { ssl_client_authentication: 'required', ssl_certificate_authorities: [files.authority] };
  const client = makeCertificate(authority, 'prometheus');
  const stranger = makeCertificate(makeAuthority('another'), 'stranger');

  it.each<[string, Presented, number, RegExp]>([
    ['one of the authority', client, 200, /healthy/],
    ['none', {}, 403, /presented no certificate/],
    ['one of another authority', stranger, 403, /not accepted/],
  ])('answers to %s as it should', async (_, { cert, key }, code, text) => {
    const answer = await ask(await start(required), { ...(cert && { cert }), ...(key && { key }) });
    expect(answer.code).toBe(code);
    expect(answer.text).toMatch(text);
  });

  it('asks for a token as well, where there is one', async () => {
    const started = await start({ ...required, token: 'the-token' });
    const { cert, key } = client;
    expect((await ask(started, { cert, key })).code).toBe(401);
    expect((await ask(started, { cert, key, authorization: 'Bearer the-token' })).code).toBe(200);
    expect((await ask(started, { authorization: 'Bearer the-token' })).code).toBe(403);
  });
});

it('reads the header of a load balancer before the handshake, and none from this machine', async () => {
  const { url } = await start({ proxy_protocol: true });
  expect((await ask({ url } as Api)).code).toBe(200);
  const raw = connectTcp(Number(new URL(url).port), '127.0.0.1');
  raw.write('PROXY TCP4 203.0.113.7 10.0.0.1 56324 9600\r\n');
  const socket = connect({ socket: raw, ca: authority.cert, servername: 'localhost' });
  socket.write('GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
  let text = '';
  for await (const chunk of socket) text += chunk;
  expect(text).toMatch(/^HTTP\/1\.1 200/);
});
