import * as z from 'zod';
import { secret } from '../../config/schema/values.ts';
import type { Severity } from '../../model.ts';
import { cutToBytes } from '../../util/text.ts';
import { stateWord, summaryOf } from '../message/summary.ts';
import { defineKind } from '../notifier.ts';
import { delivery, templated, textTemplate } from '../templated.ts';

const schema = z.strictObject({
  kind: z.literal('ntfy').describe('Publishes to a topic of ntfy.'),
  url: z
    .url({ protocol: /^https?$/ })
    .default('https://ntfy.sh')
    .describe('Address of the ntfy server.'),
  topic: z
    .string()
    .regex(/^[-_A-Za-z0-9]{1,64}$/)
    .describe('Topic to publish to.'),
  token: secret.optional().describe('Access token.'),
  ...textTemplate,
  ...delivery,
});

/** Characters. A longer link has no place beside the longest message. */
const longestLink = 1_400;
const priorities: Record<Severity, number> = { info: 2, low: 2, medium: 3, high: 4, critical: 5 };
const tags = { ACTIVE: 'rotating_light', INACTIVE: 'white_check_mark', 'NO DATA': 'grey_question' };

/** ntfy, by its JSON interface. */
export const ntfy = defineKind({
  schema,
  ...templated<z.infer<typeof schema>>({
    longest: 4_000,
    // ntfy makes an attachment of a message beyond 4,096 bytes, and refuses JSON beyond 8,192, where quotes and line breaks take two.
    mostBytes: 3_000,
    call: ({ url, topic, token }, message, notification) => {
      const { title, severity } = summaryOf(notification);
      const state = stateWord(notification);
      const { url: link = '' } = notification.episode;
      return {
        url,
        ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
        body: {
          ...{ topic, title: cutToBytes(title, 300), message, tags: [tags[state]] },
          priority: state === 'ACTIVE' ? priorities[severity] : 2,
          ...(link !== '' && link.length <= longestLink && { click: link }),
        },
      };
    },
  }),
});
