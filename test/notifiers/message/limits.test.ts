import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blocksOf, textOf } from '../../../src/notifiers/slack/message.ts';
import { anHttpServer, reply } from '../../support/http.ts';
import { aNotifier, anAttempt } from '../../support/notifiers.ts';
import { aNotification, anEpisode } from '../../support/rules/alerts.ts';

type Block = { type: string; text?: Text; fields?: Text[]; elements?: (Text & { elements?: Text[] })[] };
type Text = { type: string; text: string };

/** What senders and rules may write: markup, escapes, characters of two units, long runs of one sign. */
const piece = fc.constantFrom(
  'a',
  '<',
  '>',
  '&',
  '&amp;',
  '😀',
  '\n',
  '<!channel>',
  '"',
  'ä',
  '漢',
  '*',
  '`',
);
const text = fc
  .tuple(fc.array(piece, { maxLength: 12 }), fc.integer({ min: 1, max: 900 }))
  .map(([pieces, times]) => pieces.join('').repeat(times));

const notification = fc
  .record({
    message: text,
    group: text,
    reason: text,
    rule: text,
    sample: text,
    label: text,
    url: fc.nat(4_000),
  })
  .map(({ sample, label, url, ...changes }) => {
    const one = aNotification('ops', 1, changes);
    const samples = [1, 2, 3].map((at) => ({ '@timestamp': `t${at}`, message: sample }));
    const link = `https://kibana.example/#?a=${'&'.repeat(url)}`;
    return { ...one, episode: anEpisode({ samples, labels: { [label]: label, team: 'web' }, url: link }) };
  });

const textsOf = ({ text: own, fields = [], elements = [] }: Block): Text[] => [
  ...(own ? [own] : []),
  ...fields,
  ...elements.flatMap((one) => one.elements ?? [one]),
];

/** Limits of the reference of Block Kit (docs.slack.dev), which Slack refuses a message beyond. */
describe('blocks for Slack', () => {
  it('keep the limits of their kinds and the markup of logboom alone, whatever the texts are', () => {
    fc.assert(
      fc.property(notification, (one) => {
        const blocks = blocksOf(one) as Block[];
        expect(blocks.length).toBeLessThanOrEqual(50);
        for (const block of blocks) {
          const texts = textsOf(block);
          const longest = { header: 150, section: 3_000, context: 3_000, rich_text: 3_000 }[block.type]!;
          expect(block.fields?.length ?? 0).toBeLessThanOrEqual(10);
          for (const field of block.fields ?? []) expect(field.text.length).toBeLessThanOrEqual(2_000);
          for (const { type, text: shown } of texts) {
            expect(shown.length).toBeGreaterThan(0);
            expect(shown.length).toBeLessThanOrEqual(longest);
            expect(Buffer.from(shown).toString()).toBe(shown);
            if (type !== 'mrkdwn' || block.type === 'context') continue;
            expect(shown).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
          }
        }
      }),
      { numRuns: 80 },
    );
  });

  it('stand beside a text without markup of others', () => {
    fc.assert(
      fc.property(notification, (one) => {
        const shown = textOf(one);
        expect(shown.match(/<(?!https:\/\/kibana\.example\/)/)).toBeNull();
        expect(Buffer.from(shown).toString()).toBe(shown);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a message to ntfy', () => {
  it.each([
    ['umlauts', 'ä'],
    ['signs of four bytes', '😀'],
    ['quotes', '"'],
    ['line breaks', 'a\n'],
    ['letters', 'x'],
  ])('of many %s is one that the server takes: 4,096 bytes, and 8,192 of JSON', async (_, sign) => {
    const server = await anHttpServer((_, response) => reply(response, 200, {}));
    const notifier = aNotifier({ kind: 'ntfy', url: server.url, topic: 'alerts', text: '{{message}}' });
    const one = aNotification('ops', 1, { message: sign.repeat(9_000), rule: sign.repeat(400) });
    const url = `https://kibana.example/${'a'.repeat(1_300)}`;
    await notifier.send({ ...one, episode: anEpisode({ url }) }, anAttempt());
    const { body } = server.received[0] as unknown as { body: { message: string } };
    expect(Buffer.byteLength(body.message)).toBeLessThanOrEqual(4_096);
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThanOrEqual(8_192);
    expect(body.message).toMatch(/ …$/);
    expect(Buffer.from(body.message).toString()).toBe(body.message);
    expect(body.message.startsWith(sign.repeat(500))).toBe(true);
  });
});
