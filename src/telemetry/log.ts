import { createRequire } from 'node:module';
import { isatty } from 'node:tty';
import { ecsFormat } from '@elastic/ecs-pino-format';
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import type PinoPretty from 'pino-pretty';
import { printable } from '../util/text.ts';

export interface LogSettings {
  level: string;
  /** `auto`: pretty on a terminal, ECS JSON elsewhere. */
  format: 'auto' | 'pretty' | 'json';
}

export interface LogOptions {
  /** Values that never reach the log. */
  secrets?: readonly string[];
  /** Name of the worker thread that logs. */
  thread?: string;
  /** Where lines go instead of standard error, for tests. */
  destination?: DestinationStream;
  /** Whether the output is a terminal; default: whether standard error is one. */
  terminal?: boolean;
}

const standardError = 2;

/**
 * Creates a log. It writes to standard error, so that the output of commands stays clean. It writes synchronously, so that the last
 * lines before a crash are written and lines of worker threads do not mix: each thread has a log of its own with the same settings.
 */
export function createLog(settings: LogSettings, options: LogOptions = {}): Logger {
  const terminal = options.terminal ?? isatty(standardError);
  const pretty = settings.format === 'pretty' || (settings.format === 'auto' && terminal);
  const out = options.destination ?? standardErrorOut();
  const redact = redactor(options.secrets ?? []);
  const finish = pretty ? prettyLine(terminal) : jsonLine;
  const form: LoggerOptions = pretty
    ? { base: null }
    : ecsFormat({ serviceName: 'logboom', apmIntegration: false });
  const log = pino(
    { ...form, level: settings.level, redact: { paths: secretPaths, censor: mask } },
    { write: (line) => out.write(finish(redact(line))) },
  );
  return options.thread ? log.child({ 'process.thread.name': options.thread }) : log;
}

/** A log that can no longer be written, as after its terminal was closed, does not end the server. */
function standardErrorOut(): DestinationStream {
  const out = pino.destination({ fd: standardError, sync: true });
  out.on('error', () => {});
  return out;
}

/** JSON escapes only some control characters; `\u009b` is valid in JSON. */
const jsonLine = (line: string) => `${printable(line.trimEnd())}\n`;

/** Loaded only where a person reads: each thread has a log, and most of them write JSON. */
const loadPretty = () => createRequire(import.meta.url)('pino-pretty') as typeof PinoPretty;

function prettyLine(colorize: boolean): (line: string) => string {
  const { prettyFactory } = loadPretty();
  const prettify = prettyFactory({
    colorize,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname',
    singleLine: true,
  });
  return (line) => prettify(withoutControls(JSON.parse(line)) as object) ?? '';
}

/** The lines of a stack stay lines. A line break within its message is escaped, for it could forge a log line. */
const printableStack = (stack: string) =>
  stack
    .split(/\n(?=\s+at )/)
    .map(printable)
    .join('\n');

function withoutControls(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return key === 'stack' ? printableStack(value) : printable(value);
  if (Array.isArray(value)) return value.map((item) => withoutControls(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, child]) => [
    printable(name),
    withoutControls(child, name),
  ]);
  return Object.fromEntries(entries);
}

/** Names under which a secret may be logged by mistake. pino replaces their values before a line is written. */
const names = ['password', 'token', 'secret', 'api_key', 'apiKey', 'ssl_key_passphrase', 'authorization'];

/** Those names at the top level of a log line's object and up to three levels below, such as in an error's request. */
export const secretPaths = names.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]);

export const mask = '[secret]';

/** Credentials that are recognised by their form, anywhere in a line. */
const forms: [RegExp, string][] = [
  [/(\w:\/\/)[^/\s"]+@/g, `$1${mask}@`],
  [/(Bearer|ApiKey)\s+[\w.~+/=-]{12,}/gi, `$1 ${mask}`],
  [/(hooks\.slack\.com\/)[^\s"\\]+/g, `$1${mask}`],
];

/** Shorter secrets are not masked: masking each `a` would make a line unreadable and reveal the secret. */
const shortest = 6;

/** As they appear in JSON, the longest first, for a shorter one may be a part of it. */
function longestFirst(secrets: readonly string[]): string[] {
  const all = [...new Set(secrets)].filter((secret) => secret.length >= shortest);
  return all
    .sort((one, other) => other.length - one.length)
    .map((secret) => JSON.stringify(secret).slice(1, -1));
}

/** A function that masks known secrets, and text in the form of one, in a line of JSON. Secrets may be added to the array later. */
export function redactor(secrets: readonly string[]): (line: string) => string {
  let known: string[] = [];
  let count = 0;
  return (line) => {
    if (count !== secrets.length) known = longestFirst(secrets);
    count = secrets.length;
    let text = line;
    for (const secret of known) text = text.replaceAll(secret, mask);
    for (const [form, replacement] of forms) text = text.replace(form, replacement);
    return text;
  };
}
