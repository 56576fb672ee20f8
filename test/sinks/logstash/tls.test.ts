import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { forward } from '../../../src/config/schema/forward.ts';
import { certificateFiles, makeAuthority, makeCertificate } from '../../support/certificates.ts';
import { eventually } from '../../support/eventually.ts';
import { aFolder } from '../../support/folder.ts';
import { anOutput, made, texts } from '../../support/lumberjack/logstash.ts';
import { lumberjackServer } from '../../support/lumberjack/server.ts';

type Ssl = z.input<typeof forward>['ssl'];

const authority = makeAuthority();
const stranger = makeAuthority('unknown authority');
const server = makeCertificate(authority, 'logstash');
const files = certificateFiles(authority, server);
const strangersFiles = certificateFiles(stranger);
const trusted = { certificate_authorities: [files.authority] };

const tlsServer = (more: object = {}) =>
  lumberjackServer({ tls: { cert: server.cert, key: server.key, ...more } });

describe('TLS towards Logstash', () => {
  it.each<[string, Ssl]>([
    ['full, with the authority', trusted],
    ['strict, with the authority', { ...trusted, verification_mode: 'strict' }],
    ['certificate, with the authority', { ...trusted, verification_mode: 'certificate' }],
    ['none', { verification_mode: 'none' }],
    ['TLS 1.2 alone', { ...trusted, supported_protocols: ['TLSv1.2'] }],
  ])('works: %s', async (_, ssl) => {
    const logstash = await tlsServer();
    await anOutput([logstash], { ssl }).output.deliver([made(texts(1))]);
    expect(logstash.windows).toHaveLength(1);
  });

  it.each<[string, Ssl]>([
    ['an authority that did not sign', { certificate_authorities: [strangersFiles.authority] }],
    ['no authority at all', {}],
  ])('gives nothing to a server with %s, and says what to do', async (_, ssl) => {
    const logstash = await tlsServer();
    const { output, lines } = anOutput([logstash], { ssl });
    output.deliver([made(texts(1))]).catch(() => undefined);
    const remedy = /\(name its authority in ssl\.certificate_authorities\)/;
    await eventually(() => expect(output.status().reason).toMatch(remedy));
    expect(logstash.windows).toEqual([]);
    expect(lines.map(({ msg }) => msg)).toContainEqual(expect.stringMatching(/Logstash takes nothing/));
  });

  it.each<['full' | 'strict' | 'certificate', RegExp | undefined]>([
    ['full', /altnames|does not match/],
    ['strict', /no subject alternative name, and verification_mode is strict/],
    ['certificate', undefined],
  ])('with verification_mode %s, to a server with another name', async (verification_mode, reason) => {
    const { cert, key } = authority;
    const logstash = await lumberjackServer({ tls: { cert, key } });
    const { output } = anOutput([logstash], { ssl: { ...trusted, verification_mode } });
    const sent = output.deliver([made(texts(1))]);
    if (!reason) return sent;
    sent.catch(() => undefined);
    await eventually(() => expect(output.status().reason).toMatch(reason));
    expect(logstash.windows).toEqual([]);
  });

  it('shows a client certificate to a server that asks for one', async () => {
    const logstash = await tlsServer({ ca: authority.cert, requestCert: true, rejectUnauthorized: true });
    const client = certificateFiles(authority, makeCertificate(authority, 'logboom'));
    const ssl = { ...trusted, certificate: client.ssl_certificate, key: client.ssl_key };
    await anOutput([logstash], { ssl }).output.deliver([made(texts(1))]);
    expect(logstash.windows).toHaveLength(1);
    const without = anOutput([logstash], { ssl: trusted });
    without.output.deliver([made(texts(1))]).catch(() => undefined);
    await eventually(() => expect(without.output.status().reason).toMatch(/Lost|Cannot connect/));
  });

  it('says what to do about a server that does not speak it', async () => {
    const plain = await lumberjackServer({ onBytes: (socket) => socket.write('2A\0\0\0\0') });
    const { output } = anOutput([plain], { ssl: trusted });
    output.deliver([made(texts(1))]).catch(() => undefined);
    await eventually(() => expect(output.status().reason).toMatch(/it does not speak TLS: leave ssl out/));
  });

  it('is off where it is switched off', async () => {
    const logstash = await lumberjackServer();
    const { output } = anOutput([logstash], { ssl: { ...trusted, enabled: false } });
    await output.deliver([made(texts(1))]);
    expect(logstash.windows).toHaveLength(1);
  });

  it('says at the start what is wrong with its files', () => {
    const nonsense = join(aFolder(), 'nonsense.pem');
    writeFileSync(nonsense, 'nonsense');
    const logstash = { host: '127.0.0.1', port: 1 };
    const start = (ssl: Ssl) => () => anOutput([logstash], { ssl });
    expect(start({ certificate_authorities: ['/no/such/file'] })).toThrow(
      /^forward\.ssl\.certificate_authorities names \/no\/such\/file, which cannot be read: ENOENT/,
    );
    expect(start({ certificate: nonsense, key: nonsense })).toThrow(
      /^forward\.ssl\.certificate, key and certificate_authorities cannot be used/,
    );
  });
});
