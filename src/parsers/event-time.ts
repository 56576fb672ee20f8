import type { TimeConfig } from '../config/schema/time.ts';
import type { EventView } from '../events/index.ts';
import type { Millis } from '../model.ts';
import { fromZone, repeatOf } from '../util/zone.ts';
import type { FormatChoice } from './line-parser.ts';
import type { RepeatedHours } from './repeated-hours.ts';

const SECOND = 1000;
export const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysInMonth(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap ? 29 : (lengths[month - 1] ?? 0);
}

/**
 * Midnight, UTC, of a day of the Gregorian calendar; NaN if there is no such day (31 April). The arithmetic uses years that
 * begin in March, so that the leap day is the last day. It costs a tenth of `Date.UTC`.
 */
export function dayStart(year: number, month: number, day: number): Millis {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return Number.NaN;
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = (((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) | 0) + day - 1;
  const dayOfEra = yearOfEra * 365 + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0) + dayOfYear;
  return (era * 146_097 + dayOfEra - 719_468) * DAY;
}

const ZERO = 0x30;

/** Reads `count` digits at `at`; NaN if there are other characters. */
export function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i += 1) {
    const digit = text.charCodeAt(i) - ZERO;
    // Past the end of the text this is NaN, for which every comparison is false.
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/**
 * Reads ISO 8601 as found in log lines: `2026-11-21T05:40:07.490Z`. Allowed variants: a space for the `T`, a comma before the
 * fraction, 1 to 9 digits in it (truncated to milliseconds), no seconds, `+01:00`, `+0100` or `+01`. A date alone is
 * midnight. A time without a zone is in `zone`. Returns NaN for anything else.
 */
export function parseIso(text: string, zone = 'UTC'): Millis {
  if (text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d) return Number.NaN;
  const day = dayStart(digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2));
  if (text.length === 10) return fromZone(day, zone);
  const divider = text.charCodeAt(10);
  const isTime = (divider === 0x54 || divider === 0x20 || divider === 0x74) && text.charCodeAt(13) === 0x3a;
  if (!isTime) return Number.NaN;
  const hasSeconds = text.charCodeAt(16) === 0x3a;
  const seconds = hasSeconds ? digits(text, 17, 2) : 0;
  const time = timeOfDay(digits(text, 11, 2), digits(text, 14, 2), seconds);
  const afterTime = hasSeconds ? 19 : 16;
  const fractionEnd = hasSeconds ? endOfFraction(text, afterTime) : afterTime;
  const local = day + time + fractionMillis(text, afterTime, fractionEnd);
  return fractionEnd === text.length ? fromZone(local, zone) : local - offset(text, fractionEnd);
}

/** A leap second is the beginning of the next second, as usual for days of 86,400 seconds. */
export function timeOfDay(hour: number, minute: number, second: number): Millis {
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return Number.NaN;
  return hour * HOUR + minute * MINUTE + second * SECOND;
}

function endOfFraction(text: string, at: number): number {
  const divider = text.charCodeAt(at);
  if (divider !== 0x2e && divider !== 0x2c) return at;
  let end = at + 1;
  while (text.charCodeAt(end) >= ZERO && text.charCodeAt(end) <= 0x39) end += 1;
  return end;
}

function fractionMillis(text: string, at: number, end: number): Millis {
  if (end === at) return 0;
  const count = end - at - 1;
  if (count < 1 || count > 9) return Number.NaN;
  if (count >= 3) return digits(text, at + 1, 3);
  return digits(text, at + 1, count) * (count === 1 ? 100 : 10);
}

/** Reads the offset from UTC at the end of the text: `Z`, `+01:00`, `+0100` or `+01`. */
function offset(text: string, at: number): Millis {
  const sign = text.charCodeAt(at);
  const length = text.length - at;
  if (sign === 0x5a || sign === 0x7a) return length === 1 ? 0 : Number.NaN;
  if (sign !== 0x2b && sign !== 0x2d) return Number.NaN;
  const hasColon = text.charCodeAt(at + 3) === 0x3a;
  if (length !== 3 && length !== (hasColon ? 6 : 5)) return Number.NaN;
  const minutes = length === 3 ? 0 : digits(text, at + (hasColon ? 4 : 3), 2);
  const ahead = timeOfDay(digits(text, at + 1, 2), minutes, 0);
  return sign === 0x2d ? -ahead : ahead;
}

const LAST = dayStart(9999, 12, 31) + DAY - 1; // The last millisecond of the year 9999.
/** Milliseconds, microseconds or nanoseconds since the epoch as text. Ten digits may be anything. */
const epochText = /^\d{13}(?:\d{3}){0,2}$/;

/**
 * Reads a time in JSON logs: ISO 8601, or a number since the epoch whose magnitude determines its unit. As text such a number
 * has 13 digits or more.
 */
export function parseTime(value: unknown, zone = 'UTC'): Millis {
  if (typeof value === 'string')
    return epochText.test(value) ? parseTime(Number(value)) : parseIso(value, zone);
  if (typeof value !== 'number' || !(value >= 0)) return Number.NaN;
  // Seconds stay below 1e11 until the year 5138; milliseconds passed it in 1973, microseconds 1e14 and nanoseconds 1e17 likewise.
  if (value < 1e11) return Math.floor(value * 1000);
  if (value < 1e14) return Math.floor(value);
  const millis = Math.floor(value / (value < 1e17 ? 1e3 : 1e6));
  return millis <= LAST ? millis : Number.NaN;
}

/** Whether a time that `parseTime` can read states no zone. */
export function isLocalTime(value: unknown): boolean {
  // After a date alone there is no zone, though it ends like one.
  return (
    typeof value === 'string' && !epochText.test(value) && !/[zZ]$|[+-]\d\d(?::?\d\d)?$/.test(value.slice(10))
  );
}

/** Formats a time like `toISOString`, at a third of its cost: the date of the last call is cached. */
export function formatTime(time: Millis): string {
  const day = Math.floor(time / DAY);
  if (day !== lastDay) {
    lastDate = new Date(day * DAY).toISOString().slice(0, -13);
    lastDay = day;
  }
  const millis = time - day * DAY;
  const hour = pairs[(millis / HOUR) | 0];
  const minute = pairs[((millis / MINUTE) | 0) % 60];
  const second = pairs[((millis / SECOND) | 0) % 60];
  const rest = millis % SECOND;
  return `${lastDate}${hour}:${minute}:${second}.${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}Z`;
}

const pairs = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));
let lastDay = Number.NaN;
let lastDate = '';

/** Where the event's time is from: its line, the sender's `@timestamp`, or the receipt of its batch if both are missing. */
export type TimeSource = 'line' | 'sender' | 'receipt';

interface EventTimeOptions {
  parsers: { timestamp: 'line' | '@timestamp' };
  /** Without `maxAhead`, no event is ahead. */
  time: Partial<Pick<TimeConfig, 'maxAhead'>>;
}

/** What the time of an event is made of. */
interface Timed {
  readonly view: EventView;
  readonly batch: { receivedAt: Millis };
  readonly source: string;
  choice(): FormatChoice;
}

/**
 * The time of the event that was read last. It depends on the event, its batch and, for local times that the clocks of
 * a zone show twice, on the lines before it; so the analyser, the indexer and every replay come to the same time.
 */
export class EventTime {
  #time: Millis = 0;
  #stated: Millis = 0;
  /** Undefined before the event's time was asked for. */
  #from: TimeSource | undefined;
  readonly #event: Timed;
  readonly repeated: RepeatedHours;
  readonly #ofLine: boolean;
  readonly #maxAhead: Millis;

  constructor({ parsers, time }: EventTimeOptions, event: Timed, repeated: RepeatedHours) {
    this.#event = event;
    this.repeated = repeated;
    this.#ofLine = parsers.timestamp === 'line';
    this.#maxAhead = time.maxAhead ?? Number.POSITIVE_INFINITY;
  }

  /** To be called when the event becomes another one. */
  forget(): void {
    this.#from = undefined;
  }

  /** Sets the time, as if the line stated it. */
  set(stated: Millis): void {
    this.#from = 'line';
    this.#state(stated);
  }

  /** Event time: `stated`, or the receipt time where the event is ahead. */
  get time(): Millis {
    if (this.#from === undefined) this.#read();
    return this.#time;
  }

  /** The time that the event states. */
  get stated(): Millis {
    if (this.#from === undefined) this.#read();
    return this.#stated;
  }

  get from(): TimeSource {
    if (this.#from === undefined) this.#read();
    return this.#from!;
  }

  /** Whether the stated time lies after the receipt by more than `maxAhead`, so that the event counts as of its receipt. */
  get isAhead(): boolean {
    return this.time !== this.stated;
  }

  #read(): void {
    this.#state(this.#find(this.#event, this.#event.batch.receivedAt));
  }

  #state(stated: Millis): void {
    const { receivedAt } = this.#event.batch;
    this.#stated = stated;
    this.#time = stated > receivedAt + this.#maxAhead ? receivedAt : stated;
  }

  #find(event: Timed, receivedAt: Millis): Millis {
    const format = this.#ofLine ? event.choice().format : undefined;
    const ofLine = format?.time();
    if (ofLine !== undefined && !Number.isNaN(ofLine)) {
      this.#from = 'line';
      const zone = format!.localZone();
      return zone === undefined ? ofLine : this.#ofZone(ofLine, zone, event);
    }
    const sent = parseTime(event.view.get('@timestamp'));
    this.#from = Number.isNaN(sent) ? 'receipt' : 'sender';
    return Number.isNaN(sent) ? receivedAt : sent;
  }

  #ofZone(time: Millis, zone: string, { view, source }: Timed): Millis {
    const shift = repeatOf(time, zone);
    if (shift === 0) return time;
    const readAt = parseTime(view.get('@timestamp'));
    return this.repeated.choose(source, Math.min(time, time + shift), Math.abs(shift), readAt);
  }
}
