import { stripVTControlCharacters } from 'node:util';
import { type Check, type Loaded, loadConfig } from '../config/load/load.ts';
import { formatProblem } from '../config/load/problems.ts';
import type { Config } from '../config/schema/schema.ts';
import { LogboomError } from '../errors.ts';
import { controlProblems } from '../notifiers/control/problems.ts';
import { notifierProblems } from '../notifiers/problems.ts';
import { customFormatProblems } from '../parsers/custom/custom-formats.ts';
import { enrichmentProblems } from '../parsers/enrich/enrichment.ts';
import { compileQuery } from '../rules/kql/compile.ts';
import { messageProblems, ruleProblems } from '../rules/problems.ts';
import { printable } from '../util/text.ts';
import { sourceOf } from './api-client.ts';
import { addressFrom } from './arguments.ts';

/** The output of a command: results go to `out`, messages about the command to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether the output is a terminal. */
  interactive: boolean;
  /** Shows a line that the next one replaces; an empty one clears it. Only on a terminal. */
  progress?(text: string): void;
}

/**
 * Shows how far a command has come: a share of 0 to 1, and `words` for the number of events and the milliseconds so far. At most
 * ten times a second. `started` is the time of `performance.now()`.
 */
export function progressOn(
  terminal: Terminal,
  started: number,
  words: (events: number, elapsed: number) => string,
): (share: number, events: number) => void {
  let last = started;
  return (share, events) => {
    const now = performance.now();
    if (now - last < 100) return;
    last = now;
    terminal.progress?.(`${Math.floor(share * 100)} %  ${words(events, now - started)}`);
  };
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

/** Formats a table; each column is as wide as its widest cell. */
export function columns(rows: readonly (readonly string[])[], indent = '  '): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  const lines = rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at]!)).join('  '));
  return lines.map((line) => `${indent}${line}`.trimEnd()).join('\n');
}

/** Checks of the configuration by outer layers. */
const checks: readonly Check[] = [
  customFormatProblems,
  enrichmentProblems,
  ruleProblems,
  messageProblems,
  notifierProblems,
  controlProblems(compileQuery),
];

export interface ConfigArguments {
  config?: string | undefined;
  data?: string | undefined;
}

export const configArgument = {
  type: 'string',
  valueHint: 'file',
  description: 'Configuration file (default: LOGBOOM_CONFIG, or ./logboom.yml if it exists)',
} as const;
export const dataArgument = {
  type: 'string',
  valueHint: 'folder',
  description: 'Data folder, instead of the configured one',
} as const;

/** Loads the configuration that the arguments and the environment select. Arguments take precedence. */
export function load({ config, data }: ConfigArguments): Loaded {
  const env = data === undefined ? process.env : { ...process.env, LOGBOOM_DATA: data };
  return loadConfig({ path: config, env, checks });
}

/** All problems as text. */
export function formatProblems({ problems, path }: Loaded): string {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  const list = problems.map((problem) => formatProblem(problem, path)).join('\n\n');
  return `The configuration has ${count}:\n\n${list}`;
}

/** The configuration. Throws `CONFIG_INVALID` with all problems. */
export function validConfig(arguments_: ConfigArguments): Config {
  const loaded = load(arguments_);
  if (loaded.config) return loaded.config;
  throw new LogboomError('CONFIG_INVALID', formatProblems(loaded));
}

/** The arguments of commands that ask a running server. */
export const apiArguments = {
  config: configArgument,
  url: {
    type: 'string',
    valueHint: 'url',
    description: 'Address of the API, instead of the configured one',
  },
  token: { type: 'string', valueHint: 'token', description: 'Bearer token, instead of the configured one' },
  json: { type: 'boolean', description: 'Print JSON' },
} as const;

/** The API that the arguments select. */
export function apiOf(args: ConfigArguments & Partial<Record<'url' | 'token', string | undefined>>) {
  const configured = args.url === undefined ? sourceOf(validConfig(args)) : { url: addressFrom(args.url) };
  return { ...configured, ...(args.token && { token: args.token }) };
}
