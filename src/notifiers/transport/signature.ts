import { createHmac } from 'node:crypto';
import type { Millis } from '../../model.ts';

/**
 * The headers of a signed request, by the Standard Webhooks specification: `webhook-signature` is `v1,` and the base64 of
 * HMAC-SHA256 over `id.timestamp.body`, where the timestamp is in seconds. A secret `whsec_…` is base64, any other is taken
 * as it is.
 */
export function signedHeaders(
  secret: string,
  id: string,
  body: string,
  now: Millis = Date.now(),
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret;
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}
