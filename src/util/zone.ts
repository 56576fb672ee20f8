import type { Millis } from '../model.ts';

/** What a clock in a zone is ahead of UTC at a moment. */
export type OffsetAt = (moment: Millis) => Millis;

const zones = new Map<string, OffsetAt>();

/** The offsets of an IANA zone. Throws a RangeError where there is no such zone. */
export function offsetsOf(zone: string): OffsetAt {
  let offsets = zones.get(zone);
  if (offsets === undefined) {
    offsets = remembering(offsetsByCalendar(zone));
    zones.set(zone, offsets);
  }
  return offsets;
}

export function isZone(zone: string): boolean {
  try {
    offsetsOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** The moment at which clocks in `zone` (an IANA name) show `local`, which is given as if it were UTC. */
export function fromZone(local: Millis, zone: string): Millis {
  if (zone === 'UTC' || Number.isNaN(local)) return local;
  const offsetAt = offsetsOf(zone);
  // The first lookup is off by the offset itself; the second corrects it. Within the hour that a change of clocks skips or
  // repeats, either answer is right.
  return local - offsetAt(local - offsetAt(local));
}

const repeats = new Map<string, OffsetAt>();
/** Longer than any zone's clocks were ever set back, and shorter than from one change of clocks to the next. */
const aside = 3 * 3_600_000;

/**
 * The distance to the other moment at which clocks in `zone` show the same time: positive in the first pass of a repeated
 * hour, negative in the second, and 0 at any other time.
 */
export function repeatOf(moment: Millis, zone: string): Millis {
  let repeat = repeats.get(zone);
  if (repeat === undefined) {
    const offsetAt = offsetsOf(zone);
    repeat = remembering((at) => {
      const offset = offsetAt(at);
      for (const other of [offsetAt(at + aside), offsetAt(at - aside)])
        if (other !== offset && offsetAt(at + offset - other) === other) return offset - other;
      return 0;
    });
    repeats.set(zone, repeat);
  }
  return repeat(moment);
}

/** Clocks change on the quarter hour; within one the answer stays, and logs dwell there. */
function remembering(offsetAt: OffsetAt): OffsetAt {
  const quarter = 900_000;
  let known = Number.NaN;
  let offset = 0;
  return (moment) => {
    const begin = Math.floor(moment / quarter);
    if (begin !== known) {
      offset = offsetAt(begin * quarter);
      known = begin;
    }
    return offset;
  };
}

function offsetsByCalendar(zone: string): OffsetAt {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  return (moment) => {
    if (!(Math.abs(moment) <= 8.64e15)) return 0;
    const name = format.formatToParts(moment).find((part) => part.type === 'timeZoneName')?.value ?? '';
    const match = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(name);
    if (!match) return 0;
    const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
    return (match[1] === '-' ? -1000 : 1000) * seconds;
  };
}
