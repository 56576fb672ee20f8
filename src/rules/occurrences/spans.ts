import * as z from 'zod';
import type { Millis } from '../../model.ts';
import { number } from '../../util/snapshot.ts';
import type { Cells } from '../../windows/aggregates/aggregate.ts';
import type { Shares } from '../../windows/history/pane-history.ts';
import type { Stretch } from '../stretches.ts';

/** Values of a pane of time, each with its first and its last event there. */
export type Spans = Map<string, Stretch>;
/** Spans by number of their pane. */
export type SpansByPane = Shares<Spans>;

type PackedSpans = [value: string, first: Millis, last: Millis][];
const packedSpans: z.ZodType<PackedSpans> = z.array(z.tuple([z.string(), number, number]));

/** Adds a value. Returns whether that changes anything. */
export function addValue(spans: Spans, value: string, [first, last]: Stretch): boolean {
  const known = spans.get(value);
  if (known === undefined) spans.set(value, [first, last]);
  else if (first >= known[0] && last <= known[1]) return false;
  else spans.set(value, [Math.min(known[0], first), Math.max(known[1], last)]);
  return true;
}

/** How spans are kept. They do not depend on the order in which their events came. */
export const spanCells: Cells<Spans, PackedSpans> = {
  cell: () => new Map(),
  merge(into, from) {
    for (const [value, span] of from) addValue(into, value, span);
    return into;
  },
  pack: (spans) =>
    [...spans]
      .map(([value, [first, last]]): PackedSpans[number] => [value, first, last])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  unpack: (packed) =>
    new Map(packedSpans.parse(packed).map(([value, first, last]) => [value, [first, last]])),
};

/**
 * Length of a pane of values: a hop, or a part of it. None is longer than `most`, nor across the edge of a minute where
 * active hours may begin.
 */
export function paneLength(hop: Millis, most: Millis, hasHours: boolean): Millis {
  for (let parts = 1; parts < hop; parts += 1) {
    const pane = hop / parts;
    if (Number.isInteger(pane) && pane <= Math.min(most, longestPane) && !(hasHours && minute % pane !== 0))
      return pane;
  }
  return 1;
}

const minute = 60_000;
const longestPane = minute;
