import { z } from 'zod';
import { duration, host, port, secret } from './values.ts';

export const api = z
  .strictObject({
    host: host.describe('Address of the API (`/health`, `/metrics`, `/status`).'),
    port: port(9600).describe('Port of the API.'),
    token: secret.optional().describe('Bearer token; required where the address is not loopback.'),
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

export type ApiConfig = z.infer<typeof api>;
export type LogConfig = z.infer<typeof log>;
