import type { Millis } from '@logboom/common';
import { StoreError } from '../store-error.ts';
import { defaultFormats, parseDate } from './date-parse.ts';
import { addUnits, type CalendarUnit, floorTo } from './zone.ts';

/** How an expression is to be read. */
interface DateContext {
  /** Wall time of the request, for `now`. One request uses one value throughout. */
  now: Millis;
  /** Formats for the date before `||`; Elasticsearch's default without them. */
  formats?: string;
  /** Zone of a date that names none, and of rounding. */
  zone?: string;
  /** Whether what is rounded or left out stands for its end: `lte: 2026-11-21` means the whole day. */
  roundUp: boolean;
}

/** Units of date math. `m` is a minute and `M` a month. */
const units: Record<string, CalendarUnit> = {
  y: 'year',
  M: 'month',
  w: 'week',
  d: 'day',
  h: 'hour',
  H: 'hour',
  m: 'minute',
  s: 'second',
};

/** Throws Elasticsearch's `parse_exception`. */
function refuse(text: string, formats = defaultFormats): never {
  const reason = `failed to parse date field [${text}] with format [${formats}]`;
  throw new StoreError(400, 'parse_exception', `${reason}: [${reason}]`, {
    caused_by: { type: 'illegal_argument_exception', reason },
  });
}

/** Applies steps such as `-1h/d` from left to right. */
function apply(start: Millis, math: string, text: string, { zone = 'UTC', roundUp }: DateContext): Millis {
  if (!/^(?:[+-]\d*[yMwdhHms]|\/[yMwdhHms])*$/.test(math)) refuse(text);
  let at = start;
  for (const [, sign, amount, letter] of math.matchAll(/([+\-/])(\d*)([yMwdhHms])/g)) {
    const unit = units[letter!]!;
    if (sign !== '/') at = addUnits(at, unit, (sign === '-' ? -1 : 1) * Number(amount || 1), zone);
    else at = roundUp ? addUnits(floorTo(at, unit, zone), unit, 1, zone) - 1 : floorTo(at, unit, zone);
  }
  if (Number.isNaN(at)) refuse(text);
  return at;
}

/**
 * Reads a date as queries write it: `now-1h/d`, `2026-11-21||+1M`, or a date in one of the formats.
 * @throws StoreError `parse_exception`
 */
export function parseDateMath(value: string | number, context: DateContext): Millis {
  const text = String(value);
  if (text.startsWith('now')) return apply(context.now, text.slice(3), text, context);
  const [anchor, math = ''] = text.split('||', 2) as [string, string?];
  const formats = context.formats ?? defaultFormats;
  const read = parseDate(anchor, formats, context.zone);
  if (!read) refuse(anchor, formats);
  if (math) return apply(read.start, math, text, context);
  return context.roundUp ? read.end - 1 : read.start;
}
