import { Cron } from 'croner';
import type { Millis } from '../model.ts';
import { parseDuration } from '../util/text.ts';
import { fromZone, offsetsOf } from '../util/zone.ts';
import type { Span } from './report.ts';

const day: Millis = 86_400_000;
const week = 7 * day;
/** 1970-01-05 was a Monday. */
const firstMonday = 4 * day;

/** When the intervals of a report begin and end. */
export interface Schedule {
  /** The interval that ended last, at or before `now`. */
  last(now: Millis): Span;
  /** The end of the interval in which `now` lies. */
  nextEnd(now: Millis): Millis;
}

interface ScheduleConfig {
  every?: string | undefined;
  cron?: string | undefined;
  zone: string;
}

/** Throws a TypeError with the reason where the settings cannot be read. */
export function scheduleOf({ every = 'daily', cron, zone }: ScheduleConfig): Schedule {
  if (cron !== undefined) return byCron(cron, zone);
  if (every === 'monthly') return byBoundary(monthOf, zone);
  const length = { hourly: day / 24, daily: day, weekly: week }[every] ?? parseDuration(every);
  if (length === undefined) throw new TypeError(`\`${every}\` is no interval`);
  if (length < 60_000 || (day % length !== 0 && length !== week))
    throw new TypeError(`a day has no whole number of intervals of \`${every}\``);
  const origin = length === week ? firstMonday : 0;
  const start = (local: Millis) => Math.floor((local - origin) / length) * length + origin;
  return byBoundary((local) => [start(local), start(local) + length], zone);
}

/** Start and end of the month, as local times. */
function monthOf(local: Millis): [Millis, Millis] {
  const date = new Date(local);
  const start = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  return [start, Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)];
}

/** `around`: start and end of the interval in which a local time lies. Intervals follow the clock of the zone. */
function byBoundary(around: (local: Millis) => [Millis, Millis], zone: string): Schedule {
  const offsetAt = offsetsOf(zone);
  const spanAt = (moment: Millis): Span => {
    const [from, to] = around(moment + offsetAt(moment)).map((local) => fromZone(local, zone)) as [
      Millis,
      Millis,
    ];
    return { from, to };
  };
  return {
    last(now) {
      const { from: to } = spanAt(now);
      return { from: spanAt(to - 1).from, to };
    },
    nextEnd: (now) => spanAt(now).to,
  };
}

/** From one time of the expression to the next. */
function byCron(expression: string, zone: string): Schedule {
  const job = new Cron(expression, { timezone: zone, paused: true });
  if (job.nextRun() === null) throw new TypeError(`\`${expression}\` never comes`);
  return {
    last(now) {
      // A time that is now counts as past.
      const [to, from] = job.previousRuns(2, new Date(now + 1));
      if (to === undefined || from === undefined) throw new TypeError(`\`${expression}\` never came`);
      return { from: from.getTime(), to: to.getTime() };
    },
    nextEnd: (now) => job.nextRun(new Date(now))?.getTime() ?? Number.POSITIVE_INFINITY,
  };
}
