import { z } from 'zod';
import type { Millis } from '../model.ts';
import { number, objectOf, SnapshotFormat } from '../util/snapshot.ts';
import type { Source } from './source.ts';
import { type WallClockState, wallClockState } from './wall.ts';
import { type ConnectionsState, connectionsState } from './young-connections.ts';

/** The event clock in a checkpoint. Times are milliseconds since the epoch. */
export interface ClockState {
  /** Null: infinite. */
  clock: [latest: Time, base: Time, now: Time, unheld?: Time | undefined, first?: Time | undefined];
  wall: WallClockState;
  sources: [name: string, high: Millis, arrival: Millis, listed: boolean, held?: Held | null | undefined][];
  alone: boolean;
  holding?: boolean | undefined;
  connections?: ConnectionsState | undefined;
}

export type Time = Millis | null;
type Held = NonNullable<Source['held']>;

const time = number.nullable();
const held = objectOf<Held>({ at: number, until: number, since: number });
export const clockFormat = new SnapshotFormat({
  component: 'The event clock',
  schema: objectOf<ClockState>({
    clock: z.tuple([time, time, time, time.optional(), time.optional()]),
    wall: wallClockState,
    sources: z.array(z.tuple([z.string(), number, number, z.boolean(), held.nullish()])),
    alone: z.boolean(),
    holding: z.boolean().optional(),
    connections: connectionsState.optional(),
  }),
});
