import type { Millis } from '@logboom/common';
import { illegalArgument } from '../store-error.ts';
import { patternTokens } from './date-parse.ts';
import { offsetOf } from './zone.ts';

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** An offset as `+01:00` or `+0100`; `Z` for zero where the pattern letter asks for it. */
function zoneText(offset: Millis, colon: boolean, zulu: boolean): string {
  if (offset === 0 && zulu) return 'Z';
  const minutes = Math.abs(offset) / 60_000;
  const pad = (value: number) => String(value).padStart(2, '0');
  const sign = offset < 0 ? '-' : '+';
  return `${sign}${pad(Math.floor(minutes / 60))}${colon ? ':' : ''}${pad(minutes % 60)}`;
}

/**
 * Writes one part of a date. `local` holds the local time in its UTC fields; `length` is how often
 * the pattern letter is repeated.
 */
type Writer = (local: Date, length: number, offset: Millis) => string;
const padded =
  (read: (local: Date) => number): Writer =>
  (local, length) =>
    String(read(local)).padStart(length, '0');
const year: Writer = (local, length) => {
  const text = String(local.getUTCFullYear()).padStart(length, '0');
  return length === 2 ? text.slice(-2) : text;
};

/** The pattern letters of Java's `DateTimeFormatter` that the store supports. */
const writers: Record<string, Writer> = {
  y: year,
  u: year,
  M: (local, length) => {
    if (length < 3) return String(local.getUTCMonth() + 1).padStart(length, '0');
    const name = months[local.getUTCMonth()]!;
    return length === 3 ? name.slice(0, 3) : name;
  },
  d: padded((local) => local.getUTCDate()),
  H: padded((local) => local.getUTCHours()),
  m: padded((local) => local.getUTCMinutes()),
  s: padded((local) => local.getUTCSeconds()),
  S: (local, length) =>
    String(local.getUTCMilliseconds()).padStart(3, '0').padEnd(length, '0').slice(0, length),
  E: (local, length) =>
    length > 3 ? weekdays[local.getUTCDay()]! : weekdays[local.getUTCDay()]!.slice(0, 3),
  e: (local) => String(((local.getUTCDay() + 6) % 7) + 1),
  Z: (_, length, offset) => zoneText(offset, length > 3, false),
  X: (_, length, offset) => zoneText(offset, length > 2, true),
  x: (_, length, offset) => zoneText(offset, length > 2, false),
};

/** Writes a moment by a pattern. An unknown letter is refused with Elasticsearch's error. */
function byPattern(at: Millis, pattern: string, zone: string): string {
  const offset = offsetOf(at, zone);
  const local = new Date(at + offset);
  return patternTokens(pattern)
    .map(({ letter, length, literal }) => {
      if (!letter) return literal;
      const writer = writers[letter];
      if (!writer) throw illegalArgument(`Invalid format: [${pattern}]: Unknown pattern letter: ${letter}`);
      return writer(local, length, offset);
    })
    .join('');
}

const isoPattern = "yyyy-MM-dd'T'HH:mm:ss.SSSXXX";
/** Elasticsearch's named formats as patterns. */
const named: Record<string, string> = {
  strict_date_optional_time: isoPattern,
  date_optional_time: isoPattern,
  strict_date_time: isoPattern,
  date_time: isoPattern,
  iso8601: isoPattern,
  strict_date_optional_time_nanos: isoPattern,
  strict_date_time_no_millis: "yyyy-MM-dd'T'HH:mm:ssXXX",
  date_time_no_millis: "yyyy-MM-dd'T'HH:mm:ssXXX",
  strict_date: 'yyyy-MM-dd',
  date: 'yyyy-MM-dd',
  strict_date_hour_minute_second: "yyyy-MM-dd'T'HH:mm:ss",
  date_hour_minute_second: "yyyy-MM-dd'T'HH:mm:ss",
};

/**
 * The furthest date that JavaScript's `Date` holds, less a day so that every zone's local time is
 * in range.
 */
export const maxDate: Millis = 8.64e15 - 86_400_000;

/**
 * Writes a moment in the first of several formats (`a||b`), in a zone's local time. A moment out of
 * range is written as its milliseconds.
 * @throws StoreError for an unknown pattern letter or zone.
 */
export function formatDate(at: Millis, formats = 'strict_date_optional_time', zone = 'UTC'): string {
  const format = formats.split('||')[0]!.trim();
  if (!(Math.abs(at) <= maxDate)) return String(at);
  if (format === 'epoch_millis') return String(at);
  if (format === 'epoch_second') return String(at / 1000);
  if (zone === 'UTC' && named[format] === isoPattern) return new Date(at).toISOString();
  return byPattern(at, named[format] ?? format, zone);
}
