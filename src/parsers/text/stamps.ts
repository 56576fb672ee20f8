import type { Millis } from '../../model.ts';
import { fromZone } from '../../util/zone.ts';
import { dayStart, digits, parseIso, parseTime, timeOfDay } from '../event-time.ts';
import type { LineContext } from './text-format.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const months = 'january february march april may june july august september october november december'.split(
  ' ',
);

const monthNumbers = new Map(
  months.flatMap((name, index) => {
    const short = name.slice(0, 3);
    return [short, short[0]!.toUpperCase() + short.slice(1)].map((form) => [form, index + 1] as const);
  }),
);

/** The month of an English name, whole or abbreviated to three letters or more; 0 for anything else. */
export function monthOf(name: string): number {
  const known = monthNumbers.get(name);
  if (known !== undefined || name.length < 3) return known ?? 0;
  const lower = name.toLowerCase();
  return months.findIndex((month) => month.startsWith(lower)) + 1;
}

/** A zone whose clock never changes. What is another time there than in the zone of the logs states no zone. */
export const ELSEWHERE = 'Asia/Tokyo';

/** Minutes ahead of UTC of the abbreviations that name one offset only. */
const abbreviations: Readonly<Record<string, number>> = {
  UTC: 0,
  UT: 0,
  GMT: 0,
  Z: 0,
  WET: 0,
  WEST: 60,
  BST: 60,
  CET: 60,
  CEST: 120,
  EET: 120,
  EEST: 180,
  MSK: 180,
  JST: 540,
  EST: -300,
  EDT: -240,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
};

/** A local time in its zone: an offset, an abbreviation, or nothing. An abbreviation that is not known counts as nothing. */
export function inZone(local: Millis, name: string | undefined, zone: string): Millis {
  const text = name?.trim() ?? '';
  const offset = /^(?:UTC|GMT)?([+-])(\d\d):?(\d\d)?$/.exec(text);
  if (offset) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0);
    return local - (offset[1] === '-' ? -minutes : minutes) * MINUTE;
  }
  const known = Object.hasOwn(abbreviations, text) ? abbreviations[text] : undefined;
  return known === undefined ? fromZone(local, zone) : local - known * MINUTE;
}

/** The parts of a time as text. */
interface Clock {
  year: number;
  month: number;
  day: number;
  hour: string;
  minute: string;
  second?: string | undefined;
  /** Digits behind the decimal point. */
  fraction?: string | undefined;
}

/** The local time; NaN if there is no such day or time. */
export function localTime({ year, month, day, hour, minute, second, fraction }: Clock): Millis {
  const millis = Number((fraction ?? '').padEnd(3, '0').slice(0, 3));
  const time = timeOfDay(Number(hour), Number(minute), Number(second ?? 0));
  return dayStart(year, month, day) + time + millis;
}

/** A stamp without a year may be this far ahead of the receipt. Beyond it, the stamp is of the year before. */
const mayBeAhead = 2 * DAY;

/**
 * The time of a stamp that states no year. It is the last such day before the receipt, so a line of December that is read in
 * January is of the year before. 29 February is of the last leap year.
 */
export function withoutYear(clock: Omit<Clock, 'year'>, { zone, receivedAt }: LineContext): Millis {
  const thisYear = new Date(receivedAt + mayBeAhead).getUTCFullYear();
  for (let year = thisYear; year > thisYear - 9; year -= 1) {
    const time = fromZone(localTime({ ...clock, year }), zone);
    if (time <= receivedAt + mayBeAhead) return time;
  }
  return Number.NaN;
}

const clock = '(?<hour>\\d{1,2}):(?<minute>\\d\\d)(?::(?<second>\\d\\d)(?:[.,:](?<fraction>\\d{1,9}))?)?';
const zoneName =
  '(?:\\s*(?<zone>[+-]\\d\\d:?\\d\\d|[A-Z]{1,5}(?:[+-]\\d\\d:?\\d\\d)?))?(?:\\s*\\([A-Z]+\\))?';
const monthName = '(?<name>[A-Za-z]{3,9})';

/** Notations of a date with a year, other than ISO 8601. */
const notations = [
  // 2026/11/20 10:00:00, 2026.11.20 10:00:00
  `(?<year>\\d{4})[/.](?<month>\\d\\d)[/.](?<day>\\d\\d)[ T]${clock}${zoneName}`,
  // 20/Nov/2026:10:00:00 +0000, 20-Nov-2026 10:00:00, 20 Nov 2026 10:00:00.123, Fri, 20 Nov 2026 10:00:00 +0000
  `(?:[A-Za-z]{3},? )?(?<day>\\d{1,2})[/ -]${monthName}[/ -](?<year>\\d{4})[: ,]+${clock}${zoneName}`,
  // Fri Nov 20 10:00:00.123456 2026, Fri Nov 20 10:00:00 UTC 2026
  `[A-Za-z]{3} ${monthName} +(?<day>\\d{1,2}) ${clock}${zoneName} (?<year>\\d{4})`,
  // Nov 20, 2026 10:00:00 AM
  `${monthName} (?<day>\\d{1,2}), (?<year>\\d{4}),? ${clock}(?: (?<half>[AP]M))?${zoneName}`,
  // 2026-11-20 10:00:00 UTC, 2026-11-20 10:00:00,123 +0100
  `(?<year>\\d{4})-(?<month>\\d\\d)-(?<day>\\d\\d)[ T]${clock}${zoneName}`,
].map((notation) => new RegExp(`^${notation}$`));

/** Month, day and time, as in syslog: `Nov 20 10:00:00`. */
const yearless = new RegExp(`^${monthName} +(?<day>\\d{1,2}) ${clock}$`);

/**
 * Reads a time in any notation that log lines have: ISO 8601, RFC 2822, `2026/11/20 10:00:00`, `20/Nov/2026:10:00:00 +0000`,
 * `Fri Nov 20 10:00:00 2026`, `Nov 20 10:00:00`, seconds, milliseconds or nanoseconds of the epoch as a number or text
 * (`1.7636328e+09`, too).
 * Notations in which day and month cannot be told apart are not read. Returns NaN for anything else.
 */
export function readStamp(value: unknown, context: LineContext): Millis {
  if (typeof value !== 'string') return parseTime(value, context.zone);
  if (value.length === COMMON_LOG && value.charCodeAt(2) === SLASH && value.charCodeAt(20) === SPACE) {
    const time = commonLogTime(value);
    if (!Number.isNaN(time)) return time;
  }
  const iso = parseIso(value, context.zone);
  if (!Number.isNaN(iso)) return iso;
  if (/^(?:\d{9,19}(?:\.\d{1,9})?|\d\.\d{1,17}e\+09)$/.test(value)) return parseTime(Number(value));
  if (value.length > 64) return Number.NaN;
  for (const notation of notations) {
    const groups = notation.exec(value)?.groups;
    if (groups) return inZone(localTime(clockOf(groups)), groups.zone, context.zone);
  }
  const groups = yearless.exec(value)?.groups;
  return groups ? withoutYear(clockOf(groups), context) : Number.NaN;
}

const SLASH = 0x2f;
const SPACE = 0x20;
const COLON = 0x3a;
const PLUS = 0x2b;
const MINUS = 0x2d;
/** Length of `20/Nov/2026:10:00:00 +0000`. */
const COMMON_LOG = 26;

/** Reads `20/Nov/2026:10:00:00 +0000` without an expression. NaN for anything else. */
function commonLogTime(text: string): Millis {
  const day = dayStart(digits(text, 7, 4), monthOf(text.slice(3, 6)), digits(text, 0, 2));
  const time = timeOfDay(digits(text, 12, 2), digits(text, 15, 2), digits(text, 18, 2));
  const isDivided = text.charCodeAt(6) === SLASH && text.charCodeAt(11) === COLON;
  const isClock = text.charCodeAt(14) === COLON && text.charCodeAt(17) === COLON;
  const minutes = digits(text, 22, 2) * 60 + digits(text, 24, 2);
  const sign = text.charCodeAt(21);
  if (!isDivided || !isClock || (sign !== PLUS && sign !== MINUS)) return Number.NaN;
  return day + time - (sign === PLUS ? minutes : -minutes) * MINUTE;
}

function clockOf(groups: Record<string, string | undefined>): Clock {
  const { hour = '', half } = groups;
  const hours = half === undefined ? hour : `${(Number(hour) % 12) + (half === 'PM' ? 12 : 0)}`;
  return {
    year: Number(groups.year),
    month: groups.name === undefined ? Number(groups.month) : monthOf(groups.name),
    day: Number(groups.day),
    hour: hours,
    minute: groups.minute ?? '',
    second: groups.second,
    fraction: groups.fraction,
  };
}
