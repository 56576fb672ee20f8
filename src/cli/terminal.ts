import { stripVTControlCharacters } from 'node:util';
import { type Check, type Loaded, loadConfig } from '../config/load/load.ts';
import { formatProblem, type Problem } from '../config/load/problems.ts';
import type { Config } from '../config/schema/schema.ts';
import { LogboomError } from '../errors.ts';
import { controlProblems } from '../notifiers/control/problems.ts';
import { notifierProblems } from '../notifiers/problems.ts';
import { streamProblems } from '../notifiers/streams/problems.ts';
import { customFormatProblems } from '../parsers/custom/custom-formats.ts';
import { enrichmentProblems } from '../parsers/enrich/enrichment.ts';
import { processorProblems } from '../processors/chain.ts';
import { reportProblems } from '../reports/problems.ts';
import { compileQuery } from '../rules/kql/compile.ts';
import { messageProblems, ruleProblems } from '../rules/problems.ts';
import { statisticsProblems } from '../statistics/problems.ts';
import { printable } from '../util/text.ts';
import { type ApiSource, sourceOf } from './api-client.ts';
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
export const allChecks: readonly Check[] = [
  customFormatProblems,
  enrichmentProblems,
  processorProblems,
  ruleProblems,
  messageProblems,
  notifierProblems,
  controlProblems(compileQuery),
  statisticsProblems(compileQuery),
  reportProblems(compileQuery),
  streamProblems,
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
export function load({ config, data }: ConfigArguments, readFile?: (path: string) => string): Loaded {
  const env = data === undefined ? process.env : { ...process.env, LOGBOOM_DATA: data };
  return loadConfig({ path: config, env, checks: allChecks, ...(readFile && { readFile }) });
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

/** How lines of files become events. */
export const ofFiles = {
  fields: {
    type: 'string',
    valueHint: 'name=value,…',
    description: 'Fields to add to plain lines, as a shipper does: event.dataset=nginx.access',
  },
  'as-input': {
    type: 'string',
    valueHint: 'input',
    description:
      'Read the files as this input of the configuration does. Default: the file input whose paths name them',
  },
} as const;

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

type ApiArguments = Partial<Record<'config' | 'url' | 'token', string | undefined>>;

/**
 * The API that the arguments select. A client reads only `api` of the configuration, so it needs none of the secrets of the
 * server, and a broken rule does not keep `logboom status` from running.
 */
export function apiOf(args: ApiArguments): ApiSource {
  const configured = args.url === undefined ? configuredApi(args) : { url: addressFrom(args.url) };
  return { ...configured, ...(args.token && { token: args.token }) };
}

function configuredApi({ config: path, token }: ApiArguments): ApiSource {
  const loaded = loadConfig({ path, env: process.env, only: ['api'] });
  const isNeeded = ({ path: at }: Problem) => token === undefined || !/^api\.tokens?\b/.test(at);
  const config = loaded.config ?? (loaded.problems.some(isNeeded) ? undefined : loaded.sound);
  if (config) return sourceOf(config);
  throw new LogboomError('CONFIG_INVALID', formatProblems(loaded));
}
