import type { Millis } from '../../model.ts';

interface BackoffLimits {
  init: Millis;
  max: Millis;
}

/** The longest pause after the nth failure in a row, from 1: doubled each time, up to the limit. */
export const longestPause = (failures: number, { init, max }: BackoffLimits): Millis =>
  Math.min(max, init * 2 ** Math.min(failures - 1, 30));

/** Between half of the longest pause and all of it: a pause it is, and clients that failed together part ways. */
export const pauseAfter = (failures: number, limits: BackoffLimits, random: () => number): Millis =>
  Math.round(longestPause(failures, limits) * (0.5 + random() / 2));
