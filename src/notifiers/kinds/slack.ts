import * as z from 'zod';
import { secret } from '../../config/schema/values.ts';
import type { Notification } from '../../model.ts';
import { type Attempt, defineKind, type Handler, type Receipt } from '../notifier.ts';
import { answerIn, errorOf, refusedPart } from '../slack/errors.ts';
import { blocksOf, textOf } from '../slack/message.ts';
import { delivery, secretUrl } from '../templated.ts';
import { answered, postJson } from '../transport/http.ts';

const schema = z.strictObject({
  kind: z.literal('slack').describe('Posts into a Slack channel.'),
  url: secretUrl
    .optional()
    .describe('Incoming webhook, which has no threads. Alternative: `token` and `channel`.'),
  token: secret.optional().describe('Bot token for `chat.postMessage`.'),
  channel: z.string().optional().describe('Channel for `chat.postMessage`.'),
  threads: z
    .boolean()
    .default(true)
    .describe('With a bot token: later messages about an alert answer the first one.'),
  broadcast: z
    .boolean()
    .default(false)
    .describe('Show the end of an alert in the channel as well as in the thread.'),
  api: z.url().default('https://slack.com/api').describe('Base address of the Slack API.'),
  ...delivery,
});

type SlackConfig = z.infer<typeof schema>;

/** Slack: an incoming webhook, or `chat.postMessage` with a bot token and a channel. */
export const slack = defineKind({
  schema,
  check({ url, token, channel }, report) {
    if (url !== undefined && token !== undefined)
      return report('url', 'Both `url` and `token` are set.', 'Keep one of them.');
    if (url !== undefined || (token !== undefined && channel !== undefined)) return;
    if (token === undefined && channel === undefined) {
      const message = 'Slack needs an incoming webhook, or a bot token and a channel.';
      return report('url', message, 'Set `url`, or `token` and `channel`.');
    }
    const missing = token === undefined ? 'token' : 'channel';
    const message = `A Slack bot needs \`token\` and \`channel\`; \`${missing}\` is missing.`;
    report(missing, message, `Set \`${missing}\`.`);
  },
  create: (config) =>
    config.url === undefined
      ? { send: toChannel(config), verify: (signal) => verified(config, signal) }
      : { send: toWebhook(config.url) },
});

/** `auth.test` answers whose token it is. Whether the bot is in the channel shows with a message alone. */
async function verified({ api, token }: SlackConfig, signal: AbortSignal): Promise<string> {
  const request = { url: `${api}/auth.test`, headers: { authorization: `Bearer ${token}` } };
  const { body } = await postJson({}, request, signal);
  const answer = answerIn(body);
  if ('error' in answer) throw errorOf(answer.error);
  return 'Slack takes the token; `logboom notify test` tries the channel';
}

/** Without unfurling Slack does not fetch addresses from log lines, which would tell their owners that somebody reads them. */
const noUnfurling = { unfurl_links: false, unfurl_media: false };

const contentOf = (notification: Notification) => ({
  text: textOf(notification),
  blocks: blocksOf(notification),
  ...noUnfurling,
});

function toWebhook(url: string): Handler['send'] {
  return async (notification, { signal }) => {
    const answer = await postJson(contentOf(notification), { url }, signal);
    return { answer: answered(answer) };
  };
}

function toChannel({ api, token, channel, threads, broadcast }: SlackConfig): Handler['send'] {
  const request = { url: `${api}/chat.postMessage`, headers: { authorization: `Bearer ${token}` } };
  return async (notification, { signal, thread }) => {
    const inThread = threads && thread !== undefined;
    const message = {
      ...{ channel, parse: 'none', ...contentOf(notification) },
      ...(inThread && { thread_ts: thread }),
      ...(inThread && broadcast && notification.transition.to === 'inactive' && { reply_broadcast: true }),
    };
    return post(message, request, signal);
  };
}

/** A thread whose first message was deleted, and blocks that Slack does not understand, are left out of a second request. */
async function post(
  message: Record<string, unknown>,
  request: Parameters<typeof postJson>[1],
  signal: Attempt['signal'],
): Promise<Receipt> {
  const { body } = await postJson(message, request, signal);
  const answer = answerIn(body);
  if ('ts' in answer)
    return { answer: `Slack answered ok, ts ${answer.ts}`, thread: rootOf(message, answer) };
  const part = refusedPart(answer.error);
  if (part === 'blocks' && 'blocks' in message) {
    const { blocks: _, ...rest } = message;
    return post(rest, request, signal);
  }
  if (part === 'thread' && 'thread_ts' in message) {
    const { thread_ts: _, reply_broadcast: __, ...rest } = message;
    return post(rest, request, signal);
  }
  throw errorOf(answer.error);
}

/** Answers go to the first message of a thread, never to another answer. */
function rootOf({ thread_ts }: Record<string, unknown>, { ts }: { ts: string | undefined }) {
  return typeof thread_ts === 'string' ? thread_ts : ts;
}
