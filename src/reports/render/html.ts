import { lineChart } from '../../util/chart.ts';
import { valueText } from '../../util/figures.ts';
import type { Report } from '../report.ts';
import { notesOf, type Table, tablesOf, titleOf } from './words.ts';

const font = 'font-family:Arial,Helvetica,sans-serif';
const cell = `${font};font-size:13px;line-height:18px;color:#1f2937;padding:3px 10px 3px 0;vertical-align:top;text-align:left`;
const code = 'font-family:Menlo,Consolas,monospace;font-size:12px;word-break:break-all';

/** Text from rules and senders, which may be anything. */
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Pixels of the longest bar. */
const barWidth = 120;

/** A bar as a table with a background colour: mail clients show nothing else everywhere. */
const bar = (share: number) =>
  `<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr><td width="${Math.max(1, Math.round(share * barWidth))}" height="10" style="background-color:#2f6fab;font-size:1px;line-height:10px">&nbsp;</td></tr></table>`;

function tableHtml({ title, columns, rows, literal, bars, empty }: Table): string {
  const heading = `<h2 style="${font};font-size:15px;line-height:20px;color:#111827;margin:18px 0 4px">${escaped(title)}</h2>`;
  if (rows.length === 0) return `${heading}<p style="${cell};margin:0">${escaped(empty!)}</p>`;
  const head = columns.map(
    (column) => `<th scope="col" style="${cell};color:#6b7280;font-weight:normal">${escaped(column)}</th>`,
  );
  const lines = rows.map((row, at) => {
    const cells = row.map(
      (text, place) =>
        `<td style="${cell};${literal.includes(place) ? code : 'white-space:nowrap'}">${escaped(text)}</td>`,
    );
    return `<tr>${cells.join('')}${bars ? `<td style="${cell}">${bar(bars[at]!)}</td>` : ''}</tr>`;
  });
  const barHead = bars ? `<th style="${cell}"></th>` : '';
  return `${heading}<table cellpadding="0" cellspacing="0" border="0"><tr>${head.join('')}${barHead}</tr>${lines.join('')}</table>`;
}

/** Events over the interval, as SVG; undefined where there were none. */
export function chartOf({ series, figures }: Report): string | undefined {
  if (figures.events === 0 || series.length < 2) return undefined;
  return lineChart({
    points: series.map(([at, events]) => [at, events] as const),
    thresholds: [],
    color: '#2f6fab',
    format: (value) => valueText(value, 'count'),
    title: 'Events over the interval, UTC',
  });
}

/** Where the chart belongs: a mail has a picture there, a file the SVG itself. */
const chartPlace = '<!-- chart -->';

/** A report as a page without scripts or references. `chart`: HTML that shows it. */
function htmlOf(report: Report, most: number, chart = chartPlace): string {
  const title = escaped(titleOf(report));
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${title}</title></head>`,
    '<body style="margin:0;padding:16px;background-color:#f9fafb">',
    '<table role="presentation" width="760" align="center" cellpadding="0" cellspacing="0" border="0" style="max-width:760px;width:100%;background-color:#ffffff;border:1px solid #e5e7eb"><tr><td style="padding:16px 20px">',
    `<h1 style="${font};font-size:18px;line-height:24px;color:#111827;margin:0 0 8px">${title}</h1>`,
    chart,
    ...tablesOf(report, most).map(tableHtml),
    `<p style="${cell};color:#6b7280;margin-top:16px">${notesOf(report).map(escaped).join('<br>')}<br>Made by logboom.</p>`,
    '</td></tr></table></body></html>',
  ].join('\n');
}

/** The page with its chart as inline SVG, for a file. */
export const pageOf = (report: Report, most: number): string => htmlOf(report, most, chartOf(report) ?? '');

/** Bytes. Gmail cuts mails of more than 102 KB. */
const largestMail = 60_000;

/** The largest form for a mail that fits. */
export function mailOf(report: Report, most: number): string {
  for (let rows = most; rows > 1; rows = Math.floor(rows / 2)) {
    const html = htmlOf(report, rows);
    if (Buffer.byteLength(html) <= largestMail) return html;
  }
  return htmlOf(report, 1);
}
