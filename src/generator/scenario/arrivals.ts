import type { Millis } from '../../model.ts';
import type { Random } from '../random.ts';
import { tutorialSchedule } from '../traffic.ts';
import type { TrafficConfig } from './schema.ts';

const SECOND = 1_000;
const DAY = 24 * 60 * 60 * SECOND;
/** Where the rate is 0 for good, there is no next event. */
const farthest = 400 * DAY;

/** The times at which the events of a stream are written, one after the other. */
export interface Arrivals {
  /** Time of the next event. */
  next(): Millis;
}

/** `start`: event time of the beginning. `burst`: factor of the rate at a time beside the configured peaks. */
export function arrivals(
  config: TrafficConfig,
  start: Millis,
  random: Random,
  burst?: (at: Millis) => number,
): Arrivals {
  if (config.shape === 'tutorial') {
    const offsets = tutorialSchedule();
    return { next: () => start + offsets.next().value };
  }
  const work = config.shape === 'steady' ? () => 1 : () => -Math.log(1 - random());
  const isConstant = config.night === undefined && config.peaks.length === 0 && burst === undefined;
  if (isConstant) return constant(start, config.rate, work);
  return varying(start, work, (at) => rateAt(config, start, at) * (burst?.(at) ?? 1));
}

function constant(start: Millis, rate: number, work: () => number): Arrivals {
  let at = start;
  return {
    next: () => {
      at += (work() * SECOND) / rate;
      return at;
    },
  };
}

/** The rate is that of the beginning of each second. Each event takes its work out of what the rate makes as time passes. */
function varying(start: Millis, work: () => number, rateOf: (at: Millis) => number): Arrivals {
  let at = start;
  let end = start;
  let rate = 0;
  return {
    next: () => {
      let left = work();
      for (;;) {
        if (at >= end) {
          end = at + SECOND;
          rate = rateOf(at);
        }
        const capacity = (rate * (end - at)) / SECOND;
        if (left <= capacity && rate > 0) {
          at += (left * SECOND) / rate;
          return at;
        }
        left -= capacity;
        at = end;
        if (at - start > farthest) return Number.POSITIVE_INFINITY;
      }
    },
  };
}

function rateAt({ rate, night, peaks }: TrafficConfig, start: Millis, at: Millis): number {
  const byDay =
    night === undefined ? 1 : night + ((1 - night) * (1 - Math.cos((at / DAY) * 2 * Math.PI))) / 2;
  let times = 1;
  for (const peak of peaks) {
    const since = at - start - peak.at;
    const within = peak.every === undefined ? since : since % peak.every;
    if (since >= 0 && within < peak.for) times *= peak.times;
  }
  return rate * byDay * times;
}
