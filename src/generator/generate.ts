import type { Millis } from '../model.ts';
import { type ClientOptions, connect } from './client.ts';
import { type Pace, type Progress, pauseOf, play } from './play.ts';
import { accessTraffic, type TrafficOptions } from './traffic.ts';
import { steadySchedule, tutorialRound, tutorialSchedule } from './tutorial.ts';

export interface GenerateOptions extends ClientOptions, TrafficOptionsOfServer {
  /** `tutorial`: quiet for 100 s, then a burst, again and again. `steady`: `rate` events a second. */
  schedule: 'tutorial' | 'steady';
  /** Events a second of a steady schedule; default 100. */
  rate?: number;
  /** Ends after this many events. Default: never, and with `fast` after one round of the tutorial. */
  count?: number;
  /** Plays quiet stretches fifty times as fast. The events' timestamps keep their true distances. */
  fast?: boolean;
  /** Plays everything faster; default 1. Without a `count` the timestamps then run ahead of the wall clock. */
  speed?: number;
  windowSize?: number;
  onProgress?: (progress: Progress) => void;
  /** Wall clock for the first timestamp. */
  now?: () => Millis;
}

/** `host` names the server that is connected to, so the host in the events has a name of its own here. */
interface TrafficOptionsOfServer extends Omit<TrafficOptions, 'host'> {
  hostName?: string;
}

const FAST = 50;

/** Sends synthetic access-log events to a Lumberjack server until they are all there or the signal says stop. */
export async function generate(options: GenerateOptions, signal?: AbortSignal): Promise<Progress> {
  const { count = options.fast ? tutorialRound.events : Number.POSITIVE_INFINITY } = options;
  const offsets = () => first(count, scheduleOf(options));
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

export function* first<T>(count: number, of: Iterable<T>): Generator<T> {
  let taken = 0;
  if (count <= 0) return;
  for (const value of of) {
    yield value;
    if (++taken >= count) return;
  }
}

/**
 * By how much event time outruns the wall clock. A play that starts this far in the past ends in the present, and
 * none of its timestamps ever lies in the future, where it could not move a watermark.
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
