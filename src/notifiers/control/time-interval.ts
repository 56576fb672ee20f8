import type { SpanConfig } from '../../config/schema/routing.ts';
import { LogboomError } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import { offsetsOf } from '../../util/zone.ts';

/** Whether a moment is within an interval. */
export type Interval = (moment: Millis) => boolean;

type Range = [from: number, to: number];
type Part = (date: Date) => boolean;

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const months = [
  ...['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september'],
  ...['october', 'november', 'december'],
];

/** A named interval: one of its spans is enough. Throws `USAGE` where a span cannot be read. */
export function intervalOf(spans: readonly SpanConfig[]): Interval {
  const tests = spans.map(spanOf);
  return (moment) => tests.some((test) => test(moment));
}

/** All parts of a span must hold, by the clocks of its zone. */
function spanOf(span: SpanConfig): Interval {
  const offsetAt = offsetsOf(span.location);
  const parts: Part[] = [
    ...when(span.times, timesPart),
    ...when(span.weekdays, weekdaysPart),
    ...when(span.days_of_month, daysPart),
    ...when(span.months, monthsPart),
    ...when(span.years, yearsPart),
  ];
  return (moment) => {
    // The fields of this date in UTC are those of clocks in the zone.
    const local = new Date(moment + offsetAt(moment));
    return parts.every((part) => part(local));
  };
}

const when = <T>(given: T | undefined, part: (of: T) => Part): Part[] =>
  given === undefined ? [] : [part(given)];

function timesPart(times: NonNullable<SpanConfig['times']>): Part {
  const ranges = times.map(({ start_time, end_time }): Range => {
    const range: Range = [minuteOf(start_time), minuteOf(end_time)];
    if (range[0] >= range[1])
      throw usage(
        `\`${start_time}\` to \`${end_time}\` is no span of a day. Write two spans where it goes over midnight.`,
      );
    return range;
  });
  return (date) => {
    const minute = date.getUTCHours() * 60 + date.getUTCMinutes();
    return ranges.some(([from, to]) => minute >= from && minute < to);
  };
}

function weekdaysPart(texts: readonly string[]): Part {
  const ranges = texts.map((text) => rangeOf(text, (one) => placeIn(weekdays, one, text)));
  return (date) => ranges.some((range) => isWithin(date.getUTCDay(), range));
}

function monthsPart(texts: readonly string[]): Part {
  const month = (one: string, text: string) =>
    /^\d+$/.test(one) ? numberIn(one, 1, 12, text) : placeIn(months, one, text) + 1;
  const ranges = texts.map((text) => rangeOf(text, (one) => month(one, text)));
  return (date) => ranges.some((range) => isWithin(date.getUTCMonth() + 1, range));
}

function yearsPart(texts: readonly string[]): Part {
  const ranges = texts.map((text) => rangeOf(text, (one) => numberIn(one, 1970, 9999, text)));
  return (date) => ranges.some((range) => isWithin(date.getUTCFullYear(), range));
}

/** Negative days count from the end of the month: -1 is its last day. */
function daysPart(texts: readonly string[]): Part {
  const ranges = texts.map((text) => daysOf(text));
  return (date) => {
    const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
    const day = (number: number) => (number < 0 ? last + 1 + number : number);
    return ranges.some(([from, to]) => date.getUTCDate() >= day(from) && date.getUTCDate() <= day(to));
  };
}

function daysOf(text: string): Range {
  const [from = '', to = from] = text.split(':').map((one) => one.trim());
  const range: Range = [numberIn(from, -31, 31, text), numberIn(to, -31, 31, text)];
  if (range.includes(0))
    throw usage(`\`${text}\`: there is no day 0 in a month. Write \`1:5\` or \`-3:-1\`.`);
  if (range[0] > range[1] && range[0] > 0 === range[1] > 0) throw usage(`\`${text}\` ends before it begins.`);
  return range;
}

/** A range with both ends. One that ends before it begins goes on at the beginning: `friday:monday`. */
const isWithin = (value: number, [from, to]: Range) =>
  from <= to ? value >= from && value <= to : value >= from || value <= to;

function rangeOf(text: string, read: (one: string) => number): Range {
  const [from, to = from, ...more] = text.split(':').map((one) => one.trim().toLowerCase());
  if (from === undefined || more.length > 0)
    throw usage(`\`${text}\` is no range. Write one such as \`monday:friday\`.`);
  return [read(from), read(to!)];
}

function placeIn(names: readonly string[], one: string, text: string): number {
  const place = names.indexOf(one);
  if (place === -1) throw usage(`\`${text}\`: \`${one}\` is none of ${names.join(', ')}.`);
  return place;
}

function numberIn(one: string, least: number, most: number, text: string): number {
  const number = Number(one);
  if (/^-?\d+$/.test(one) && number >= least && number <= most) return number;
  throw usage(`\`${text}\`: \`${one}\` is no number from ${least} to ${most}.`);
}

const minuteOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const usage = (message: string) => new LogboomError('USAGE', message);
