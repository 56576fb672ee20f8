import type { Fact, Summary } from '../message/summary.ts';

interface Page {
  summary: Summary;
  /** Content id of the inline chart. */
  chart: string | undefined;
  alt: string;
  /** Values as a table, in place of a chart. */
  table: readonly Fact[];
}

const font = 'font-family:Arial,Helvetica,sans-serif';
const cell = `${font};font-size:14px;line-height:20px;color:#1f2937`;

/** Text from rules and senders, which may be anything. */
export const escaped = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '<br>');

const row = (content: string, style = '') =>
  `<tr><td style="padding:8px 20px;${cell};${style}">${content}</td></tr>`;

function factRows(facts: readonly Fact[]): string {
  const rows = facts.map(
    ({ label, value }) =>
      `<tr><td style="padding:3px 16px 3px 0;${cell};color:#6b7280;white-space:nowrap;vertical-align:top">${escaped(label)}</td>` +
      `<td style="padding:3px 0;${cell};word-break:break-word">${escaped(value)}</td></tr>`,
  );
  return `<table role="presentation" cellpadding="0" cellspacing="0" border="0">${rows.join('')}</table>`;
}

function sampleRows(samples: readonly string[]): string {
  const style = 'font-family:Menlo,Consolas,monospace;font-size:12px;line-height:18px;color:#1f2937';
  const lines = samples.map(
    (line) => `<div style="${style};padding:4px 8px;word-break:break-all">${escaped(line)}</div>`,
  );
  return `<div style="background-color:#f3f4f6;border:1px solid #e5e7eb">${lines.join('')}</div>`;
}

/** Only addresses that a browser opens become links. */
const link = ({ label, url }: Summary['links'][number]) =>
  `<a href="${escaped(url)}" style="color:#1d4ed8">${escaped(label)}</a>`;

export const chartImage = (id: string, alt: string) =>
  `<img src="cid:${id}" width="600" height="160" alt="${escaped(alt)}" style="display:block;max-width:100%;height:auto;border:1px solid #e5e7eb">`;

/**
 * The mail as HTML: tables and inline styles, because mail clients ignore most else; no scripts, no references but links and
 * the inline chart.
 */
export function htmlOf({ summary, chart, alt, table }: Page): string {
  const { title, message, facts, samples, links, color } = summary;
  const body = [
    row(
      escaped(title),
      `background-color:${color};color:#ffffff;font-size:18px;line-height:24px;font-weight:bold;padding:14px 20px`,
    ),
    ...(message === '' ? [] : [row(escaped(message), 'font-size:16px;line-height:22px;padding-top:14px')]),
    ...(chart === undefined ? [] : [row(chartImage(chart, alt))]),
    ...(table.length === 0 ? [] : [row(`<b>Values</b>${factRows(table)}`)]),
    row(factRows(facts)),
    ...(samples.length === 0 ? [] : [row(`<b>Lines</b>${sampleRows(samples)}`)]),
    ...(links.length === 0 ? [] : [row(links.map(link).join(' &nbsp; '))]),
    row('Sent by logboom.', 'color:#6b7280;font-size:12px'),
  ];
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(title)}</title></head>`,
    '<body style="margin:0;padding:16px;background-color:#f9fafb">',
    '<table role="presentation" width="640" align="center" cellpadding="0" cellspacing="0" border="0" style="max-width:640px;width:100%;background-color:#ffffff;border:1px solid #e5e7eb">',
    ...body,
    '</table></body></html>',
  ].join('\n');
}
