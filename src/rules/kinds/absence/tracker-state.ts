import * as z from 'zod';
import type { Millis } from '../../../model.ts';
import { number, objectOf, SnapshotFormat } from '../../../util/snapshot.ts';
import type { Budget } from '../../../windows/options.ts';
import type { DowntimeSpan } from '../../run/run.ts';
import { downtimeSpan, type NotedDowntime, notedDowntimes } from './downtimes.ts';
import { type PackedHeartbeats, packedHeartbeats } from './heartbeats.ts';

export interface AbsenceTrackerOptions {
  /** A group without events for longer is absent. */
  every: Millis;
  /** Groups that are expected from the start and never forgotten. */
  expected: readonly string[];
  /** Whether groups that were seen once are expected from then on. */
  learn: boolean;
  /** A learned group is forgotten when it was silent for so long. */
  forget: Millis;
  maxGroups: number;
  /** Bounds the groups of all rules together. */
  budget?: Budget | undefined;
  /** How far back late events are counted, in event time. */
  keepFor?: Millis | undefined;
}

/** What became of a group at some moment. */
export interface AbsenceChange {
  kind: 'silent' | 'back' | 'forgotten';
  group: string;
  at: Millis;
  /** Event time of its last event. Undefined: it had none since `from`. */
  last: Millis | undefined;
  /** Since when an event was expected: its last event, the start, or the return of the senders after a downtime. */
  from: Millis;
  /** The downtime of the server, if events are expected only since its end. */
  downtime?: DowntimeSpan | undefined;
}

export interface TrackerState {
  /** Null: there was no such time yet. */
  times: [watermark: Millis | null, unused: Millis | null];
  /** Missing in checkpoints of a version that did not need it. */
  begunAt?: Millis | undefined;
  overflowed: number;
  groups: PackedHeartbeats[];
  /** That of a version before, which knew the last one alone. */
  downtime?: DowntimeSpan | undefined;
  downtimes?: NotedDowntime[] | undefined;
}

export const trackerFormat = new SnapshotFormat({
  component: 'The watch for absence',
  schema: objectOf<TrackerState>({
    times: z.tuple([number.nullable(), number.nullable()]),
    begunAt: number.optional(),
    overflowed: number,
    groups: z.array(packedHeartbeats),
    downtime: downtimeSpan.optional(),
    downtimes: notedDowntimes.optional(),
  }),
});
