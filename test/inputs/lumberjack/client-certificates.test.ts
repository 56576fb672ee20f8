import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../../support/certificates.ts';
import { bareWindow } from '../../support/lumberjack/frames.ts';
import { connectSender } from '../../support/lumberjack/sender.ts';
import {
  authority,
  mutual,
  outcomeOf,
  startTlsInput,
  stranger,
  trusting,
} from '../../support/lumberjack/tls.ts';

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
