import { stripVTControlCharacters } from 'node:util';

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
  out: (text) => void process.stdout.write(`${plainUnless(process.stdout.isTTY, text)}\n`),
  err: (text) => void process.stderr.write(`${plainUnless(process.stderr.isTTY, text)}\n`),
  interactive: process.stdout.isTTY === true,
  ...(process.stderr.isTTY && { progress: (text) => void process.stderr.write(`\r${text}\u001b[K`) }),
};

const plainUnless = (terminal: boolean | undefined, text: string) =>
  terminal ? text : stripVTControlCharacters(text);

/** Lines of a table whose columns are as wide as their widest cell. */
export function columns(rows: readonly (readonly string[])[], indent = '  '): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  const lines = rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at]!)).join('  '));
  return lines.map((line) => `${indent}${line}`.trimEnd()).join('\n');
}
