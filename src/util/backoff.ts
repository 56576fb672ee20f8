import type { Millis } from '../model.ts';

/** Bounds of the pause between attempts: at most `init` after the first failure, at most `max` after any. */
export interface BackoffLimits {
  init: Millis;
  max: Millis;
}

/** The longest pause after the nth failure in a row, from 1: doubled each time, up to the limit. */
export const longestPause = (failures: number, { init, max }: BackoffLimits): Millis =>
  Math.min(max, init * 2 ** Math.min(failures - 1, 30));

/** Full jitter: between 0 and the longest pause. The pause may be 0, which suits requests that already wait for each other. */
export const pauseWithFullJitter = (failures: number, limits: BackoffLimits, random: () => number): Millis =>
  Math.round(random() * longestPause(failures, limits));

/** Equal jitter: between half of the longest pause and all of it, so that clients that failed together do not return together. */
export const pauseWithEqualJitter = (failures: number, limits: BackoffLimits, random: () => number): Millis =>
  Math.round(longestPause(failures, limits) * (0.5 + random() / 2));
