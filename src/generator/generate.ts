import type { Millis } from '../model.ts';
import { type ClientOptions, connect } from './client.ts';
import { type Pace, type Progress, pauseOf, play } from './play.ts';
import {
  accessTraffic,
  steadySchedule,
  type TrafficOptions,
  tutorialRound,
  tutorialSchedule,
} from './traffic.ts';

export interface GenerateOptions extends ClientOptions, TrafficOptionsOfServer {
  /** `tutorial`: 100 s of quiet traffic, then a burst, repeated. `steady`: `rate` events per second. */
  schedule: 'tutorial' | 'steady';
  /** Events per second of the steady schedule. Default 100. */
  rate?: number;
  /** Total number of events. Default: unlimited; with `fast`, one round of the tutorial. */
  count?: number;
  /** Events at the beginning of the schedule that are left out. The first one that is sent is sent at once. */
  skip?: number;
  /** Plays quiet parts fifty times as fast. Timestamps of events are not changed. */
  fast?: boolean;
  /** Speed of all parts. Default 1. Without `count`, timestamps then run ahead of the wall clock. */
  speed?: number;
  windowSize?: number;
  onProgress?: (progress: Progress) => void;
  /** Clock of the first timestamp. */
  now?: () => Millis;
}

/** `host` is the server to connect to, so the host name in the events is `hostName`. */
interface TrafficOptionsOfServer extends Omit<TrafficOptions, 'host'> {
  hostName?: string;
}

const FAST = 50;

/** Sends synthetic access log events to a Lumberjack server until all are acknowledged or the signal aborts. */
export async function generate(options: GenerateOptions, signal?: AbortSignal): Promise<Progress> {
  const { count = options.fast ? tutorialRound.events : Number.POSITIVE_INFINITY } = options;
  const offsets = () => first(count, without(options.skip ?? 0, scheduleOf(options)));
  const pace: Pace = { speed: options.speed ?? 1, quietSpeed: options.fast ? FAST : 1 };
  const now = (options.now ?? Date.now)();
  const client = await connect(options);
  try {
    return await play({
      ...pace,
      schedule: offsets(),
      document: accessTraffic({ ...options, host: options.hostName ?? 'web-1' }),
      send: (documents) => client.send(documents),
      start: now - (Number.isFinite(count) ? timeSaved(offsets(), pace) : 0),
      ...(options.windowSize && { windowSize: options.windowSize }),
      ...(options.onProgress && { onProgress: options.onProgress }),
      ...(signal && { signal }),
    });
  } finally {
    client.close();
  }
}

const scheduleOf = ({ schedule, rate = 100 }: GenerateOptions): Iterable<Millis> =>
  schedule === 'tutorial' ? tutorialSchedule() : steadySchedule(rate);

/** The offsets after the first `skipped`, moved so that they begin at 0. */
function* without(skipped: number, of: Iterable<Millis>): Generator<Millis> {
  let left = skipped;
  let start: Millis | undefined;
  for (const offset of of) {
    if (left-- > 0) continue;
    start ??= offset;
    yield offset - start;
  }
}

export function* first<T>(count: number, of: Iterable<T>): Generator<T> {
  let taken = 0;
  if (count <= 0) return;
  for (const value of of) {
    yield value;
    if (++taken >= count) return;
  }
}

/**
 * By how much event time runs ahead of the wall clock. A play that starts this long in the past ends at the present time,
 * so that no timestamp lies in the future, where it would not move a watermark.
 */
export function timeSaved(schedule: Iterable<Millis>, pace: Pace): Millis {
  let saved = 0;
  let last: Millis | undefined;
  for (const offset of schedule) {
    const gap = offset - (last ?? offset);
    saved += gap - pauseOf(gap, pace);
    last = offset;
  }
  return Math.max(0, saved);
}
