import { parseDuration } from '@logboom/common';
import type { JsonObject } from '../json.ts';
import { addUnits, type CalendarUnit, floorTo, localToUtc, offsetOf } from '../mapping/zone.ts';
import { illegalArgument, xContentError } from '../store-error.ts';

/**
 * How a histogram divides its axis. `floor` gives the start of a value's bucket, `next` the start
 * of the following one.
 */
export interface Interval {
  floor(value: number): number;
  next(start: number): number;
}

/** Elasticsearch's calendar intervals. */
const calendar: Record<string, CalendarUnit> = {
  '1m': 'minute',
  minute: 'minute',
  '1h': 'hour',
  hour: 'hour',
  '1d': 'day',
  day: 'day',
  '1w': 'week',
  week: 'week',
  '1M': 'month',
  month: 'month',
  '1q': 'quarter',
  quarter: 'quarter',
  '1y': 'year',
  year: 'year',
  '1s': 'second',
  second: 'second',
};

/**
 * Buckets of one length. `next` goes by half a length more and rounds down, so that rounding errors
 * cannot repeat a bucket.
 */
export function evenInterval(length: number, offset: number): Interval {
  const floor = (value: number) => Math.floor((value - offset) / length) * length + offset;
  return { floor, next: (start) => floor(start + length * 1.5) };
}

/** Buckets of one length in a zone's local time. */
function zonedInterval(length: number, zone: string): Interval {
  const floor = (value: number) => {
    const offset = offsetOf(value, zone);
    const local = Math.floor((value + offset) / length) * length;
    // An hour that clocks show twice has separate buckets for each pass.
    return offsetOf(local - offset, zone) === offset ? local - offset : localToUtc(local, zone);
  };
  return { floor, next: (start) => floor(start + length * 1.5) };
}

/** Buckets of calendar units, whose lengths differ. */
function calendarInterval(unit: CalendarUnit, zone: string): Interval {
  return { floor: (value) => floorTo(value, unit, zone), next: (start) => addUnits(start, unit, 1, zone) };
}

/**
 * Tries the bucket of the last value first: values mostly come in order, and few buckets are
 * computed.
 */
function remembering({ floor, next }: Interval): Interval {
  let [start, end] = [0, 0];
  return {
    next,
    floor(value) {
      if (value < start || value >= end) {
        start = floor(value);
        end = next(start);
      }
      return start;
    },
  };
}

/** Moves the starts of buckets by an offset. */
function shifted({ floor, next }: Interval, offset: number): Interval {
  return { floor: (value) => floor(value - offset) + offset, next: (start) => next(start - offset) + offset };
}

/** Reads `offset`: a duration with an optional sign, or milliseconds. */
function offsetIn(text: unknown): number {
  if (text === undefined) return 0;
  const [, sign, length] = /^([+-]?)(.*)$/.exec(String(text))!;
  const duration = /^\d+$/.test(length!) ? Number(length) : parseDuration(length!);
  if (duration === undefined) throw illegalArgument(`failed to parse [offset] with value [${String(text)}]`);
  return sign === '-' ? -duration : duration;
}

/**
 * The interval of a `date_histogram`, from `calendar_interval` or `fixed_interval`.
 * @throws StoreError
 */
export function dateInterval(body: JsonObject, zone: string): Interval {
  const { calendar_interval: unit, fixed_interval: fixed } = body;
  if (unit !== undefined && fixed !== undefined)
    throw xContentError('Cannot use [fixed_interval] with [calendar_interval] configuration option.');
  if (unit === undefined && fixed === undefined)
    throw illegalArgument('Invalid interval specified, must be non-null and non-empty');
  const offset = offsetIn(body.offset);
  if (unit !== undefined) {
    const known = Object.hasOwn(calendar, String(unit)) ? calendar[String(unit)] : undefined;
    if (!known)
      throw xContentError(
        `The supplied interval [${String(unit)}] could not be parsed as a calendar interval.`,
      );
    return remembering(shifted(calendarInterval(known, zone), offset));
  }
  const length = parseDuration(String(fixed));
  if (length === 0) throw illegalArgument('Zero or negative time interval not supported');
  if (!length || /w/.test(String(fixed)))
    throw xContentError(
      `failed to parse setting [date_histogram.fixedInterval] with value [${String(fixed)}] as a time value: unit is missing or unrecognized`,
    );
  const base =
    offsetOf(0, zone) === 0 && zone === 'UTC' ? evenInterval(length, 0) : zonedInterval(length, zone);
  return remembering(shifted(base, offset));
}
