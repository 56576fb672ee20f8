import type { Millis } from '../../../model.ts';
import { offsetsOf } from '../../../util/zone.ts';
import type { BaselineConfig } from './schema.ts';

const hour = 3_600_000;
const names = ['Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays', 'Sundays'];

export interface Season {
  /** The slot to which a moment belongs: what is normal is learned for each on its own. */
  slotOf(time: Millis): number;
  /** `Mondays at 14h`. */
  nameOf(slot: number): string;
}

/** Hours of the day, or of the week, by the clocks of a zone. An hour that comes twice belongs to the same slot twice. */
export function seasonOf({ season, zone }: Pick<BaselineConfig, 'season' | 'zone'>): Season {
  if (season === 'none') return { slotOf: () => 0, nameOf: () => 'any time' };
  const offsetAt = offsetsOf(zone);
  const slots = season === 'day' ? 24 : 168;
  // The epoch began on a Thursday; a week begins with Monday.
  const hoursSinceMonday = (time: Millis) => Math.floor((time + offsetAt(time)) / hour) + 72;
  return {
    slotOf: (time) => ((hoursSinceMonday(time) % slots) + slots) % slots,
    nameOf: (slot) => `${season === 'week' ? names[Math.floor(slot / 24)] : 'days'} at ${slot % 24}h`,
  };
}

/**
 * What is normal, as learned: number of values, mean and variance. Plain: a checkpoint holds it as it is. The mean
 * weighs all values alike until there are `memory` of them, and from then on forgets the oldest exponentially.
 */
export type Learned = [count: number, mean: number, variance: number];

export const nothingLearned: Learned = [0, 0, 0];

/** A value is learned as no farther from the mean than so many spreads, so that no single one moves it far. */
const clampAt = 3;
/** So many values are taken as they are: before, a spread means nothing. */
const unclamped = 5;

export function learn(before: Learned, value: number, memory: number, floor: number): Learned {
  const [count, mean, variance] = before;
  const reach = clampAt * spreadOf(before, floor);
  const taken = count < unclamped ? value : Math.min(mean + reach, Math.max(mean - reach, value));
  const weight = 1 / Math.min(count + 1, memory);
  const difference = taken - mean;
  // West's way to weigh: exact for equal weights, and numerically stable.
  return [
    Math.min(count + 1, memory),
    mean + weight * difference,
    (1 - weight) * (variance + weight * difference ** 2),
  ];
}

/**
 * The spread to judge by. It is never less than the least given, nor than a twentieth of the mean: what was constant so
 * far may change a little. (A count is not less spread than its square root either: that is its nature.)
 */
export function spreadOf([, mean, variance]: Learned, floor: number): number {
  return Math.max(Math.sqrt(variance), floor, Math.abs(mean) / 20, Number.EPSILON);
}
