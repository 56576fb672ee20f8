import { z } from 'zod';
import { rateLimit } from '../config/schema/routing.ts';
import { duration, secret } from '../config/schema/values.ts';

/** The settings of every kind that reaches a peer. */
export const delivery = {
  timeout: duration('10s').describe('Timeout of one attempt.'),
  giveUpAfter: duration('24h').describe(
    'Age at which logboom drops an undelivered notification and logs it.',
  ),
  rate_limit: rateLimit,
};

/** Which server certificates a kind trusts. */
export const trust = {
  ssl_certificate_authorities: z
    .array(z.string())
    .default([])
    .describe('Paths of the certificate authorities (PEM) to trust.'),
  ssl_verification_mode: z
    .enum(['full', 'none'])
    .default('full')
    .describe('Whether logboom checks the server certificate.'),
};

/** An address that is a secret, because whoever knows it may post to it. */
export const secretUrl = z.url({ protocol: /^https?$/ }).meta({ secret: true });

export const headers = z
  .record(z.string(), secret)
  .default({})
  .describe('HTTP headers to send, such as `authorization`.');
