import type { Millis } from '@logboom/common';
import { illegalArgument } from '../store-error.ts';
import { localToUtc } from './zone.ts';

/**
 * A moment, and the moment at which the smallest unit that its text gives ends: a bare day lasts
 * until midnight.
 */
interface ParsedDate {
  start: Millis;
  /** Exclusive. */
  end: Millis;
}

/** Reads a date of one format, or returns undefined. */
type Reader = (text: string, zone: string) => ParsedDate | undefined;

/**
 * `strict_date_optional_time`: from a year down to nanoseconds, with or without a zone. Digits
 * beyond milliseconds are dropped.
 */
const iso =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(?:(\d{2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?)?)?)?$/;

const parts = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;

/**
 * Makes a moment of the numbers in a text, which are undefined from the first missing unit on.
 * Undefined for dates that do not exist.
 */
function assemble(numbers: (number | undefined)[], millis: number | undefined, zone: string) {
  const given = numbers.indexOf(undefined);
  const last = given === -1 ? 5 : given - 1;
  const [year, month = 1, day = 1, hour = 0, minute = 0, second = 0] = numbers as number[];
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59 || day < 1) return undefined;
  const at = (values: number[]) =>
    Date.UTC(values[0]!, values[1]! - 1, values[2]!, values[3]!, values[4]!, values[5]!);
  const first = [year!, month, day, hour, minute, second];
  const local = at(first);
  // A 30th of February would silently become the 2nd of March.
  if (new Date(local).getUTCDate() !== day) return undefined;
  const start = localToUtc(local, zone) + (millis ?? 0);
  if (millis !== undefined) return { start, end: start + 1 };
  // At least a day is rounded up: in Elasticsearch `2026-03` ends with its first day.
  first[Math.max(last, 2)]! += 1;
  return { start, end: localToUtc(at(first), zone) };
}

const readIso: Reader = (text, zone) => {
  const match = iso.exec(text);
  if (!match) return undefined;
  const numbers = parts.map((_, place) =>
    match[place + 1] === undefined ? undefined : Number(match[place + 1]),
  );
  const millis = match[7] === undefined ? undefined : Number(`${match[7]}00`.slice(0, 3));
  return assemble(numbers, millis, match[8] ?? zone);
};

/** Reads a number of milliseconds or seconds since the epoch. */
const readEpoch =
  (scale: number): Reader =>
  (text) => {
    if (!/^-?\d+(\.\d+)?$/.test(text)) return undefined;
    const start = Math.floor(Number(text) * scale);
    return { start, end: start + scale };
  };

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/**
 * Java's pattern letters, the expression that reads each, and the place of its number among year,
 * month, day, hour, minute, second, fraction, zone.
 */
const letters: Record<string, { expression: string; part: number }> = {
  y: { expression: '(\\d{4})', part: 0 },
  u: { expression: '(\\d{4})', part: 0 },
  M: { expression: '(\\d{1,2})', part: 1 },
  d: { expression: '(\\d{1,2})', part: 2 },
  H: { expression: '(\\d{1,2})', part: 3 },
  m: { expression: '(\\d{1,2})', part: 4 },
  s: { expression: '(\\d{1,2})', part: 5 },
  S: { expression: '(\\d{1,9})', part: 6 },
  Z: { expression: '([+-]\\d{2}:?\\d{2}|Z)', part: 7 },
  X: { expression: '([+-]\\d{2}(?::?\\d{2})?|Z)', part: 7 },
  x: { expression: '([+-]\\d{2}(?::?\\d{2})?)', part: 7 },
};

/**
 * Splits a pattern such as `dd/MMM/yyyy:HH:mm:ss Z` into runs of one letter and literal text.
 * Quotes enclose literals; two quotes stand for one.
 */
export function patternTokens(pattern: string): { letter?: string; length: number; literal: string }[] {
  return [...pattern.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g)].map(([all, quoted, letter]) => {
    if (letter) return { letter, length: all.length, literal: '' };
    return { length: 0, literal: (quoted === undefined ? all : quoted || "'").replaceAll("''", "'") };
  });
}

/** Characters. A pattern becomes a regular expression, and patterns come from requests. */
const maxFormatLength = 256;

/** A reader for a pattern. A missing year is 1970, as in Elasticsearch. */
function readPattern(pattern: string): Reader {
  if (pattern.length > maxFormatLength)
    throw illegalArgument(`Invalid format: it is longer than ${maxFormatLength} characters`);
  const places: number[] = [];
  let expression = '';
  for (const { letter, length, literal } of patternTokens(pattern)) {
    const known = letter ? letters[letter] : undefined;
    if (letter && !known)
      throw illegalArgument(`Invalid format: [${pattern}]: Unknown pattern letter: ${letter}`);
    if (known) places.push(known.part);
    if (letter === 'M' && length >= 3) expression += `(${months.join('|')})`;
    else expression += known ? known.expression : literal.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
  }
  const matcher = new RegExp(`^${expression}$`);
  return (text, zone) => {
    const match = matcher.exec(text);
    if (!match) return undefined;
    const found: (string | undefined)[] = [];
    for (const [index, place] of places.entries()) found[place] = match[index + 1];
    const numbers = parts.map((_, place) => {
      const value = found[place];
      if (value === undefined) return undefined;
      return place === 1 && !/^\d/.test(value) ? months.indexOf(value) + 1 : Number(value);
    });
    numbers[0] ??= 1970;
    const millis = found[6] === undefined ? undefined : Number(`${found[6]}00`.slice(0, 3));
    return assemble(numbers, millis, found[7] ?? zone);
  };
}

/**
 * Elasticsearch's named formats that the store supports. The strict and the lenient forms are read
 * alike.
 */
const named: Record<string, Reader> = {
  strict_date_optional_time: readIso,
  date_optional_time: readIso,
  strict_date_optional_time_nanos: readIso,
  strict_date_time: readIso,
  date_time: readIso,
  strict_date_time_no_millis: readIso,
  date_time_no_millis: readIso,
  strict_date: readIso,
  date: readIso,
  strict_date_hour_minute_second: readIso,
  date_hour_minute_second: readIso,
  iso8601: readIso,
  epoch_millis: readEpoch(1),
  epoch_second: readEpoch(1000),
};

/** Readers by format list. Formats come from mappings and requests, and there are few. */
const cache = new Map<string, Reader[]>();

/** The readers of `a||b||c`. A format that the store does not know is refused rather than guessed at. */
function readersOf(formats: string): Reader[] {
  let readers = cache.get(formats);
  if (!readers) {
    readers = formats.split('||').map((format) => {
      const name = format.trim();
      if (named[name]) return named[name];
      if (/^[a-z_]+$/.test(name) && name.length > 3)
        throw illegalArgument(`Invalid format: [${name}]: Unknown pattern`);
      return readPattern(name);
    });
    cache.set(formats, readers);
  }
  return readers;
}

/** Elasticsearch's default for date fields. */
export const defaultFormats = 'strict_date_optional_time||epoch_millis';

/**
 * Reads a date by the first format that fits, or returns undefined. The zone applies where the text
 * names none.
 * @throws StoreError for a format that the store does not know.
 */
export function parseDate(text: string, formats = defaultFormats, zone = 'UTC'): ParsedDate | undefined {
  for (const reader of readersOf(formats)) {
    const read = reader(text, zone);
    if (read) return read;
  }
  return undefined;
}

const digit = (text: string, place: number) => text.charCodeAt(place) - 48;
const two = (text: string, place: number) => digit(text, place) * 10 + digit(text, place + 1);

/**
 * The moment of a date in a document, or undefined where it is none. Nearly every log line has the
 * form `2026-11-21T05:40:07.490Z`; a check of a few characters finds it, and `Date.parse` reads it.
 */
export function documentDate(text: string, formats: string): Millis | undefined {
  if (
    text.length === 24 &&
    text.charCodeAt(23) === 90 &&
    text.charCodeAt(19) === 46 &&
    formats === defaultFormats
  ) {
    const fast = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) ? Date.parse(text) : Number.NaN;
    const day = two(text, 8);
    // `Date.parse` takes a 30th of February for the 2nd of March.
    if (!Number.isNaN(fast) && (day <= 28 || new Date(fast).getUTCDate() === day)) return fast;
  }
  return parseDate(text, formats)?.start;
}

/** Refuses a format list that the store cannot read. */
export function isDateFormat(formats: string): boolean {
  return readersOf(formats).length > 0;
}
