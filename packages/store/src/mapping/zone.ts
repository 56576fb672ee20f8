import type { Millis } from '@logboom/common';
import { illegalArgument } from '../store-error.ts';

const clocks = new Map<string, Intl.DateTimeFormat>();

/**
 * A formatter for a zone's local time, kept: making one is slow.
 * @throws StoreError for an unknown zone.
 */
function clockOf(zone: string): Intl.DateTimeFormat {
  let clock = clocks.get(zone);
  if (!clock) {
    try {
      clock = new Intl.DateTimeFormat('en-US', {
        timeZone: zone,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
    } catch {
      throw illegalArgument(`Unknown time-zone ID: ${zone}`);
    }
    clocks.set(zone, clock);
  }
  return clock;
}

/** `Z`, `+01`, `+0100` and `+01:00` as milliseconds; undefined for names such as `Europe/Berlin`. */
function fixedOffset(zone: string): Millis | undefined {
  if (zone === 'UTC' || zone === 'Z' || zone === 'GMT') return 0;
  const match = /^([+-])(\d{2})(?::?(\d{2}))?$/.exec(zone);
  if (!match) return undefined;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3] ?? 0)) * 60_000;
}

/**
 * By how many milliseconds a zone's clocks are ahead of UTC at a moment.
 * @throws StoreError for an unknown zone.
 */
export function offsetOf(utc: Millis, zone: string): Millis {
  const fixed = fixedOffset(zone);
  if (fixed !== undefined) return fixed;
  const seconds = Math.floor(utc / 1000) * 1000;
  const clock = clockOf(zone);
  if (Math.abs(utc) > 8.6e15) return 0;
  const part = Object.fromEntries(
    clock.formatToParts(seconds).map(({ type, value }) => [type, Number(value)]),
  );
  const local = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!);
  return local - seconds;
}

/**
 * The moment at which a zone's clocks show `local` (milliseconds, as if local time were UTC). For a
 * time that a change of clocks skips, the moment after the change.
 */
export function localToUtc(local: Millis, zone: string): Millis {
  const fixed = fixedOffset(zone);
  if (fixed !== undefined) return local - fixed;
  const guess = local - offsetOf(local, zone);
  return local - offsetOf(guess, zone);
}

/** Units of calendar intervals. Weeks begin on Monday. */
export type CalendarUnit = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year' | 'second';

/** Milliseconds of the units that have a fixed length in local time. */
const lengths = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
} as const;

/** The Monday before the epoch. */
const monday = -3 * lengths.day;

/** The start of the unit, in local time. */
function floorLocal(local: Millis, unit: CalendarUnit): Millis {
  if (unit === 'week') return Math.floor((local - monday) / lengths.week) * lengths.week + monday;
  if (unit in lengths) {
    const length = lengths[unit as keyof typeof lengths];
    return Math.floor(local / length) * length;
  }
  const date = new Date(local);
  const month = unit === 'month' ? date.getUTCMonth() : Math.floor(date.getUTCMonth() / 3) * 3;
  return Date.UTC(date.getUTCFullYear(), unit === 'year' ? 0 : month, 1);
}

/** Local time some units later. Months keep the day, or take the last day of a shorter month. */
function addLocal(local: Millis, unit: CalendarUnit, amount: number): Millis {
  if (unit in lengths) return local + amount * lengths[unit as keyof typeof lengths];
  const date = new Date(local);
  const months = { month: 1, quarter: 3, year: 12 }[unit as 'month' | 'quarter' | 'year'] * amount;
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months + 1, 0)).getUTCDate();
  const dayOf = Math.min(date.getUTCDate(), lastDay) - 1;
  return first + dayOf * lengths.day + (((local % lengths.day) + lengths.day) % lengths.day);
}

/** Units shorter than a day are counted in elapsed time, not in local time. */
const isShort = (unit: CalendarUnit) => unit === 'second' || unit === 'minute' || unit === 'hour';

/** The start of the calendar unit in which a moment lies, by a zone's clocks. */
export function floorTo(utc: Millis, unit: CalendarUnit, zone = 'UTC'): Millis {
  // An hour that clocks show twice is two hours, so short units use the offset at the moment itself.
  if (isShort(unit)) return floorLocal(utc + offsetOf(utc, zone), unit) - offsetOf(utc, zone);
  return localToUtc(floorLocal(utc + offsetOf(utc, zone), unit), zone);
}

/** The moment some calendar units later, by a zone's clocks. */
export function addUnits(utc: Millis, unit: CalendarUnit, amount: number, zone = 'UTC'): Millis {
  if (isShort(unit)) return addLocal(utc, unit, amount);
  return localToUtc(addLocal(utc + offsetOf(utc, zone), unit, amount), zone);
}
