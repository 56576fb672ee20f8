import { z } from 'zod';
import { duration, secret } from './values.ts';

const delivery = {
  timeout: duration('10s').describe('Timeout of one attempt.'),
  giveUpAfter: duration('24h').describe(
    'Age at which logboom drops an undelivered notification and logs it.',
  ),
};

const log = z.strictObject({ kind: z.literal('log').describe('Writes alerts into the log of logboom.') });
const webhook = z.strictObject({
  kind: z.literal('webhook').describe('Posts a JSON document.'),
  url: z
    .url({ protocol: /^https?$/ })
    .meta({ secret: true })
    .describe('Address to post the JSON document to.'),
  headers: z
    .record(z.string(), secret)
    .default({})
    .describe('HTTP headers to send, such as `authorization`.'),
  ...delivery,
});
const slack = z.strictObject({
  kind: z.literal('slack').describe('Posts into a Slack channel.'),
  url: z
    .url({ protocol: /^https?$/ })
    .meta({ secret: true })
    .optional()
    .describe('Incoming webhook. Alternative: `token` and `channel`.'),
  token: secret.optional().describe('Bot token for `chat.postMessage`.'),
  channel: z.string().optional().describe('Channel for `chat.postMessage`.'),
  api: z.url().default('https://slack.com/api').describe('Base address of the Slack API.'),
  ...delivery,
});

const notifier = z.discriminatedUnion('kind', [log, webhook, slack]);
export const notifiers = z
  .record(z.string(), notifier)
  .default({})
  .describe('Notifiers by name. The notifier `log` always exists.');

export type NotifierConfig = z.infer<typeof notifier>;
export type WebhookConfig = z.infer<typeof webhook>;
export type SlackConfig = z.infer<typeof slack>;
