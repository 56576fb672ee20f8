import type { Millis } from '../model.ts';
import { offsetsOf } from '../util/zone.ts';

/** The moment at which clocks in `zone` (an IANA name) show `local`, which is given as if it were UTC. */
export function fromZone(local: Millis, zone: string): Millis {
  if (zone === 'UTC' || Number.isNaN(local)) return local;
  const offsetAt = offsetsOf(zone);
  // The offset is looked up by a moment that is itself off by the offset; a second look settles it, except within the
  // hour that a change of clocks skips or repeats, where either answer is as right.
  return local - offsetAt(local - offsetAt(local));
}
