import { z } from 'zod';
import { ssl } from './ssl.ts';
import { allowedHosts, duration, host, open, port, secret } from './values.ts';

const token = z.strictObject({
  role: z
    .enum(['read', 'operate'])
    .default('read')
    .describe('`read` looks: status, health, metrics, explanations. `operate` also changes something.'),
  token: secret.describe('Bearer token; or password of basic authentication, with the name as user.'),
});

export const api = z
  .strictObject({
    host: host.describe('Address of the API (`/health`, `/metrics`, `/status`).'),
    port: port(9600).describe('Port of the API.'),
    token: secret
      .optional()
      .describe(
        'Bearer token of the role `operate`. Credentials are needed where the address is not loopback.',
      ),
    tokens: z
      .record(z.string(), token)
      .default({})
      .describe('Further tokens, by the names of their holders.'),
    open,
    allowedHosts,
    ...ssl,
  })
  .prefault({});

export const log = z
  .strictObject({
    level: z
      .enum(['trace', 'debug', 'info', 'warn', 'error'])
      .default('info')
      .describe('Least level to log.'),
    format: z
      .enum(['auto', 'pretty', 'json'])
      .default('auto')
      .describe('`auto`: pretty on a terminal, ECS JSON elsewhere.'),
  })
  .prefault({});

export const shutdown = z
  .strictObject({
    timeout: duration('30s').describe(
      'How long a stop may take before it is cut short. Nothing acknowledged is lost either way.',
    ),
  })
  .prefault({});
