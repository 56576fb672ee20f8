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
