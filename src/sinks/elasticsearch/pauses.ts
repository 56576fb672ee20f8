import type { Millis } from '../../model.ts';

export interface PauseLimits {
  retryInitial: Millis;
  retryMax: Millis;
}

/** The longest pause after the nth failure in a row (from 1): doubled each time, up to the limit. */
export function longestPause(failures: number, limits: PauseLimits): Millis {
  return Math.min(limits.retryMax, limits.retryInitial * 2 ** Math.min(failures - 1, 30));
}

/** Full jitter: anything between nothing and the longest pause, so that senders who failed together part ways. */
export function pauseAfter(failures: number, limits: PauseLimits, random: () => number): Millis {
  return Math.round(random() * longestPause(failures, limits));
}
