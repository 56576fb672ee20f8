import { stripVTControlCharacters } from 'node:util';
import { printable } from '../util/text.ts';

/** Where a command prints. Results go to `out`, what is about the command itself to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** True where a person watches the output. */
  interactive: boolean;
  /** Shows a line that the next one replaces; an empty one clears it. Only where a person watches. */
  progress?(text: string): void;
}

/** The process's own standard output and error. Escape codes stay out of files and pipes. */
export const processTerminal: Terminal = {
  out: (text) => void process.stdout.write(`${safe(text, process.stdout.isTTY)}\n`),
  err: (text) => void process.stderr.write(`${safe(text, process.stderr.isTTY)}\n`),
  interactive: process.stdout.isTTY === true,
  ...(process.stderr.isTTY && { progress: (text) => void process.stderr.write(`\r${text}\u001b[K`) }),
};

/** Colours and bold: all that logboom itself writes to a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it begins every escape sequence.
const colours = /(\u001b\[[\d;]*m)/;

/**
 * What may be printed. Commands escape what senders wrote, field by field; this is the net below them, through which no
 * text moves a cursor, sets a title or turns the direction of writing around. Escape codes stay out of files and pipes.
 */
export function safe(text: string, isTerminal: boolean): string {
  const pieces = (isTerminal ? text : stripVTControlCharacters(text)).split(colours);
  return pieces.map((piece, at) => (at % 2 === 1 ? piece : printableLines(piece))).join('');
}

const printableLines = (text: string) => text.split('\n').map(printable).join('\n');

/** Lines of a table whose columns are as wide as their widest cell. */
export function columns(rows: readonly (readonly string[])[], indent = '  '): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  const lines = rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at]!)).join('  '));
  return lines.map((line) => `${indent}${line}`.trimEnd()).join('\n');
}
