import type { Millis } from '../../model.ts';
import { between, type Random } from '../random.ts';
import { WeightedChoice } from './choice.ts';
import type { MessageFormat, StreamConfig } from './schema.ts';

type Message = StreamConfig['messages'][number];

interface Said {
  at: Date;
  iso: string;
  host: string;
  level: Message['level'];
  logger: string;
  text: string;
  /** The text in quotes, as JSON. */
  quoted: string;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const severities = { debug: 7, info: 6, warning: 4, error: 3 } as const;
const upper = { debug: 'DEBUG', info: 'INFO', warning: 'WARNING', error: 'ERROR' } as const;
const pid = 4711;

const clockOf = (iso: string) => iso.slice(11, 19);
const local = (iso: string, divider: string) =>
  `${iso.slice(0, 10)} ${clockOf(iso)}${divider}${iso.slice(20, 23)}`;

/** A message as programs of each format write it. Times are UTC. */
const writers: Record<MessageFormat, (said: Said) => string> = {
  'nginx-error': ({ iso, level, text }) =>
    `${iso.slice(0, 10).replaceAll('-', '/')} ${clockOf(iso)} [${level === 'warning' ? 'warn' : level}] ${pid}#${pid}: *${text.length} ${text}`,
  'apache-error': ({ at, iso, level, text }) =>
    `[${days[at.getUTCDay()]} ${months[at.getUTCMonth()]} ${iso.slice(8, 10)} ${clockOf(iso)}.${iso.slice(20, 23)}000 ${iso.slice(0, 4)}] [core:${level === 'warning' ? 'warn' : level}] [pid ${pid}:tid 1] ${text}`,
  syslog: ({ at, iso, host, level, logger, text }) =>
    `<${8 + severities[level]}>${months[at.getUTCMonth()]} ${String(at.getUTCDate()).padStart(2)} ${clockOf(iso)} ${host} ${logger}[${pid}]: ${text}`,
  'syslog-5424': ({ iso, host, level, logger, text }) =>
    `<${8 + severities[level]}>1 ${iso} ${host} ${logger} ${pid} - - ${text}`,
  python: ({ iso, level, logger, text }) => `${local(iso, ',')} - ${logger} - ${upper[level]} - ${text}`,
  java: ({ iso, level, logger, text }) =>
    `${local(iso, '.')} [main] ${level === 'warning' ? 'WARN ' : upper[level].padEnd(5)} ${logger} - ${text}`,
  json: ({ iso, host, level, logger, quoted }) =>
    `{"time":"${iso}","level":"${level === 'warning' ? 'warn' : level}","hostname":${inQuotes(host)},"logger":${inQuotes(logger)},"msg":${quoted}}`,
  logfmt: ({ iso, level, quoted }) =>
    `time=${iso} level=${level === 'warning' ? 'warn' : level} msg=${quoted}`,
  klog: ({ iso, level, text }) =>
    `${level === 'debug' ? 'I' : upper[level].charAt(0)}${iso.slice(5, 7)}${iso.slice(8, 10)} ${clockOf(iso)}.${iso.slice(20, 23)}000 ${pid} main.go:42] ${text}`,
  postgresql: ({ iso, level, text }) =>
    `${local(iso, '.')} UTC [${pid}] ${level === 'debug' ? 'DEBUG' : level === 'info' ? 'LOG' : upper[level]}:  ${text}`,
};

/** Names in quotes, as JSON. A scenario has few names. */
const quotedNames = new Map<string, string>();

function inQuotes(name: string): string {
  let quoted = quotedNames.get(name);
  if (quoted === undefined) {
    quoted = JSON.stringify(name);
    quotedNames.set(name, quoted);
  }
  return quoted;
}

/** A text with `{n}` as the pieces between the numbers, plain and in quotes. */
interface Template {
  plain: readonly string[];
  quoted: readonly string[];
}

const templateOf = (text: string): Template => ({
  plain: text.split('{n}'),
  quoted: JSON.stringify(text).split('{n}'),
});

const milliseconds = Array.from({ length: 1_000 }, (_, value) => String(value).padStart(3, '0'));

/** Times in ISO 8601. Those of one second differ in their last digits. */
class Clock {
  #second = Number.NaN;
  #begin = '';
  /** The second that was asked for last. */
  date = new Date(0);

  iso(at: Millis): string {
    const second = Math.floor(at / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.date = new Date(second * 1_000);
      this.#begin = this.date.toISOString().slice(0, -4);
    }
    return `${this.#begin}${milliseconds[Math.floor(at) - second * 1_000]}Z`;
  }
}

/** Lines of messages of programs. */
export class MessageLines {
  readonly #clock = new Clock();
  readonly #templates = new Map<string, Template>();
  readonly #write: (said: Said) => string;
  readonly #random: Random;
  readonly #said: readonly Message[];
  readonly #choice: WeightedChoice | undefined;

  constructor(format: MessageFormat, messages: readonly Message[], random: Random) {
    this.#write = writers[format];
    this.#random = random;
    this.#said = messages.filter(({ every, weight }) => every === undefined && weight > 0);
    this.#choice =
      this.#said.length > 0 ? new WeightedChoice(this.#said.map(({ weight }) => weight)) : undefined;
  }

  /** Whether the traffic has messages; some streams have periodic ones only. */
  get hasTraffic(): boolean {
    return this.#choice !== undefined;
  }

  /** A message of the traffic; with `failing`, by this chance an error. */
  line(at: Millis, host: string, failing = 0): string {
    const isError = failing > 0 && this.#random() < failing;
    const { level, text, logger } = this.#said[this.#choice!.pick(this.#random)]!;
    return this.say(at, host, { level: isError ? 'error' : level, text, logger });
  }

  say(at: Millis, host: string, { level, text, logger }: Pick<Message, 'level' | 'text' | 'logger'>): string {
    let template = this.#templates.get(text);
    if (template === undefined) {
      template = templateOf(text);
      this.#templates.set(text, template);
    }
    const number = template.plain.length === 1 ? '' : String(between(this.#random, 1, 5_000));
    const iso = this.#clock.iso(at);
    return this.#write({
      at: this.#clock.date,
      iso,
      host,
      level,
      logger,
      text: filled(template.plain, number),
      quoted: filled(template.quoted, number),
    });
  }
}

const filled = (pieces: readonly string[], number: string) =>
  pieces.length === 1 ? pieces[0]! : pieces.join(number);
