import { isIP } from 'node:net';
import type { JsonObject } from '../../events/index.ts';
import type { Millis } from '../../model.ts';

/** What a parser knows besides the line. */
export interface LineContext {
  /** IANA time zone of times that state none. */
  readonly zone: string;
  /** Receipt time. A stamp without a year is of the last such day before it. */
  readonly receivedAt: Millis;
}

/** What a parser found in a line. */
export interface TextResult {
  /** NaN if the line states no time. */
  readonly time: Millis;
  /** Values by their dotted ECS names. Undefined values are left out. */
  readonly fields: JsonObject;
  /** Fields that the program named itself. They are placed as those of a JSON line: see `placeFields`. */
  readonly named?: JsonObject | undefined;
  /** Why the rest of the line could not be read, in words. The fields that were found before are kept. */
  readonly failure?: string | undefined;
}

/**
 * A format of log lines that is read as text: a pure function from a line to fields. Formats in which speed decides are
 * written as a `LineParser` over bytes.
 */
export interface TextFormat {
  /** Its name in the configuration. */
  readonly name: string;
  /** The format in words, to follow "a line of". */
  readonly words: string;
  /** The characters with which a line of the format may begin. Lines that begin otherwise are not shown to it. */
  readonly first: string;
  /** Returns undefined if the line is not in this format. It never throws. */
  parse(line: string, context: LineContext): TextResult | undefined;
}

/** The named groups of a match. A group that took no part is undefined. */
export type Groups = Record<string, string | undefined>;

interface PatternFormat extends Omit<TextFormat, 'parse'> {
  readonly pattern: RegExp;
  read(groups: Groups, context: LineContext): TextResult | undefined;
}

/** A format that one regular expression with named groups recognises. */
export function patternFormat({ pattern, read, ...format }: PatternFormat): TextFormat {
  return {
    ...format,
    parse(line, context) {
      const groups = pattern.exec(line)?.groups;
      return groups && read(groups, context);
    },
  };
}

export const digits = '0123456789';
export const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
export const letters = `${capitals}abcdefghijklmnopqrstuvwxyz`;

/** A number in a log line; undefined for `-`, an empty text, or anything else. */
export function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^-?\d+(?:\.\d+)?$/.test(text)) return undefined;
  return Number(text);
}

/** A value of a log line; undefined for `-` or an empty text. */
export const textOf = (text: string | undefined): string | undefined =>
  text === undefined || text === '' || text === '-' ? undefined : text;

const units = { s: 1e9, ms: 1e6, us: 1e3, ns: 1 } as const;

/** A duration in nanoseconds, as `event.duration` has it. */
export function nanos(text: string | undefined, unit: keyof typeof units): number | undefined {
  const value = numberOf(text);
  return value === undefined || value < 0 ? undefined : Math.round(value * units[unit]);
}

/** The address if the text is one. A zone (`fe80::1%eth0`) is cut off, because Elasticsearch refuses it in a field of type `ip`. */
export function ipOf(text: string | undefined): string | undefined {
  if (text === undefined || isIP(text) === 0) return undefined;
  const zone = text.indexOf('%');
  return zone === -1 ? text : text.slice(0, zone);
}
