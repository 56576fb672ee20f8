import type { Millis } from '../model.ts';
import type { SourceCounts } from '../telemetry/components/sources.ts';

/** A period is this long at least, and longer until it has enough events to judge a source by. */
const shortest: Millis = 5 * 60_000;
const longest: Millis = 24 * 60 * 60_000;
const enough = 100;
/** Events of the present period from which on it is judged alone. */
const enoughAlone = 50;

export const noCounts = (): SourceCounts => ({
  events: 0,
  late: 0,
  lost: 0,
  ahead: 0,
  untimed: 0,
  unparsed: 0,
});

export function addCounts(one: SourceCounts, other: SourceCounts): SourceCounts {
  return {
    events: one.events + other.events,
    late: one.late + other.late,
    lost: one.lost + other.lost,
    ahead: one.ahead + other.ahead,
    untimed: one.untimed + other.untimed,
    unparsed: one.unparsed + other.unparsed,
  };
}

export interface Period {
  /** Receipt time at which it began. */
  since: Millis;
  counts: SourceCounts;
  /** The most by which an event came after the event clock. */
  lateBy: Millis;
}

export const newPeriod = (since: Millis): Period => ({ since, counts: noCounts(), lateBy: 0 });

/** Whether a period ends before an event of that receipt time. A slow source gets longer periods, so that it can be judged, too. */
export function isOver({ since, counts }: Period, receivedAt: Millis): boolean {
  const age = receivedAt - since;
  return age >= shortest && (counts.events >= enough || age >= longest);
}

/** The present period, with the one before it unless the present one has events enough. */
export function recentOf(present: Period, before: Period | undefined): Period {
  if (before === undefined || present.counts.events >= enoughAlone) return present;
  return {
    since: before.since,
    counts: addCounts(before.counts, present.counts),
    lateBy: Math.max(before.lateBy, present.lateBy),
  };
}
