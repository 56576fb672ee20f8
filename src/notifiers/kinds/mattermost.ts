import * as z from 'zod';
import { summaryOf } from '../message/summary.ts';
import { defineKind } from '../notifier.ts';
import { delivery, secretUrl, templated, textTemplate } from '../templated.ts';

const schema = z.strictObject({
  kind: z.literal('mattermost').describe('Posts into a channel of Mattermost.'),
  url: secretUrl.describe('Incoming webhook.'),
  channel: z.string().optional().describe('Channel, instead of the one of the webhook.'),
  ...textTemplate,
  ...delivery,
});

/** A zero-width space keeps `@channel` from mentioning everybody. */
const withoutMentions = (text: string) => text.replaceAll('@', '@\u200b');

/** Mattermost, by an incoming webhook. */
export const mattermost = defineKind({
  schema,
  ...templated<z.infer<typeof schema>>({
    longest: 8_000,
    remedies: [
      [
        /webhook.*(not found|invalid)|invalid webhook/i,
        'create a new incoming webhook and set its address in `url`',
      ],
      [/channel/i, 'set an existing `channel` that the webhook may post to'],
    ],
    call: ({ url, channel }, text, notification) => {
      const { title, color } = summaryOf(notification);
      return {
        url,
        body: {
          ...(channel !== undefined && { channel }),
          text: withoutMentions(title),
          attachments: [{ color, fallback: title, text: withoutMentions(text) }],
        },
      };
    },
  }),
});
