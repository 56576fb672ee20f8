import { z } from 'zod';
import { duration, secret } from './values.ts';

const delivery = {
  timeout: duration('10s').describe('How long one attempt may take.'),
  giveUpAfter: duration('24h').describe('A message older than this is dropped with a log line.'),
};

const log = z.strictObject({ kind: z.literal('log').describe('Writes alerts into logboom’s own log.') });
const webhook = z.strictObject({
  kind: z.literal('webhook').describe('Posts a JSON document.'),
  url: z
    .url({ protocol: /^https?$/ })
    .meta({ secret: true })
    .describe('Where the JSON document is posted to.'),
  headers: z.record(z.string(), secret).default({}).describe('Headers to send, such as `authorization`.'),
  ...delivery,
});
const slack = z.strictObject({
  kind: z.literal('slack').describe('Posts into a Slack channel.'),
  url: z
    .url({ protocol: /^https?$/ })
    .meta({ secret: true })
    .optional()
    .describe('Incoming webhook; or use `token` and `channel`.'),
  token: secret.optional().describe('Bot token for `chat.postMessage`.'),
  channel: z.string().optional().describe('Channel for `chat.postMessage`.'),
  api: z.url().default('https://slack.com/api').describe('Base address of the Slack API.'),
  ...delivery,
});

const notifier = z.discriminatedUnion('kind', [log, webhook, slack]);
export const notifiers = z
  .record(z.string(), notifier)
  .default({})
  .describe('Who is told, by name. `log` is always there.');

export type NotifierConfig = z.infer<typeof notifier>;
export type WebhookConfig = z.infer<typeof webhook>;
export type SlackConfig = z.infer<typeof slack>;
