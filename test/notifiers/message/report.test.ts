import { describe, expect, it } from 'vitest';
import { contentOf } from '../../../src/notifiers/email/message.ts';
import { documentOf } from '../../../src/notifiers/message/document.ts';
import { summaryOf } from '../../../src/notifiers/message/summary.ts';
import { blocksOf, textOf } from '../../../src/notifiers/slack/message.ts';
import { reportNotification } from '../../../src/reports/notification.ts';
import { anEvent, reportOn } from '../../reports/support.ts';

const hostile = '/<img src=x onerror=alert(1)>&*_`|';
const events = Array.from({ length: 200 }, (_, place) =>
  anEvent(1_000 + place, {
    'url.path': place % 10 === 0 ? hostile : `/path/${place % 37}`,
    'source.ip': `10.0.0.${place % 50}`,
    'http.response.status_code': place % 20 === 0 ? 503 : 200,
  }),
);
const notification = reportNotification(reportOn(events), 'mail', {
  top: 10,
  recipients: ['ann@example.org'],
});
const log = { warn: () => undefined, info: () => undefined };

describe('a report as a message', () => {
  it('is a mail with HTML, text and a chart, and below 100 KB', async () => {
    const { subject, html, text, attachments } = await contentOf(notification, { chart: true, log });
    expect(subject).toBe('Report test: 1970-01-01 00:00:01 to 1970-01-01 00:00:02 (UTC)');
    expect(html).toContain('Client addresses, 50 in all');
    expect(html).not.toContain('<img src=x');
    expect(attachments).toHaveLength(1);
    expect(html).toContain(`cid:${attachments[0]!.cid}`);
    expect(text).toMatch(/Errors +10/);
    expect(Buffer.byteLength(html) + Buffer.byteLength(text) + attachments[0]!.content.length).toBeLessThan(
      100_000,
    );
  });

  it('is a mail without a chart where none can be drawn', async () => {
    const { html, attachments } = await contentOf(notification, { chart: false, log });
    expect(attachments).toEqual([]);
    expect(html).not.toContain('cid:');
    expect(html).not.toContain('<!-- chart -->');
  });

  it('is a mail that fits, however many rows it has', async () => {
    const many = Array.from({ length: 5_000 }, (_, place) =>
      anEvent(1_000, { 'url.path': `/${'x'.repeat(400)}${place}` }, ''),
    );
    const large = reportNotification(reportOn(many, {}, 100), 'mail', { top: 100 });
    const { html, text } = await contentOf(large, { chart: false, log });
    expect(Buffer.byteLength(html) + Buffer.byteLength(text)).toBeLessThan(100_000);
  });

  it('is a header and literal text in Slack', () => {
    const blocks = blocksOf(notification);
    expect(blocks.map(({ type }) => type)).toEqual(['header', 'rich_text']);
    expect(JSON.stringify(blocks[1])).toContain('Client addresses');
    expect(textOf(notification)).toMatch(/^Report test: /);
  });

  it('has its whole document in webhooks and files', () => {
    expect(documentOf(notification)).toMatchObject({
      report: { name: 'test', figures: { events: 200, errors: 10 } },
    });
  });

  it('has its text where templates ask for a message, and no fact of an alert', () => {
    const { title, message, facts, links } = summaryOf(notification);
    expect(title).toMatch(/^Report test/);
    expect(message).toContain('Status codes');
    expect([facts, links]).toEqual([[], []]);
  });
});
