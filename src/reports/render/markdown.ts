import { cutToLength } from '../../util/text.ts';
import type { Report } from '../report.ts';
import { notesOf, type Table, tablesOf, titleOf } from './words.ts';

/** A report as Markdown (GitHub's tables). Text of senders is code, so that nothing in it is markup. */
export function markdownOf(report: Report, most: number): string {
  const tables = tablesOf(report, most).flatMap((table) => [
    '',
    `## ${table.title}`,
    '',
    ...tableLines(table),
  ]);
  return [
    `# ${titleOf(report)}`,
    ...tables,
    '',
    ...notesOf(report).map((note) => `- ${escaped(note)}`),
    '',
  ].join('\n');
}

function tableLines({ columns, rows, literal, empty }: Table): string[] {
  if (rows.length === 0) return [empty!];
  return [
    line(columns.map(escaped)),
    line(columns.map(() => '---')),
    ...rows.map((row) =>
      line(row.map((cell, place) => (literal.includes(place) ? code(cell) : escaped(cell)))),
    ),
  ];
}

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const escaped = (text: string) => text.replace(/[\\`*_[\]<>|#]/g, '\\$&');

/** Code between more backticks than it has in a row. A pipe would end the cell even in code. */
function code(text: string): string {
  if (text === '') return '';
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  const space = /^`|`$/.test(text) ? ' ' : '';
  return `${fence}${space}${text.replaceAll('|', '\\|')}${space}${fence}`;
}

/** The same as plain text, for terminals, chats and mails without HTML. */
export function textOf(report: Report, most: number): string {
  const tables = tablesOf(report, most).flatMap((table) => ['', table.title, ...alignedLines(table)]);
  return [titleOf(report), ...tables, '', ...notesOf(report)].join('\n');
}

const widest = 70;

function alignedLines({ columns, rows, empty }: Table): string[] {
  if (rows.length === 0) return [`  ${empty}`];
  const cells = [columns, ...rows].map((row) =>
    row.map((cell) => (cell.length > widest ? `${cutToLength(cell, widest - 1)}…` : cell)),
  );
  const widths = columns.map((_, place) => Math.max(...cells.map((row) => row[place]!.length)));
  return cells.map((row) =>
    `  ${row.map((cell, place) => cell.padEnd(widths[place]!)).join('  ')}`.trimEnd(),
  );
}
