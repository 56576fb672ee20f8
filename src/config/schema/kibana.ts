import { z } from 'zod';
import { duration, port, secret } from './values.ts';

const slack = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .meta({ secret: true })
    .describe('Incoming webhook.'),
});

const email = z.strictObject({
  from: z.string().describe('Sender.'),
  to: z.array(z.string()).min(1).describe('Who gets the messages.'),
  host: z.string().describe('Mail server, as the Kibana server reaches it.'),
  port: port(587).describe('Its port.'),
  secure: z
    .boolean()
    .default(false)
    .describe('TLS from the first byte on; otherwise STARTTLS where it is offered.'),
  user: z.string().optional().describe('User, where the mail server asks for one.'),
  password: secret.optional().describe('Password of that user.'),
});

export const kibana = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Address under which people reach Kibana.'),
    space: z.string().optional().describe('Kibana space; default: the default space.'),
    dataView: z
      .string()
      .default('logboom-events')
      .describe(
        'Id of the data view that links in alerts open; `logboom kibana import` makes the default one.',
      ),
    user: z.string().optional().describe('User for `logboom kibana`.'),
    password: secret.optional().describe('Password of that user.'),
    api_key: secret.optional().describe('API key for `logboom kibana` (`id:key` or its base64 form).'),
    ssl_certificate_authorities: z
      .array(z.string())
      .default([])
      .describe('Paths of authorities (PEM) to trust.'),
    ssl_verification_mode: z
      .enum(['full', 'none'])
      .default('full')
      .describe('Whether certificates are checked.'),
    timeout: duration('30s').describe('How long one request of `logboom kibana` may take.'),
    connectors: z
      .strictObject({
        slack: slack.optional().describe('A Slack connector for Kibana’s own rules (needs a gold licence).'),
        email: email
          .optional()
          .describe('An e-mail connector for Kibana’s own rules (needs a gold licence).'),
      })
      .prefault({})
      .describe('Connectors of Kibana’s own rules, beside the index and the server log.'),
  })
  .prefault({});

export type KibanaConfig = z.infer<typeof kibana>;
/** What a link into Discover needs of it. */
export type DiscoverConfig = Partial<Pick<KibanaConfig, 'url' | 'space' | 'dataView'>>;
