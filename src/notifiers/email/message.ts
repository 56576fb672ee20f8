import { createHash } from 'node:crypto';
import type { Notification, ReportMessage } from '../../model.ts';
import { timeText, valueText } from '../../util/figures.ts';
import { cutToBytes, printable } from '../../util/text.ts';
import { brief, type Fact, measureOf, type Summary, stateWord, summaryOf } from '../message/summary.ts';
import { textOf } from '../message/template.ts';
import type { NotifierContext } from '../notifier.ts';
import { chartOf, pngOf, pointsOf } from './chart.ts';
import { chartImage, htmlOf } from './html.ts';

/** Values in the table that stands for a chart. */
const mostRows = 10;
/** Bytes. Gmail cuts HTML of more than 102 KB; text, HTML and chart together stay below 100 KB. */
const largestHtml = 30_000;
const largestText = 10_000;
const largestChart = 40_000;

interface MailContent {
  subject: string;
  text: string;
  html: string;
  attachments: {
    filename: string;
    content: Buffer;
    cid: string;
    contentType: string;
    contentDisposition: 'inline';
  }[];
}

/** The parts of a mail that do not depend on its recipients. */
export async function contentOf(
  notification: Notification,
  options: { chart: boolean; log: NotifierContext['log'] },
): Promise<MailContent> {
  if (notification.report) return reportContent(notification, notification.report, options);
  const svg = options.chart ? chartOf(notification) : undefined;
  const png = svg === undefined ? undefined : await pngOf(svg, options.log);
  const image = png !== undefined && png.length <= largestChart ? png : undefined;
  const cid = `chart-${hashOf(notification.id)}@logboom`;
  const page = {
    chart: image && cid,
    alt: `Chart: ${brief(measureOf(notification), 200)} against ${notification.transition.condition}`,
    table: svg !== undefined && image === undefined ? valuesOf(notification) : [],
  };
  const summary = summaryOf(notification);
  return {
    subject: subjectOf(notification),
    text: fitting(summary, largestText, (shown) => plainText(shown, page.table)),
    html: fitting(summary, largestHtml, (shown) => htmlOf({ ...page, summary: shown })),
    attachments: image ? [inlined(image, cid)] : [],
  };
}

/** A report: its own page, with the chart as a picture. */
async function reportContent(
  { id }: Notification,
  { title, text, html, chart }: ReportMessage,
  options: { chart: boolean; log: NotifierContext['log'] },
): Promise<MailContent> {
  const png = options.chart && chart !== undefined ? await pngOf(chart, options.log) : undefined;
  const image = png !== undefined && png.length <= largestChart ? png : undefined;
  const cid = `chart-${hashOf(id)}@logboom`;
  return {
    subject: printable(title),
    text: cutToBytes(text, largestText),
    html: html.replace('<!-- chart -->', () =>
      image ? chartImage(cid, 'Chart: events over the interval') : '',
    ),
    attachments: image ? [inlined(image, cid)] : [],
  };
}

const inlined = (content: Buffer, cid: string): MailContent['attachments'][number] => ({
  ...{ filename: 'chart.png', content, cid, contentType: 'image/png', contentDisposition: 'inline' },
});

/**
 * `[HIGH] burst (web-1)`. It is the same for all mails of an episode, because Gmail puts mails with different subjects into
 * different threads.
 */
function subjectOf({ transition: { rule, group, severity }, test }: Notification): string {
  const alert = brief(group === '' ? rule : `${rule} (${group})`, 150);
  return `${test ? '[TEST] ' : ''}[${severity.toUpperCase()}] ${printable(alert)}`;
}

function plainText(summary: Summary, table: readonly Fact[]): string {
  const { samples } = summary;
  return [
    textOf(summary),
    ...(table.length > 0 ? ['', 'Values', ...table.map(({ label, value }) => `  ${label}  ${value}`)] : []),
    ...(samples.length > 0 ? ['', 'Lines', ...samples.map((line) => `  ${line}`)] : []),
    '',
  ].join('\n');
}

/** The newest values, for clients and platforms without the chart. */
function valuesOf(notification: Notification): Fact[] {
  return pointsOf(notification)
    .slice(-mostRows)
    .map(([at, value]) => ({ label: timeText(at), value: valueText(value, measureOf(notification)) }));
}

/** How much of long texts is left, in bytes for each, until a mail fits. */
const stages = [2_000, 500, 150, 50];

/** The largest form of the summary that fits: sample lines go first, then ends of long texts, then facts. */
function fitting(summary: Summary, most: number, render: (summary: Summary) => string): string {
  const fits = (text: string) => Buffer.byteLength(text) <= most;
  for (const bytes of stages)
    for (const samples of [summary.samples, []]) {
      const text = render(shortened({ ...summary, samples }, bytes));
      if (fits(text)) return text;
    }
  const links = summary.links.filter(({ url }) => url.length <= 2_000);
  return render({
    ...shortened({ ...summary, samples: [], links }, 50),
    facts: summary.facts.slice(0, 10).map((fact) => shorten(fact, 50)),
  });
}

const shorten = ({ label, value }: Fact, bytes: number): Fact => ({ label, value: cutAt(value, bytes) });
const cutAt = (text: string, bytes: number) =>
  text.endsWith(' …') ? brief(text.slice(0, -2), bytes) : brief(text, bytes);

function shortened(summary: Summary, bytes: number): Summary {
  const message =
    summary.message.length > bytes ? cutAt(summary.message.replaceAll('\n', ' '), bytes) : summary.message;
  return {
    ...summary,
    message,
    samples: summary.samples.map((line) => cutAt(line, bytes)),
    facts: summary.facts.map((fact) => shorten(fact, bytes)),
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

interface Thread {
  messageId: string;
  inReplyTo?: string;
  references?: string[];
}

/**
 * The headers that make one thread of all mails about an episode (RFC 5322). Ids follow from the notification, so a mail that
 * is sent twice has one id, by which clients recognise it. `first` is the id of the first delivered mail.
 */
export function threadOf(
  { id, transition }: Notification,
  domain: string,
  first: string | undefined,
): Thread {
  if (first === undefined) return { messageId: `<${hashOf(`first ${transition.episode}`)}@${domain}>` };
  return { messageId: `<${hashOf(id)}@${domain}>`, inReplyTo: first, references: [first] };
}

/** Headers by which people and programs sort, and which keep holiday replies away. */
export const headersOf = (notification: Notification): Record<string, string> => ({
  'Auto-Submitted': 'auto-generated',
  'X-Auto-Response-Suppress': 'All',
  'X-Logboom-Alert': printable(notification.episode.id)
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 500),
  'X-Logboom-State': stateWord(notification),
  'X-Logboom-Severity': notification.transition.severity,
});
