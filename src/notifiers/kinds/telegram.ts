import * as z from 'zod';
import { secret } from '../../config/schema/values.ts';
import { defineKind } from '../notifier.ts';
import { delivery, templated, textTemplate } from '../templated.ts';

const schema = z.strictObject({
  kind: z.literal('telegram').describe('Writes into a chat of Telegram.'),
  token: secret.describe('Token of the bot.'),
  chat: z.string().min(1).describe('Id of the chat, or `@name` of a public channel.'),
  api: z.url().default('https://api.telegram.org').describe('Base address of the Bot API.'),
  ...textTemplate,
  ...delivery,
});

interface Answer {
  result?: { message_id?: number };
  parameters?: { retry_after?: number };
}

function parsed(body: string): Answer {
  try {
    return (JSON.parse(body) ?? {}) as Answer;
  } catch {
    return {};
  }
}

const newToken = 'set the token that @BotFather shows in `token`';

/** Telegram, by a bot. Later messages about an alert answer the first one. */
export const telegram = defineKind({
  schema,
  ...templated<z.infer<typeof schema>>({
    longest: 4_096,
    remedies: [
      [
        /chat not found|chat_id is empty|PEER_ID_INVALID/i,
        'set the id of a chat in `chat`, and add the bot to it',
      ],
      [
        /bot was (kicked|blocked)|not enough rights|bot is not a member/i,
        'add the bot to the chat and let it write',
      ],
      [/Unauthorized|"description":"Not Found"/i, newToken],
    ],
    threadIn: (body) => parsed(body).result?.message_id?.toString(),
    pauseIn: (body) => parsed(body).parameters?.retry_after,
    call: ({ api, token, chat }, text, _, { thread }) => ({
      url: `${api}/bot${token}/sendMessage`,
      body: {
        ...{ chat_id: chat, text, link_preview_options: { is_disabled: true } },
        ...(thread !== undefined && {
          reply_parameters: { message_id: Number(thread), allow_sending_without_reply: true },
        }),
      },
    }),
  }),
});
