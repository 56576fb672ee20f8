import { z } from 'zod';
import type { Millis } from '../../model.ts';
import { number, objectOf, SnapshotFormat } from '../../util/snapshot.ts';
import type { NewConnection } from './new-connections.ts';
import { type ConnectionsState, connectionsState } from './new-connections.ts';
import { type WallClockState, wallClockState } from './wall-clock.ts';

/** A stream within a sender. */
export interface Source {
  name: string;
  /** Its event clock: the highest event time seen, never beyond the receipt time. */
  high: Millis;
  /** Wall time at which it was last seen, by `WallClock`. */
  arrival: Millis;
  /** Whether it is active: in the list of sources that hold the clock back. */
  listed: boolean;
  /** While its connection is new: event time `at` which it holds the clock, `until` and `since` which wall time. */
  held: { at: Millis; until: Millis; since: Millis } | undefined;
}

export const newSource = (name: string): Source => ({
  name,
  high: Number.NEGATIVE_INFINITY,
  arrival: Number.NEGATIVE_INFINITY,
  listed: false,
  held: undefined,
});

/** A source whose connections break one after the other is held for this many times `settle` at most. */
const mostTimes = 5;

/** Holds the clock at the later of two times: the source's own clock, and the event clock when the connection was new. */
export function hold(source: Source, { since, clock }: NewConnection, wall: Millis, settle: Millis): void {
  if (!isHeld(source, wall)) source.held = { at: Math.max(source.high, clock), until: wall, since };
  const held = source.held!;
  held.until = Math.min(since, held.since + (mostTimes - 1) * settle) + settle;
}

export const isHeld = ({ held }: Source, wall: Millis): boolean => held !== undefined && wall < held.until;

export const byAgeThenName = (a: Source, b: Source): number =>
  a.arrival - b.arrival || (a.name < b.name ? -1 : 1);

export interface SourceLag {
  source: string;
  /** Milliseconds of event time by which it is behind the farthest active source. */
  lag: Millis;
  idle: boolean;
}

export function lagsOf(sources: Source[]): SourceLag[] {
  const farthest = sources.reduce(
    (most, { high, listed }) => (listed && high > most ? high : most),
    Number.NEGATIVE_INFINITY,
  );
  return sources.map(({ name, high, listed }) => ({
    source: name,
    lag: Math.max(0, farthest - high),
    idle: !listed,
  }));
}

/** Event clock of the sources together that were active at a wall time. */
interface Combined {
  /** The least clock of the sources that are not more than `maxLag` behind the farthest. */
  least: Millis;
  /** The least time at which a new connection holds the clock; otherwise that of the farthest source. */
  held: Millis;
  /** Whether any source is held. */
  holding: boolean;
}

export function combine(
  sources: readonly Source[],
  at: Millis,
  { idleAfter, maxLag }: { idleAfter: Millis; maxLag: Millis },
): Combined {
  const since = at - idleAfter;
  let farthest = Number.NEGATIVE_INFINITY;
  for (const { arrival, high } of sources) if (arrival >= since && high > farthest) farthest = high;
  const floor = farthest - maxLag;
  const found = { least: farthest, held: farthest, holding: false };
  for (const source of sources) {
    if (source.arrival < since) continue;
    if (source.high >= floor && source.high < found.least) found.least = source.high;
    if (!isHeld(source, at)) continue;
    found.holding = true;
    found.held = Math.min(found.held, source.held!.at);
  }
  return found;
}

/** Disk format of the event clock. Times are milliseconds since the epoch. */
export interface ClockState {
  /** Null: infinite. */
  clock: [latest: Time, base: Time, now: Time, unheld?: Time | undefined, first?: Time | undefined];
  wall: WallClockState;
  sources: [name: string, high: Millis, arrival: Millis, listed: boolean, held?: Held | null | undefined][];
  alone: boolean;
  holding?: boolean | undefined;
  connections?: ConnectionsState | undefined;
  /** Missing in checkpoints of versions whose clocks could be ahead of the receipt. */
  farthest?: Time | undefined;
}

/** Checkpoints of earlier versions may have clocks of sources that stamps moved beyond the receipt. */
export function restoredSources({ sources, wall, farthest }: ClockState): {
  sources: Source[];
  farthest: Millis;
} {
  const latestReceipt = (farthest === undefined ? wall?.[0] : undefined) ?? Number.POSITIVE_INFINITY;
  const restored = sources.map(([name, high, arrival, listed, held]) => {
    return { name, high: Math.min(high, latestReceipt), arrival, listed, held: held ?? undefined };
  });
  const known =
    farthest === undefined
      ? sources.reduce((most, [, high]) => Math.max(most, high), Number.NEGATIVE_INFINITY)
      : farthest;
  return { sources: restored, farthest: known ?? Number.NEGATIVE_INFINITY };
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
    farthest: time.optional(),
  }),
});
