import * as z from 'zod';
import { cutToLength } from '../../util/text.ts';
import { summaryOf } from '../message/summary.ts';
import { defineKind } from '../notifier.ts';
import { delivery, secretUrl, templated, textTemplate } from '../templated.ts';

const schema = z.strictObject({
  kind: z.literal('discord').describe('Posts into a channel of Discord.'),
  url: secretUrl.describe('Webhook of the channel.'),
  ...textTemplate,
  ...delivery,
});

/** Discord, by a webhook of a channel. Nothing in a message mentions anybody. */
export const discord = defineKind({
  schema,
  ...templated<z.infer<typeof schema>>({
    longest: 4_000,
    remedies: [
      [/Unknown Webhook|Invalid Webhook Token/i, 'create a new webhook and set its address in `url`'],
    ],
    call: ({ url }, text, notification) => {
      const { title, color } = summaryOf(notification);
      const embed = { description: text, color: Number.parseInt(color.slice(1), 16) };
      // Without `wait` Discord answers before it has looked at the message.
      const address = new URL(url);
      address.searchParams.set('wait', 'true');
      return {
        url: address.href,
        body: { content: cutToLength(title, 2_000), embeds: [embed], allowed_mentions: { parse: [] } },
      };
    },
  }),
});
