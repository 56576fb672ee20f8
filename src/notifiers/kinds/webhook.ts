import * as z from 'zod';
import { trust } from '../../config/schema/listener.ts';
import { secret } from '../../config/schema/values.ts';
import { documentOf } from '../message/document.ts';
import { checkTemplate, fill } from '../message/template.ts';
import { defineKind } from '../notifier.ts';
import { delivery, headers, secretUrl } from '../templated.ts';
import { answered, exchange } from '../transport/http.ts';
import { signedHeaders } from '../transport/signature.ts';

const schema = z.strictObject({
  kind: z.literal('webhook').describe('Posts a JSON document.'),
  url: secretUrl.describe('Address to post the JSON document to.'),
  method: z.enum(['POST', 'PUT']).default('POST').describe('HTTP method.'),
  headers,
  body: z
    .record(z.string(), z.unknown())
    .optional()
    .describe(
      'The JSON document. Texts in it are templates: `{{title}}`, `{{value}}`, `{{host.name}}`. Default: all that is known about the alert.',
    ),
  signingSecret: secret
    .optional()
    .describe('Secret to sign each request with (HMAC-SHA256, as Standard Webhooks specifies).'),
  ...trust,
  ...delivery,
});

/** Posts each notification as a JSON document to a configured address. */
export const webhook = defineKind({
  schema,
  check({ body }, report, { fields }) {
    checkTemplate(body, ['body'], fields, report);
  },
  create: ({ url, method, headers, body: template, signingSecret, ...trust }) => ({
    async send(notification, { signal }) {
      const document = template === undefined ? documentOf(notification) : fill(template, notification);
      const body = JSON.stringify(document);
      const answer = await exchange(
        {
          ...{ url, method, body, trust },
          headers: {
            'content-type': 'application/json',
            ...headers,
            'idempotency-key': notification.id,
            ...(signingSecret !== undefined && signedHeaders(signingSecret, notification.id, body)),
          },
        },
        signal,
      );
      return { answer: answered(answer) };
    },
  }),
});
