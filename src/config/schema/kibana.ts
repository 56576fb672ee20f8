import * as z from 'zod';
import { trust } from './listener.ts';
import { duration, port, secret } from './values.ts';

const slack = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .meta({ secret: true })
    .describe('Incoming webhook.'),
});

const email = z.strictObject({
  from: z.string().describe('Sender.'),
  to: z.array(z.string()).min(1).describe('Recipients.'),
  host: z.string().describe('Mail server, as seen from the Kibana server.'),
  port: port(587).describe('Port of the mail server.'),
  secure: z
    .boolean()
    .default(false)
    .describe('Use TLS from the first byte. Otherwise STARTTLS is used where the server offers it.'),
  user: z.string().optional().describe('User of the mail server, if it requires one.'),
  password: secret.optional().describe('Password of that user.'),
});

export const kibana = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Address of Kibana as people open it.'),
    space: z.string().optional().describe('Kibana space. Default: the default space.'),
    dataView: z
      .string()
      .optional()
      .describe(
        'ID of the data view that links in alerts open. Default: the one that `logboom kibana import` creates, `logboom-events`, or `logboom-events-ops` in the space `ops`.',
      ),
    user: z.string().optional().describe('User for `logboom kibana`.'),
    password: secret.optional().describe('Password of that user.'),
    api_key: secret.optional().describe('API key for `logboom kibana` (`id:key` or its base64 form).'),
    ...trust,
    timeout: duration('30s').describe('Timeout of one request of `logboom kibana`.'),
    connectors: z
      .strictObject({
        slack: slack.optional().describe('Slack connector for Kibana rules (needs a gold licence).'),
        email: email.optional().describe('E-mail connector for Kibana rules (needs a gold licence).'),
      })
      .prefault({})
      .describe('Connectors of Kibana rules, in addition to the index and server log connectors.'),
  })
  .prefault({});

export type KibanaConfig = z.infer<typeof kibana>;
/** The settings that a link into Discover needs. */
export type DiscoverConfig = Partial<Pick<KibanaConfig, 'url' | 'space' | 'dataView'>>;
