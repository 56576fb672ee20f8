import type { Millis } from '../../../model.ts';
import type { Spans } from '../../occurrences/spans.ts';

/** The value of a group at a time. */
export type Seen = [time: Millis, value: string];

/** Called for each change: when, to which value, and from which. */
type Found = (time: Millis, value: string, from: string) => void;

/**
 * The changes in a pane after `before`, in order. Each value counts by its first and its last event there. Of events of the
 * same moment those come first that change nothing, then they come in the order of their values. Returns the last value.
 */
export function changesIn(
  spans: Spans,
  before: Seen | undefined,
  forget: Millis,
  found: Found,
): Seen | undefined {
  let last = before;
  for (const moment of momentsOf(spans)) {
    // A value that is forgotten is none that may stay.
    const present = last !== undefined && moment[0]![0] - last[0] <= forget ? last[1] : undefined;
    for (const seen of moment.sort(([, a], [, b]) => rank(a, present) - rank(b, present))) {
      const [time, value] = seen;
      if (last !== undefined && last[1] !== value && time - last[0] <= forget) found(time, value, last[1]);
      last = seen;
    }
  }
  return last;
}

const rank = (value: string, present: string | undefined) => (value === present ? 0 : 1);

/** Whether there is a moment with one value alone, after which the value does not depend on what was before. */
export function hasCertainMoment(spans: Spans): boolean {
  return momentsOf(spans).some((moment) => moment.length === 1);
}

/** First and last events, those of one moment together, in the order of their values. */
function momentsOf(spans: Spans): Seen[][] {
  const all: Seen[] = [];
  for (const [value, [first, last]] of spans) {
    all.push([first, value]);
    if (last !== first) all.push([last, value]);
  }
  all.sort(([a, x], [b, y]) => a - b || (x < y ? -1 : 1));
  const moments: Seen[][] = [];
  for (const seen of all) {
    const [present] = moments.at(-1) ?? [];
    if (present?.[0] === seen[0]) moments.at(-1)!.push(seen);
    else moments.push([seen]);
  }
  return moments;
}

/** The later one. Of values of the same moment the same one each time. */
export function later(one: Seen | undefined, other: Seen): Seen {
  if (one === undefined || other[0] > one[0]) return other;
  return other[0] === one[0] && other[1] > one[1] ? other : one;
}
