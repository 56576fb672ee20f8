import { type ActiveHoursConfig, days } from '../config/schema/rule-settings.ts';
import type { Millis, Observation } from '../model.ts';
import { formatDuration } from '../util/text.ts';
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

  /** The beginning of the present active hours: the last change in `(from, time]`, or undefined if there is none. */
  begunAfter(from: Millis, time: Millis): Millis | undefined {
    let begun: Millis | undefined;
    for (let change = this.changeAfter(from); change <= time; change = this.changeAfter(change))
      begun = change;
    return begun !== undefined && this.at(time) ? begun : undefined;
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
  /** Few events, or none, raise the alert. */
  readonly raisedByFew: boolean;
  readonly over: Millis;
}

/**
 * Outside the active hours every judgement is calm. A window belongs to the hours if its last moment does. Where single
 * moments are counted, and none outside the hours, it belongs to them as soon as any part of its last hop does, so that
 * a moment just before their end still raises.
 *
 * Where few events raise the alert, those before the hours are not expected. A window that began before the hours is too
 * short to judge, unless the hours are no longer than a window.
 */
export function withinHours(judgement: Judgement, times: Times, rule: Hours): Judgement {
  const { hours } = rule;
  if (hours === undefined || isEdge(times, rule)) return judgement;
  const until = graceEnd(times, rule);
  if (until !== undefined && judgement.verdict === 'true')
    return { verdict: 'few', reason: tooShort(until, rule) };
  if (hours.at(times.at - 1)) return judgement;
  return { verdict: 'calm', reason: hours.outside(times.at - 1) };
}

/** Event time at which the hours change the judgement though nothing else changes. Infinite where they never do. */
export function nextByHours(times: Times, rule: Hours): Millis {
  const { hours } = rule;
  if (hours === undefined) return Number.POSITIVE_INFINITY;
  if (isEdge(times, rule)) return times.at + 1;
  return Math.min(hours.changeAfter(times.at - 1) + 1, graceEnd(times, rule) ?? Number.POSITIVE_INFINITY);
}

/** When the first whole window of the present active hours ends, if that is still to come. */
function graceEnd({ at }: Times, { hours, raisedByFew, over }: Hours): Millis | undefined {
  if (!raisedByFew || hours === undefined) return undefined;
  const begun = hours.begunAfter(at - over, at - 1);
  if (begun === undefined || hours.changeAfter(at - 1) - begun <= over) return undefined;
  return begun + over;
}

function tooShort(until: Millis, { over }: Hours): string {
  const from = new Date(until - over).toISOString().slice(11, 16);
  return `the active hours began at ${from} UTC, less than ${formatDuration(over)} ago: too early to judge`;
}

function isEdge({ at, since }: Times, { hours, moments }: Hours): boolean {
  return moments && hours !== undefined && !hours.at(at - 1) && hours.anyIn(since, at);
}

function minuteOf(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number) as [number, number];
  return 60 * hours + minutes;
}
