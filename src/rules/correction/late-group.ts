import * as z from 'zod';
import type { TimedSample } from '../../alerts/entry.ts';
import type { LogEvent, Millis, Sample, Scalar } from '../../model.ts';
import { number, objectOf } from '../../util/snapshot.ts';
import type { Shares } from '../../windows/history/pane-history.ts';
import { sampleOf } from '../run/samples.ts';

const mostSamples = 5;

/** Late events of one group that wait to be taken into account. */
export interface LateGroup {
  name: string;
  by: Record<string, Scalar>;
  panes: Shares<unknown>;
  samples: TimedSample[];
}

export interface PackedLateGroup extends Omit<LateGroup, 'panes'> {
  panes: [pane: number, count: number, cell: unknown][];
}

export const packedLateGroup = objectOf<PackedLateGroup>({
  name: z.string(),
  by: z.custom<Record<string, Scalar>>(),
  panes: z.array(z.tuple([number, number, z.unknown()])),
  samples: z.array(
    objectOf<TimedSample>({ time: number, sample: z.custom<Sample>(), number: number.optional() }),
  ),
});

/** Keeps the line of a late event, if there is room. `value`: what the rule measured in it. */
export function keepLateSample({ samples }: LateGroup, event: LogEvent, value?: number | string): void {
  if (samples.length < mostSamples) samples.push({ time: event.time, sample: sampleOf(event, value) });
}

/** Where the first pane with late events begins, of panes of that length. */
export const firstOf = ({ panes }: LateGroup, length: Millis): Millis => Math.min(...panes.keys()) * length;

/** Late events in panes of that length that begin within `[from, to)`. */
export function lateEventsIn({ panes }: LateGroup, length: Millis, from: Millis, to: Millis): number {
  let events = 0;
  for (const [pane, { count }] of panes) if (pane * length >= from && pane * length < to) events += count;
  return events;
}

export function packLateGroup(
  { panes, ...group }: LateGroup,
  cells: { pack(cell: unknown): unknown },
): PackedLateGroup {
  return { ...group, panes: [...panes].map(([pane, { count, cell }]) => [pane, count, cells.pack(cell)]) };
}

export function unpackLateGroup(
  { panes, ...group }: PackedLateGroup,
  cells: { unpack(packed: unknown): unknown },
): LateGroup {
  const shares: Shares<unknown> = new Map();
  for (const [pane, count, cell] of panes) shares.set(pane, { count, cell: cells.unpack(cell) });
  return { ...group, panes: shares };
}
