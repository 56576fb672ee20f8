import * as z from 'zod';
import { withEllipsis } from '../../util/text.ts';
import { type Summary, summaryOf } from '../message/summary.ts';
import { defineKind } from '../notifier.ts';
import { delivery, secretUrl } from '../templated.ts';
import { answered, postJson } from '../transport/http.ts';

const schema = z.strictObject({
  kind: z.literal('teams').describe('Posts an Adaptive Card into Microsoft Teams, through a workflow.'),
  url: secretUrl.describe(
    'Address of the workflow “When a Teams webhook request is received”. Connectors of Office 365 no longer exist.',
  ),
  ...delivery,
});

/** Bytes. Teams drops larger cards without an error; the workflow answers 202 all the same. */
const largestCard = 21_000;

/**
 * Microsoft Teams, through a workflow. The workflow answers 202 before it posts the card, so an answer does not prove that the
 * card was shown.
 */
export const teams = defineKind({
  schema,
  create: ({ url }) => ({
    async send(notification, { signal }) {
      const answer = await postJson(messageOf(summaryOf(notification)), { url }, signal);
      const note = 'the workflow posts the card afterwards: look into the channel';
      return { answer: `${answered(answer)}; ${note}` };
    },
  }),
});

const styles: Record<Summary['state'], string> = {
  ACTIVE: 'attention',
  INACTIVE: 'good',
  'NO DATA': 'warning',
};

/** The largest message that fits: sample lines go first, then long texts become shorter. */
function messageOf(summary: Summary): object {
  for (const most of [2_000, 600, 200, 60])
    for (const samples of [summary.samples, []]) {
      const message = cardMessage({ ...summary, samples }, most);
      if (Buffer.byteLength(JSON.stringify(message)) <= largestCard) return message;
    }
  const links = summary.links.filter(({ url }) => url.length <= 2_000);
  return cardMessage({ ...summary, samples: [], links, facts: summary.facts.slice(0, 12) }, 60);
}

const cut = (text: string, most: number) =>
  text.length <= most ? text : withEllipsis([...text].slice(0, most).join(''), text);

/** Text blocks know a part of Markdown; a backslash takes the meaning from its signs. */
const plain = (text: string, most: number) => cut(text, most).replace(/[\\`*_[\]()#~>-]/g, '\\$&');

function cardMessage({ title, message, state, facts, samples, links }: Summary, most: number): object {
  const block = (text: string, more: object = {}) => ({ type: 'TextBlock', wrap: true, text, ...more });
  const shownFacts = facts.map(({ label, value }) => ({ title: cut(label, 60), value: plain(value, most) }));
  const card = {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.4',
    msteams: { width: 'Full' },
    body: [
      {
        type: 'Container',
        style: styles[state],
        bleed: true,
        items: [block(plain(title, 300), { weight: 'Bolder', size: 'Medium' })],
      },
      ...(message === '' ? [] : [block(plain(message, most))]),
      { type: 'FactSet', facts: shownFacts },
      ...samples.map((line) =>
        block(plain(line, Math.min(most, 500)), { fontType: 'Monospace', size: 'Small', spacing: 'Small' }),
      ),
    ],
    actions: links.map(({ label, url }) => ({ type: 'Action.OpenUrl', title: label, url })),
  };
  return {
    type: 'message',
    attachments: [
      { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: card },
    ],
  };
}
