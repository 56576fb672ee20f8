import * as z from 'zod';
import { allowedHosts, open, ownProxyProtocol, ssl } from './listener.ts';
import { duration, host, port, secret } from './values.ts';

const token = z.strictObject({
  role: z
    .enum(['read', 'operate'])
    .default('read')
    .describe('`read` allows status, health, metrics and explanations. `operate` also allows changes.'),
  token: secret.describe(
    'Bearer token. It is also the password of basic authentication, with the name as user.',
  ),
});

export const api = z
  .strictObject({
    host: host.describe('Address that the API (`/health`, `/metrics`, `/status`) listens on.'),
    port: port(9600).describe('Port that the API listens on.'),
    token: secret
      .optional()
      .describe(
        'Bearer token of the role `operate`. Credentials are required unless the address is loopback.',
      ),
    tokens: z
      .record(z.string(), token)
      .default({})
      .describe('Further tokens, by the names of their holders.'),
    saveRules: z
      .boolean()
      .default(true)
      .describe(
        'Whether the role `operate` may save rules of the dashboard in the files of the configuration.',
      ),
    open,
    allowedHosts,
    proxy_protocol: ownProxyProtocol,
    ...ssl,
  })
  .prefault({});

export const log = z
  .strictObject({
    level: z
      .enum(['trace', 'debug', 'info', 'warn', 'error'])
      .default('info')
      .describe('Lowest level to log.'),
    format: z
      .enum(['auto', 'pretty', 'json'])
      .default('auto')
      .describe('`auto`: `pretty` on a terminal, otherwise `json` (ECS).'),
  })
  .prefault({});

export const reload = z
  .strictObject({
    watch: z
      .boolean()
      .default(false)
      .describe('Reload the configuration when its file or the file of one of its secrets changes.'),
    every: duration('3s').describe(
      'Interval at which logboom checks those files. A change takes effect when two checks in a row find it unchanged.',
    ),
  })
  .prefault({});

export const shutdown = z
  .strictObject({
    timeout: duration('30s').describe(
      'Longest duration of a shutdown. After that, logboom stops at once; acknowledged events are not lost.',
    ),
  })
  .prefault({});
export type ReloadConfig = z.infer<typeof reload>;
