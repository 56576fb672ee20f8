import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { elasticsearch } from '../../../src/config/schema/outputs.ts';
import { compresses, createClient, nodeCount } from '../../../src/sinks/elasticsearch/client/client.ts';
import { makeAuthority } from '../../support/certificates.ts';

const parse = (config: object) => elasticsearch.parse(config);
/** What the client will connect with, without connecting. */
function connectionsFor(config: object) {
  const { connections } = createClient(parse(config)).connectionPool;
  return connections.map(({ url, headers, tls }) => ({ url: url.href, headers, tls: tls as object | null }));
}

describe('the client', () => {
  it('knows every node', () => {
    const hosts = ['http://a:9200', 'https://b:9243/prefix'];
    expect(connectionsFor({ hosts }).map(({ url }) => url)).toEqual([
      'http://a:9200/',
      'https://b:9243/prefix',
    ]);
    expect(nodeCount(parse({ hosts }))).toBe(2);
  });

  it.each([
    [
      'hosts of this machine',
      { hosts: ['http://127.0.0.1:9200', 'https://localhost', 'http://[::1]:9200'] },
      false,
    ],
    ['one host of another machine', { hosts: ['http://127.0.0.1:9200', 'http://10.0.0.7:9200'] }, true],
    ['a name that begins like an address of this machine', { hosts: ['http://127.0.0.1.example.org'] }, true],
    ['a cloud id', { cloud_id: `a:${Buffer.from('eu.example.org$abc').toString('base64')}` }, true],
    ['a proxy before this machine', { hosts: ['http://localhost:9200'], proxy: 'http://proxy:3128' }, true],
    ['the setting', { hosts: ['http://localhost:9200'], compression: true }, true],
    ['the setting that forbids it', { hosts: ['http://es:9200'], compression: false }, false],
  ])('decides by %s whether bodies are compressed', (_, config, isCompressed) => {
    expect(compresses(parse(config))).toBe(isCompressed);
  });

  it.each([
    ['eu.example.org:9243$abc$def', 'https://abc.eu.example.org:9243/'],
    ['eu.example.org:9243$abc:9244$def:9245', 'https://abc.eu.example.org:9244/'],
    ['eu.example.org$abc', 'https://abc.eu.example.org/'],
  ])('finds the address in a cloud id, with its port: %s', (parts, url) => {
    const id = `a: deployment:${Buffer.from(parts).toString('base64')}`;
    expect(connectionsFor({ cloud_id: id })[0]?.url).toBe(url);
  });

  it('finds the address in a cloud id', () => {
    const id = `name:${Buffer.from('eu.example.org$abc$def').toString('base64')}`;
    expect(connectionsFor({ cloud_id: id })[0]?.url).toBe('https://abc.eu.example.org/');
    expect(nodeCount(parse({ cloud_id: id }))).toBe(1);
  });

  it.each([
    ['a user and password', { user: 'u', password: 'p' }, `Basic ${Buffer.from('u:p').toString('base64')}`],
    [
      'an API key as Beats write it',
      { api_key: 'id:key' },
      `ApiKey ${Buffer.from('id:key').toString('base64')}`,
    ],
    ['an API key in base64', { api_key: 'aWQ6a2V5' }, 'ApiKey aWQ6a2V5'],
    ['nothing', {}, undefined],
  ])('signs in with %s', (_, config, authorization) => {
    const [connection] = connectionsFor({ hosts: ['http://a:9200'], ...config });
    expect(connection?.headers?.authorization).toBe(authorization);
  });

  it('trusts the authorities in the files, and still checks', () => {
    const folder = mkdtempSync(join(tmpdir(), 'logboom-ca-'));
    const path = join(folder, 'ca.crt');
    const { cert } = makeAuthority();
    writeFileSync(path, cert);
    const [connection] = connectionsFor({ hosts: ['https://a'], ssl_certificate_authorities: [path] });
    expect(connection?.tls).toEqual({ rejectUnauthorized: true, ca: [Buffer.from(cert)] });
    rmSync(folder, { recursive: true });
  });

  it('says which file it cannot take an authority from', () => {
    const naming = (path: string) => () => connectionsFor({ ssl_certificate_authorities: [path] });
    const message = /^elasticsearch.ssl_certificate_authorities names .*, which /;
    for (const path of ['/nowhere/ca.pem', import.meta.filename])
      expect(naming(path)).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
      );
  });

  it('checks certificates against what Node knows, unless it is told otherwise', () => {
    expect(connectionsFor({ hosts: ['https://a'] })[0]?.tls).toBeNull();
    const [unchecked] = connectionsFor({ hosts: ['https://a'], ssl_verification_mode: 'none' });
    expect(unchecked?.tls).toEqual({ rejectUnauthorized: false });
  });
});
