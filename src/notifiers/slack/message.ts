import type { Notification } from '../../model.ts';
import { cutToLength, withEllipsis } from '../../util/text.ts';
import { brief, type Summary, stateWord, summaryOf, valueWithCondition } from '../message/summary.ts';

/** Slack escapes these three characters and no others. */
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/**
 * The text of a message: what notifications on a phone show, and what is shown where blocks are not. Line breaks in it come
 * from the message template. Group and reason hold text of senders, so their line breaks are escaped: a sender must not add
 * lines that look like those of logboom.
 */
export function textOf(notification: Notification): string {
  const { transition, episode, report } = notification;
  const { title } = summaryOf(notification);
  if (report) return escaped(title);
  const lines = [
    title,
    transition.message,
    ...(transition.group === '' ? [] : [`Group: ${brief(transition.group)}`]),
    `Value: ${valueWithCondition(notification)}, severity ${transition.severity}`,
    `Reason: ${brief(transition.reason)}`,
    ...(episode.runbook === undefined ? [] : [`Runbook: ${episode.runbook}`]),
  ];
  const text = escaped(lines.join('\n'));
  // Only this line is markup: the address of a link is too long to read.
  return episode.url === undefined ? text : `${text}\n<${escaped(episode.url)}|Open in Discover>`;
}

type Block = Record<string, unknown>;

/** Limits of Block Kit, in characters (docs.slack.dev, reference of blocks). */
const limits = { header: 150, section: 3_000, field: 2_000, fields: 10, url: 3_000 };

/** Blocks of a report. A message has 50 at most. */
const mostParts = 5;

const markdown = (text: string, most: number) => ({ type: 'mrkdwn', text: cut(text, most) });

/** A cut must not leave half of an escape such as `&am`. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return withEllipsis(cutToLength(text, most - 2).replace(/&[a-z]{0,3}$/, ''), text);
}

const symbols: Record<Summary['state'], string> = { ACTIVE: '🔴', INACTIVE: '🟢', 'NO DATA': '⚪' };

/** The same message as blocks: header, message, facts, sample lines, links. */
export function blocksOf(notification: Notification): Block[] {
  const summary = summaryOf(notification);
  const { message, samples, links, title } = summary;
  if (notification.report) return reportBlocks(title, message);
  const header = cut(`${symbols[stateWord(notification)]} ${title}`, limits.header);
  return [
    { type: 'header', text: { type: 'plain_text', text: header, emoji: true } },
    ...(message === '' ? [] : [{ type: 'section', text: markdown(escaped(message), limits.section) }]),
    ...sections(summary),
    ...(samples.length === 0 ? [] : [preformatted(samples)]),
    ...linkBlocks(links),
  ];
}

/** The tables as literal text, in as many blocks as they need. */
function reportBlocks(title: string, text: string): Block[] {
  const parts: string[] = [''];
  for (const line of text.split('\n')) {
    if (parts.at(-1)!.length + line.length >= limits.section) parts.push('');
    parts.push(`${parts.pop()}${line}\n`);
  }
  const header = {
    type: 'header',
    text: { type: 'plain_text', text: cut(title, limits.header), emoji: false },
  };
  return [header, ...parts.slice(0, mostParts).map((part) => preformatted([part.trimEnd()]))];
}

/** Facts in pairs of columns, at most ten in a block; long ones get a block of their own. */
function sections({ facts }: Summary): Block[] {
  const shown = facts.map(({ label, value }) => `*${escaped(label)}*\n${escaped(value)}`);
  const short = shown.filter((text) => text.length <= 120);
  const blocks: Block[] = [];
  for (let from = 0; from < short.length; from += limits.fields)
    blocks.push({
      type: 'section',
      fields: short.slice(from, from + limits.fields).map((text) => markdown(text, limits.field)),
    });
  const long = shown.filter((text) => text.length > 120);
  return [...blocks, ...long.map((text) => ({ type: 'section', text: markdown(text, limits.section) }))];
}

/** Log lines as literal text: nothing in them is markup. */
function preformatted(samples: readonly string[]): Block {
  const text = { type: 'text', text: cut(samples.join('\n'), limits.section) };
  return { type: 'rich_text', elements: [{ type: 'rich_text_preformatted', elements: [text] }] };
}

function linkBlocks(links: Summary['links']): Block[] {
  const shown = links.map(({ label, url }) => `<${escaped(url)}|${label}>`);
  const fitting = shown.filter((text) => text.length <= limits.url);
  return fitting.length === 0
    ? []
    : [{ type: 'context', elements: fitting.map((text) => markdown(text, limits.url)) }];
}
