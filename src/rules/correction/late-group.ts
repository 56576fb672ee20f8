import { z } from 'zod';
import type { TimedSample } from '../../alerts/notifications.ts';
import type { Millis, Sample, Scalar } from '../../model.ts';
import { number, objectOf } from '../../util/snapshot.ts';
import type { Aggregate } from '../../windows/aggregates/aggregate.ts';
import type { Shares } from '../../windows/history/shares.ts';

export const mostSamples = 5;

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

/** Late events in panes of that length that begin within `[from, to)`. */
export function lateEventsIn({ panes }: LateGroup, length: Millis, from: Millis, to: Millis): number {
  let events = 0;
  for (const [pane, { count }] of panes) if (pane * length >= from && pane * length < to) events += count;
  return events;
}

type Cells = Aggregate<unknown> | undefined;

export function packLateGroup({ panes, ...group }: LateGroup, aggregate: Cells): PackedLateGroup {
  return {
    ...group,
    panes: [...panes].map(([pane, { count, cell }]) => [pane, count, aggregate?.pack(cell) ?? null]),
  };
}

export function unpackLateGroup({ panes, ...group }: PackedLateGroup, aggregate: Cells): LateGroup {
  const shares: Shares<unknown> = new Map();
  for (const [pane, count, cell] of panes) shares.set(pane, { count, cell: aggregate?.unpack(cell) });
  return { ...group, panes: shares };
}
