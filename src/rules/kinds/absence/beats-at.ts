import type { Millis } from '../../../model.ts';
import type { Saved } from '../../correction/series.ts';
import type { PackedHeartbeats } from './heartbeats.ts';
import type { GroupTimes } from './times.ts';
import type { AbsenceTracker } from './tracker.ts';

/** What was known of a group when it was saved, with all its later events. Undefined: it is not expected any more. */
export function beatsAt(
  name: string,
  saved: Saved | undefined,
  times: GroupTimes,
  tracker: AbsenceTracker,
): PackedHeartbeats | undefined {
  if (saved === undefined) return beatsAtBegin(name, times, tracker);
  const beats = saved.alert.judge as PackedHeartbeats | null;
  // A group that was forgotten begins with its next event, which may be one that came late.
  if (beats === null || isYetToBegin(beats, saved.at)) {
    const later = times.after(name, saved.at);
    const [next] = later;
    return next && [name, next[0], !tracker.isExpected(name), null, later, false, null];
  }
  const [, from, learned, last, , silent, reminder] = beats;
  return [name, from, learned, last, times.after(name, last ?? from - 1), silent, reminder];
}

/** The next event of a group that was just forgotten was known already when the group was saved. */
const isYetToBegin = ([, from, , last]: PackedHeartbeats, at: Millis) => last === null && from > at;

/** A group of the roster is expected from the first watermark on, any other one from its first event. */
function beatsAtBegin(name: string, times: GroupTimes, tracker: AbsenceTracker): PackedHeartbeats {
  const all = times.after(name, Number.NEGATIVE_INFINITY);
  const [first] = all[0]!;
  const isExpected = tracker.isExpected(name);
  return [name, isExpected ? Math.min(tracker.begunAt, first) : first, !isExpected, null, all, false, null];
}
