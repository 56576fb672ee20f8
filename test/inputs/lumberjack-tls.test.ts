import { rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { handshakeProblem } from '../../src/inputs/lumberjack-tls.ts';
import { certificateFiles, makeAuthority, makeCertificate } from '../support/certificates.ts';
import { bareWindow, compressedWindow } from '../support/frames.ts';
import { pause, startInput, until } from '../support/lumberjack-input.ts';
import { connectSender } from '../support/lumberjack-sender.ts';

const authority = makeAuthority();
const stranger = makeAuthority('unknown authority');

type Settings = NonNullable<Parameters<typeof startInput>[0]>;

/** An input with TLS, and what a sender needs to trust it. */
async function startTlsInput(settings: Settings = {}) {
  const files = certificateFiles(authority);
  const { ssl_certificate, ssl_key } = files;
  const started = await startInput({ ssl_enabled: true, ssl_certificate, ssl_key, ...settings });
  return { ...started, files };
}

const mutual = (mode: 'optional' | 'required'): Settings => ({
  ssl_client_authentication: mode,
  ssl_certificate_authorities: [certificateFiles(authority).authority],
});

const trusting: ConnectionOptions = { ca: authority.cert };

/** Sends a window over TLS and tells what became of it: its ACK, or how the server closed. */
async function outcomeOf(port: number, tls: ConnectionOptions): Promise<number | string> {
  try {
    const sender = await connectSender(port, tls);
    sender.send(bareWindow(3));
    return await Promise.race([
      sender.closing,
      sender.sequences(1).then(
        ([sequence]) => sequence!,
        () => 'none',
      ),
    ]);
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code ?? error);
  }
}

describe('over TLS', () => {
  it('windows are acknowledged', async () => {
    const { port } = await startTlsInput();
    const sender = await connectSender(port, trusting);
    sender.send(bareWindow(3), compressedWindow(2_000));
    expect(await sender.sequences(2)).toEqual([3, 2_000]);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('%s is spoken', async (version) => {
    const { port } = await startTlsInput();
    expect(await outcomeOf(port, { ...trusting, minVersion: version, maxVersion: version })).toBe(3);
  });

  it('TLS 1.1 is refused', async () => {
    const { port, logged } = await startTlsInput();
    const old = {
      ...trusting,
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    } as const;
    expect(await outcomeOf(port, old)).toMatch(/ALERT_PROTOCOL_VERSION/);
    await logged(/TLS handshake with 127\.0\.0\.1 failed.*ssl_supported_protocols/);
  });

  it('a version that ssl_supported_protocols leaves out is refused', async () => {
    const { port } = await startTlsInput({ ssl_supported_protocols: ['TLSv1.3'] });
    expect(await outcomeOf(port, { ...trusting, maxVersion: 'TLSv1.2' })).toMatch(/ALERT_PROTOCOL_VERSION/);
    expect(await outcomeOf(port, trusting)).toBe(3);
  });

  it('the cipher suites are those of the configuration', async () => {
    const { port } = await startTlsInput({
      ssl_cipher_suites: ['ECDHE-ECDSA-AES256-GCM-SHA384'],
      ssl_supported_protocols: ['TLSv1.2'],
    });
    expect(await outcomeOf(port, trusting)).toBe(3);
    expect(await outcomeOf(port, { ...trusting, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' })).toMatch(
      /HANDSHAKE_FAILURE/,
    );
  });

  it('a connection whose sender ends its direction gets its ACKs, too', async () => {
    const { port, delivered } = await startTlsInput({ storing: 'by hand' });
    const sender = await connectSender(port, trusting);
    sender.send(bareWindow(4));
    sender.socket.end();
    const [delivery] = await delivered(1);
    await pause(30);
    delivery!.store();
    expect(await sender.sequences(1)).toEqual([4]);
    expect(await sender.closing).toBe('FIN');
  });

  it('stopping acknowledges the windows in hand, then closes by FIN', async () => {
    const { input, port, delivered } = await startTlsInput({ storing: 'by hand' });
    const sender = await connectSender(port, trusting);
    sender.send(bareWindow(2));
    const [delivery] = await delivered(1);
    const stopped = input.stop(5_000);
    delivery!.store();
    expect(await sender.closing).toBe('FIN');
    expect(sender.acks.map((ack) => ack.sequence)).toEqual([2]);
    await stopped;
  });

  it('stopping does not wait for a handshake that never ends', async () => {
    const { input, port } = await startTlsInput();
    const silent = connect(port, '127.0.0.1');
    silent.on('error', () => {});
    await pause(30);
    const before = performance.now();
    await input.stop(5_000);
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});

describe('a handshake', () => {
  it('with a sender that speaks plain Lumberjack fails with a reason in the log', async () => {
    const { port, logged } = await startTlsInput();
    const sender = await connectSender(port);
    sender.send(bareWindow(3));
    await sender.closing;
    await logged(/TLS handshake with 127\.0\.0\.1 failed\. The client does not speak TLS: turn on ssl/);
  });

  it('with a sender that speaks HTTP fails with a reason in the log', async () => {
    const { port, logged } = await startTlsInput();
    const sender = await connectSender(port);
    sender.send(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    await sender.closing;
    await logged(/The client speaks plain HTTP/);
  });

  it('that does not end is given up', async () => {
    const { port, logged } = await startTlsInput({ ssl_handshake_timeout: 50 });
    const sender = await connectSender(port);
    await sender.closing;
    await logged(/It did not end within ssl_handshake_timeout/);
  });

  it('with a sender that does not trust the certificate ends with no window', async () => {
    const { port, deliveries } = await startTlsInput();
    expect(await outcomeOf(port, { ca: stranger.cert })).toMatch(
      /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER/,
    );
    expect(deliveries).toEqual([]);
  });

  it.each([
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', /does not trust our certificate/],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', /does not accept our certificate/],
    ['ECONNRESET', /broke it off/],
    ['ERR_SSL_SOMETHING_ELSE', /^what OpenSSL says\.$/],
  ])('that failed by %s is explained', (code, problem) => {
    expect(handshakeProblem(Object.assign(new Error('what OpenSSL says'), { code }))).toMatch(problem);
  });

  it('that fails harms no other connection', async () => {
    const { port } = await startTlsInput();
    const good = await connectSender(port, trusting);
    const plain = await connectSender(port);
    plain.send(bareWindow(1));
    await plain.closing;
    good.send(bareWindow(2));
    expect(await good.sequences(1)).toEqual([2]);
  });
});

describe('a client certificate', () => {
  const known = makeCertificate(authority, 'web-1');
  const certificates = {
    'no certificate': {},
    'a certificate of the authority': { cert: known.cert, key: known.key },
    'a certificate of another authority': (({ cert, key }) => ({ cert, key }))(
      makeCertificate(stranger, 'web-2'),
    ),
    'an expired certificate': (({ cert, key }) => ({ cert, key }))(makeCertificate(authority, 'web-3', -5)),
  } as const;

  it.each<['none' | 'optional' | 'required', keyof typeof certificates, boolean, RegExp?]>([
    ['none', 'no certificate', true],
    ['none', 'a certificate of another authority', true],
    ['optional', 'no certificate', true],
    ['optional', 'a certificate of the authority', true],
    [
      'optional',
      'a certificate of another authority',
      false,
      /not accepted: (UNABLE_TO_VERIFY|UNABLE_TO_GET)/,
    ],
    ['optional', 'an expired certificate', false, /not accepted: CERT_HAS_EXPIRED/],
    [
      'required',
      'no certificate',
      false,
      /presented no certificate, and ssl_client_authentication is required/,
    ],
    ['required', 'a certificate of the authority', true],
    [
      'required',
      'a certificate of another authority',
      false,
      /not accepted: (UNABLE_TO_VERIFY|UNABLE_TO_GET)/,
    ],
    ['required', 'an expired certificate', false, /not accepted: CERT_HAS_EXPIRED/],
  ])('where it is %s: a client with %s, let in: %s', async (mode, which, letIn, reason) => {
    const { port, deliveries, logged } = await startTlsInput(mode === 'none' ? {} : mutual(mode));
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const outcome = await outcomeOf(port, { ...trusting, ...certificates[which], maxVersion });
      if (letIn) expect(outcome).toBe(3);
      else expect(outcome).not.toBe(3);
    }
    expect(deliveries).toHaveLength(letIn ? 2 : 0);
    if (reason) await logged(reason);
  });

  it('gives its common name to the origin of the windows', async () => {
    const { port, delivered } = await startTlsInput(mutual('required'));
    const sender = await connectSender(port, { ...trusting, cert: known.cert, key: known.key });
    sender.send(bareWindow(1));
    expect((await delivered(1))[0]!.batch.origin.tlsSubject).toBe('web-1');
  });

  it('that was not checked gives no name', async () => {
    const { port, delivered } = await startTlsInput();
    const sender = await connectSender(port, { ...trusting, cert: known.cert, key: known.key });
    sender.send(bareWindow(1));
    expect((await delivered(1))[0]!.batch.origin).not.toHaveProperty('tlsSubject');
  });
});

describe('a renewed certificate', () => {
  const renewed = () => makeCertificate(authority, 'renewed');

  async function nameServedAt(port: number): Promise<unknown> {
    const sender = await connectSender(port, trusting);
    const { getPeerCertificate } = sender.socket as unknown as {
      getPeerCertificate(): { subject: { CN: string } };
    };
    const name = getPeerCertificate.call(sender.socket).subject.CN;
    sender.socket.destroy();
    return name;
  }

  it('is used when told to, and open connections stay', async () => {
    const { input, port, files, logged } = await startTlsInput();
    const before = await connectSender(port, trusting);
    files.write(renewed());
    await input.reloadCertificates();
    expect(await nameServedAt(port)).toBe('renewed');
    before.send(bareWindow(2));
    expect(await before.sequences(1)).toEqual([2]);
    await logged(/uses the new certificates/);
  });

  it('is found by itself', async () => {
    const { port, files, logged } = await startTlsInput({ options: { certificateCheck: 20 } });
    expect(await nameServedAt(port)).toBe('logboom');
    files.write(renewed());
    await logged(/uses the new certificates/);
    expect(await nameServedAt(port)).toBe('renewed');
  });

  it.each<[string, (files: ReturnType<typeof certificateFiles>) => void]>([
    ['is no certificate', (files) => writeFileSync(files.ssl_certificate, 'nonsense')],
    ['is absent', (files) => rmSync(files.ssl_certificate)],
    ['does not fit its key', (files) => writeFileSync(files.ssl_certificate, renewed().cert)],
  ])('that %s is told, and the one before stays in use', async (_, spoil) => {
    const { port, files, logged } = await startTlsInput({ options: { certificateCheck: 20 } });
    spoil(files);
    expect((await logged(/new certificates cannot be used; the ones before stay/)).level).toBe(50);
    expect(await nameServedAt(port)).toBe('logboom');
    files.write(renewed());
    await logged(/uses the new certificates/);
    expect(await nameServedAt(port)).toBe('renewed');
  });

  it('costs no window under load', async () => {
    const { input, port, files, deliveries } = await startTlsInput();
    const senders = await Promise.all(Array.from({ length: 4 }, () => connectSender(port, trusting)));
    for (let round = 1; round <= 20; round += 1) {
      for (const sender of senders) sender.send(compressedWindow(100));
      if (round % 5 === 0) {
        files.write(renewed());
        await input.reloadCertificates();
        senders.push(await connectSender(port, trusting));
      }
    }
    const expected = [20, 20, 20, 20, 15, 10, 5, 0];
    for (const [i, sender] of senders.entries())
      expect(await sender.sequences(expected[i]!)).toEqual(Array(expected[i]).fill(100));
    expect(deliveries).toHaveLength(110);
    expect(senders.every((sender) => !sender.isClosed())).toBe(true);
  });

  it('of an authority lets its clients in and the old one’s out', async () => {
    const settings = mutual('required');
    const { input, port } = await startTlsInput(settings);
    const newcomer = makeCertificate(stranger, 'newcomer');
    const client = { ...trusting, cert: newcomer.cert, key: newcomer.key };
    expect(await outcomeOf(port, client)).not.toBe(3);
    writeFileSync(settings.ssl_certificate_authorities![0]!, stranger.cert);
    await input.reloadCertificates();
    expect(await outcomeOf(port, client)).toBe(3);
  });
});

describe('a TLS configuration', () => {
  const { ssl_certificate, ssl_key, authority: ca } = certificateFiles(authority);
  const other = certificateFiles(authority);

  it.each<[string, Settings, RegExp]>([
    ['without a certificate', { ssl_key }, /ssl_certificate is needed when ssl_enabled is true/],
    ['without a key', { ssl_certificate }, /ssl_key is needed/],
    [
      'with a file that is not there',
      { ssl_certificate: '/nowhere/a.crt', ssl_key },
      /inputs\.lumberjack\.ssl_certificate names \/nowhere\/a\.crt, which cannot be read: ENOENT/,
    ],
    [
      'with an authority that is not there',
      { ssl_certificate, ssl_key, ssl_certificate_authorities: ['/nowhere/ca'] },
      /ssl_certificate_authorities names \/nowhere\/ca/,
    ],
    [
      'with a key of another certificate',
      { ssl_certificate, ssl_key: other.ssl_key },
      /cannot be used: .*key values mismatch/,
    ],
    [
      'that checks clients against nothing',
      { ssl_certificate, ssl_key, ssl_client_authentication: 'required' },
      /ssl_certificate_authorities is needed to check clients/,
    ],
    [
      'with an unknown cipher',
      { ssl_certificate, ssl_key, ssl_cipher_suites: ['NONSENSE'] },
      /cannot be used/,
    ],
  ])('%s is refused with a reason', async (_, settings, message) => {
    await expect(startInput({ ssl_enabled: true, ...settings })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(message),
    });
  });

  it('may name an authority without checking clients', async () => {
    const { port } = await startTlsInput({ ssl_certificate_authorities: [ca] });
    expect(await outcomeOf(port, trusting)).toBe(3);
  });
});

describe('plain and TLS inputs', () => {
  it('a TLS sender at a plain input gets a reason in the log', async () => {
    const { port, logged } = await startInput();
    expect(await outcomeOf(port, trusting)).not.toBe(3);
    await logged(/This is TLS: set ssl_enabled/);
  });

  it('connections of both count as connections', async () => {
    const { input, port } = await startTlsInput();
    await connectSender(port, trusting);
    await until(() => input.stats().connections === 1 || undefined);
  });
});
