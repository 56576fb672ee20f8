import * as z from 'zod';
import type { Millis } from '../model.ts';
import { number } from '../util/snapshot.ts';

/** From the first to the last event of several, both included. */
export type Stretch = [first: Millis, last: Millis];

export const packedStretch: z.ZodType<Stretch> = z.tuple([number, number]);

/**
 * Puts a stretch among others, which are in order, and joins those that lie no farther apart than `joint`. What comes out
 * depends on what was put in, never on the order of that. Returns another array where anything changes.
 */
export function withStretch(stretches: readonly Stretch[], [first, last]: Stretch, joint: Millis): Stretch[] {
  const newest = stretches.at(-1);
  // Most events extend the last stretch.
  if (newest !== undefined && first >= newest[0] && first <= newest[1] + joint) {
    if (last <= newest[1]) return stretches as Stretch[];
    return [...stretches.slice(0, -1), [newest[0], last]];
  }
  const before = stretches.filter(([, end]) => end < first - joint);
  const after = stretches.filter(([begin]) => begin > last + joint);
  const joined = stretches.slice(before.length, stretches.length - after.length);
  const [begin, end] = [Math.min(first, joined[0]?.[0] ?? first), Math.max(last, joined.at(-1)?.[1] ?? last)];
  if (joined.length === 1 && joined[0]![0] === begin && joined[0]![1] === end) return stretches as Stretch[];
  return [...before, [begin, end], ...after];
}

/** The stretch that holds the time, or the last one before it. */
export function stretchAt(stretches: readonly Stretch[], time: Millis): Stretch | undefined {
  return stretches.findLast(([first]) => first <= time);
}
