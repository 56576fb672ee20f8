import * as z from 'zod';
import type { Millis } from '../../model.ts';
import { number, objectOf, SnapshotFormat } from '../../util/snapshot.ts';

/** A connection whose first batch came less than `time.settle` ago. */
export interface NewConnection {
  /** Wall time of its first batch, by `WallClock`. */
  since: Millis;
  /** The event clock at that time. */
  clock: Millis;
}

/** Known connections in the order of their first batches. The clock is null where there was no event time yet. */
type ConnectionsState = [name: string, since: Millis, clock: Millis | null][];

const connectionsState: z.ZodType<ConnectionsState> = z.array(
  z.tuple([z.string(), number, number.nullable()]),
);

/** Connections kept at most. Beyond that the tenth whose first batch is longest ago is forgotten. */
const most = 10_000;

/** Which connections are new, by wall time since their first batch. Memory is bounded to 10,000 connections. */
export class NewConnections {
  readonly #settle: Millis;
  #known = new Map<string, NewConnection>();

  /** `settle`: milliseconds for which a connection is new; 0: none ever is. */
  constructor(settle: Millis) {
    this.#settle = settle;
  }

  /** Notes a batch of a connection. Returns the connection if it is new. */
  batchFrom(connection: string, wall: Millis, clock: Millis): NewConnection | undefined {
    if (this.#settle === 0) return undefined;
    let known = this.#known.get(connection);
    if (known === undefined) {
      known = { since: wall, clock };
      this.#known.set(connection, known);
      if (this.#known.size > most) this.#forget();
    }
    return wall < known.since + this.#settle ? known : undefined;
  }

  state(): ConnectionsState {
    return [...this.#known].map(([name, { since, clock }]) => [
      name,
      since,
      Number.isFinite(clock) ? clock : null,
    ]);
  }

  restore(known: ConnectionsState): void {
    this.#known = new Map(
      known.map(([name, since, clock]) => [name, { since, clock: clock ?? Number.NEGATIVE_INFINITY }]),
    );
  }

  #forget(): void {
    for (const name of this.#known.keys()) {
      if (this.#known.size <= most * 0.9) return;
      this.#known.delete(name);
    }
  }
}

const never = Number.NEGATIVE_INFINITY;

/** Disk format. Null: nothing was read yet. */
type WallClockState = [reading: Millis, latest: Millis, offset: Millis] | null;

const wallClockState: z.ZodType<WallClockState> = z.tuple([number, number, number]).nullable();

/**
 * Wall time by the `receivedAt` of records, in milliseconds. It never goes back. Readings a little out of order, as
 * concurrent connections make them, count as the latest one. Where the machine's clock was set back it goes on from the
 * latest reading.
 */
export class WallClock {
  readonly #stepsBack: Millis;
  #reading: Millis = never;
  #latest: Millis = never;
  /** Sum of what the machine's clock was set back by, less the time that `skipTo` left out. */
  #offset: Millis = 0;

  /** `stepsBack`: a reading that is farther than this behind the latest means that the machine's clock was set back. */
  constructor(stepsBack: Millis) {
    this.#stepsBack = stepsBack;
  }

  read(receivedAt: Millis): Millis {
    if (receivedAt === this.#reading) return this.#latest;
    this.#reading = receivedAt;
    if (receivedAt + this.#offset < this.#latest - this.#stepsBack) this.#offset = this.#latest - receivedAt;
    this.#latest = Math.max(this.#latest, receivedAt + this.#offset);
    return this.#latest;
  }

  /** Leaves out the time from the latest reading to this one, as if the clock had stopped. Returns its time. */
  skipTo(receivedAt: Millis): Millis {
    if (this.#latest === never) return this.read(receivedAt);
    this.#reading = receivedAt;
    this.#offset = this.#latest - receivedAt;
    return this.#latest;
  }

  state(): WallClockState {
    return this.#latest === never ? null : [this.#reading, this.#latest, this.#offset];
  }

  restore(state: WallClockState): void {
    [this.#reading, this.#latest, this.#offset] = state ?? [never, never, 0];
  }
}

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
  /** Missing in checkpoints of versions that did not count them. */
  forgotten?: number | undefined;
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
    forgotten: number.optional(),
  }),
});
