import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { explainHandshakeError } from '../../../src/inputs/lumberjack/tls.ts';
import { certificateFiles } from '../../support/certificates.ts';
import { bareWindow, compressedWindow } from '../../support/lumberjack/frames.ts';
import { pause, startInput, until } from '../../support/lumberjack/input.ts';
import { connectSender } from '../../support/lumberjack/sender.ts';
import {
  authority,
  outcomeOf,
  type Settings,
  startTlsInput,
  stranger,
  trusting,
} from '../../support/lumberjack/tls.ts';

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
    await input.stop(60_000);
    expect(performance.now() - before).toBeLessThan(20_000);
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
    expect(explainHandshakeError(Object.assign(new Error('what OpenSSL says'), { code }))).toMatch(problem);
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
