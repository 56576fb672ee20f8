import { stripVTControlCharacters } from 'node:util';
import { columnsOf } from '../util/columns.ts';
import { printable } from '../util/text.ts';

/** The output of a command: results go to `out`, messages about the command to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether the output is a terminal. */
  interactive: boolean;
  /** Shows a line that the next one replaces; an empty one clears it. Only on a terminal. */
  progress?(text: string): void;
}

/** Standard output and error of the process. Escape codes are removed for files and pipes. */
export const processTerminal: Terminal = {
  out: (text) => void process.stdout.write(`${safe(text, process.stdout.isTTY)}\n`),
  err: (text) => void process.stderr.write(`${safe(text, process.stderr.isTTY)}\n`),
  interactive: process.stdout.isTTY === true,
  ...(process.stderr.isTTY && { progress: (text) => void process.stderr.write(`\r${text}\u001b[K`) }),
};

/** Colours and bold: the only escape codes that logboom writes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it begins every escape sequence.
const colours = /(\u001b\[[\d;]*m)/;

/**
 * Removes control characters. Commands already escape text of senders field by field; this is a second barrier: no text
 * moves the cursor, sets a title or reverses the writing direction. Colours are kept on a terminal only.
 */
export function safe(text: string, isTerminal: boolean): string {
  const pieces = (isTerminal ? text : stripVTControlCharacters(text)).split(colours);
  return pieces.map((piece, at) => (at % 2 === 1 ? piece : printableLines(piece))).join('');
}

const printableLines = (text: string) => text.split('\n').map(printable).join('\n');

/** Formats a table; each column is as wide as its widest cell on a terminal, where a character may take two places or none. */
export function columns(rows: readonly (readonly string[])[], indent = '  '): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, widthOf(cell));
  }
  const padded = (cell: string, at: number) => cell + ' '.repeat(widths[at]! - widthOf(cell));
  const lines = rows.map((row) => row.map(padded).join('  '));
  return lines.map((line) => `${indent}${line}`.trimEnd()).join('\n');
}

const widthOf = (cell: string) => columnsOf(stripVTControlCharacters(cell));
