import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Client } from '@elastic/elasticsearch';
import type { RunningStore } from '@logboom/store';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSecuredStore } from '../../src/app/secured-store.ts';
import { store as schema } from '../../src/config/schema/outputs.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { certificateFiles, makeAuthority } from '../support/certificates.ts';
import { aFolder } from '../support/folder.ts';

const authority = makeAuthority();
const files = certificateFiles(authority);
const tls = { ssl_enabled: true, ssl_certificate: files.ssl_certificate, ssl_key: files.ssl_key };

async function start(settings: object, ownKey?: string): Promise<RunningStore> {
  const config = { ...schema.parse({ port: 0, ...settings }), ownKey };
  const store = await startSecuredStore(aFolder(), config, silentInstruments());
  onTestFinished(() => store.stop());
  return store;
}

type Auth = NonNullable<ConstructorParameters<typeof Client>[0]['auth']>;

/** Elasticsearch’s own client: what it sends is what clients send. */
async function clusterName(store: RunningStore, auth?: Auth): Promise<string> {
  const client = new Client({
    node: store.url,
    maxRetries: 0,
    ...(auth && { auth }),
    ...(store.url.startsWith('https') && { tls: { ca: authority.cert } }),
  });
  onTestFinished(() => client.close());
  return (await client.info()).cluster_name;
}

describe('a store with credentials', () => {
  const both = { user: 'elastic', password: 'changed', api_key: 'id:key' };

  it.each<[string, Auth]>([
    ['user and password', { username: 'elastic', password: 'changed' }],
    ['an API key', { apiKey: Buffer.from('id:key').toString('base64') }],
    ['an API key in two parts', { apiKey: { id: 'id', api_key: 'key' } }],
  ])('lets Elasticsearch’s client in with %s', async (_, auth) => {
    expect(await clusterName(await start(both), auth)).toEqual(expect.any(String));
  });

  it.each<[string, Auth | undefined]>([
    ['nothing', undefined],
    ['another password', { username: 'elastic', password: 'change' }],
    ['another user', { username: 'kibana', password: 'changed' }],
    ['another key', { apiKey: Buffer.from('id:kez').toString('base64') }],
    ['the key as bearer', { bearer: 'id:key' }],
  ])('refuses %s as Elasticsearch does', async (_, auth) => {
    const store = await start(both);
    await expect(clusterName(store, auth)).rejects.toMatchObject({
      meta: {
        statusCode: 401,
        headers: { 'www-authenticate': 'Basic realm="security", charset="UTF-8", ApiKey' },
        body: { error: { type: 'security_exception' }, status: 401 },
      },
    });
  });

  it('reads no body of one whom it refuses', async () => {
    const { url } = await start(both);
    const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' };
    const response = await fetch(`${url}/_bulk`, { method: 'POST', headers, body: 'no gzip' });
    expect(response.status).toBe(401);
  });

  it('lets its own sink in by a key of its own', async () => {
    const auth = { apiKey: Buffer.from('logboom:secret').toString('base64') };
    expect(await clusterName(await start(both, 'logboom:secret'), auth)).toEqual(expect.any(String));
  });
});

describe('a store with TLS', () => {
  it('speaks it', async () => {
    const store = await start(tls);
    expect(store.url).toMatch(/^https:/);
    expect(await clusterName(store)).toEqual(expect.any(String));
  });

  it('asks for certificates where it is told to, and its own sink for a key instead', async () => {
    const required = {
      ssl_client_authentication: 'required',
      ssl_certificate_authorities: [files.authority],
    };
    const store = await start({ ...tls, ...required }, 'logboom:secret');
    await expect(clusterName(store)).rejects.toMatchObject({ meta: { statusCode: 403 } });
    const auth = { apiKey: Buffer.from('logboom:secret').toString('base64') };
    expect(await clusterName(store, auth)).toEqual(expect.any(String));
  });
});

describe('a page in a browser on the same machine', () => {
  const post = (url: string, headers: Record<string, string>) =>
    fetch(`${url}/logs/_doc`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', ...headers },
      body: '{}',
    });

  it('writes nothing from another site', async () => {
    const { url } = await start({});
    expect((await post(url, { origin: 'http://evil.example' })).status).toBe(403);
    expect((await post(url, {})).status).toBe(201);
  });

  it('finds answers that run nowhere', async () => {
    const { url } = await start({});
    const { headers } = await fetch(`${url}/_search?q=<script>`);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-elastic-product')).toBe('Elasticsearch');
  });
});

describe('a port that is taken', () => {
  it('by an Elasticsearch is left to it, with the setting that uses it', async () => {
    const other = await start({});
    const taken = start({ port: other.port });
    await expect(taken).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringMatching(
        /An Elasticsearch already answers on port \d+.*elasticsearch\.hosts: \[http:\/\/127\.0\.0\.1:\d+\].*store\.port/,
      ),
    });
    expect((await fetch(other.url)).status).toBe(200);
  });

  it('by anything else is left to it, too', async () => {
    const server = createServer((_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const taken = start({ port });
    await expect(taken).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining('taken by another program'),
    });
    server.close();
  });
});

describe('a store behind a load balancer', () => {
  const asked = async (store: RunningStore, first: string) => {
    const socket = connect(store.port, '127.0.0.1');
    socket.write(`${first}GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += chunk;
    return text;
  };

  it('takes connections with a header, and those of this machine without one', async () => {
    const store = await start({ proxy_protocol: true });
    expect(await asked(store, 'PROXY TCP4 203.0.113.7 10.0.0.1 56324 9200\r\n')).toContain(
      'You Know, for Search',
    );
    expect(await clusterName(store)).toEqual(expect.any(String));
  });

  it('refuses a header where none is expected', async () => {
    expect(await asked(await start({}), 'PROXY TCP4 203.0.113.7 10.0.0.1 1 2\r\n')).toContain('400');
  });
});
