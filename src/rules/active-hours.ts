import { type ActiveHoursConfig, days } from '../config/schema/rule-settings.ts';
import type { Millis, Observation } from '../model.ts';
import { type OffsetAt, offsetsOf } from '../util/zone.ts';
import type { Judgement } from './judge.ts';

const minute = 60_000;
const day = 1440;
/**
 * Weeks repeat, so what does not change within eight days mostly never does. But the hour that summer time skips may be
 * the only one of its week, and then it takes one more.
 */
const horizon = 15 * day;

/** Minutes of a day; an end that lies before its beginning is on the day after. */
type Span = [from: number, to: number];

/**
 * The hours of a week in which a rule is tested. They are those of clocks in the zone: where clocks are put forward
 * the hour that does not exist is missing, and where they are put back the hour that comes twice counts twice.
 */
export class ActiveHours {
  readonly #config: ActiveHoursConfig;
  readonly #offsetAt: OffsetAt;
  readonly #days: Set<number>;
  readonly #spans: Span[];
  /** From the moment asked about last until the next change; neighbours ask for the same. */
  #known = { from: Number.POSITIVE_INFINITY, until: Number.NEGATIVE_INFINITY };

  constructor(config: ActiveHoursConfig) {
    this.#config = config;
    this.#offsetAt = offsetsOf(config.zone);
    this.#days = new Set(config.days.map((name) => days.indexOf(name)));
    this.#spans = config.hours.map((hours) => hours.split('-').map(minuteOf) as Span);
  }

  at(time: Millis): boolean {
    const minutes = this.#localMinutes(time);
    // The epoch began on a Thursday, three days after a Monday.
    const weekday = (((Math.floor(minutes / day) + 3) % 7) + 7) % 7;
    const now = ((minutes % day) + day) % day;
    const yesterday = (weekday + 6) % 7;
    return this.#spans.some(([from, to]) => {
      if (from < to) return this.#days.has(weekday) && now >= from && now < to;
      return (this.#days.has(weekday) && now >= from) || (this.#days.has(yesterday) && now < to);
    });
  }

  /** The first moment after `time` at which that is otherwise; infinite where it never is. */
  changeAfter(time: Millis): Millis {
    if (time >= this.#known.from && time < this.#known.until) return this.#known.until;
    const now = this.at(time);
    const start = Math.floor(time / minute);
    let ahead = 1;
    while (ahead <= horizon && this.at((start + ahead) * minute) === now) ahead += 1;
    const until = ahead > horizon ? Number.POSITIVE_INFINITY : (start + ahead) * minute;
    this.#known = { from: time, until };
    return until;
  }

  /** Whether any moment of `[from, to)` lies within them. */
  anyIn(from: Millis, to: Millis): boolean {
    return this.at(from) || this.changeAfter(from) < to;
  }

  /** `it is Sat 12:05, outside the active hours (mon–fri 08:00-18:00 Europe/Berlin)`. */
  outside(time: Millis): string {
    const minutes = this.#localMinutes(time);
    const local = new Date(minutes * minute).toUTCString();
    const config = this.#config;
    const week = config.days.length === 7 ? 'every day' : config.days.join(', ');
    return `it is ${local.slice(0, 3)} ${local.slice(17, 22)}, outside the active hours (${week} ${config.hours.join(', ')} ${config.zone}), so the condition was not looked at`;
  }

  #localMinutes(time: Millis): number {
    return Math.floor((time + this.#offsetAt(time)) / minute);
  }
}

type Times = Pick<Observation, 'at' | 'since'>;
interface Hours {
  readonly hours: ActiveHours | undefined;
  /** Single moments are counted; see `Traits`. */
  readonly moments: boolean;
}

/**
 * Outside the active hours every judgement is calm. A window belongs to the hours if its last moment does. Where single
 * moments are counted, and none outside the hours, it belongs to them as soon as any part of its last hop does, so that
 * a moment just before their end still raises.
 */
export function withinHours(judgement: Judgement, times: Times, rule: Hours): Judgement {
  const { hours } = rule;
  if (hours === undefined || hours.at(times.at - 1) || isEdge(times, rule)) return judgement;
  return { verdict: 'calm', reason: hours.outside(times.at - 1) };
}

/** Event time at which the hours change the judgement though nothing else changes. Infinite where they never do. */
export function nextByHours(times: Times, rule: Hours): Millis {
  const { hours } = rule;
  if (hours === undefined) return Number.POSITIVE_INFINITY;
  return isEdge(times, rule) ? times.at + 1 : hours.changeAfter(times.at - 1) + 1;
}

function isEdge({ at, since }: Times, { hours, moments }: Hours): boolean {
  return moments && hours !== undefined && !hours.at(at - 1) && hours.anyIn(since, at);
}

function minuteOf(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number) as [number, number];
  return 60 * hours + minutes;
}
