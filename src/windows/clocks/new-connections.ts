import { z } from 'zod';
import type { Millis } from '../../model.ts';
import { number } from '../../util/snapshot.ts';

/** A connection whose first batch came less than `time.settle` ago. */
export interface NewConnection {
  /** Wall time of its first batch, by `WallClock`. */
  since: Millis;
  /** The event clock at that time. */
  clock: Millis;
}

/** Known connections in the order of their first batches. The clock is null where there was no event time yet. */
export type ConnectionsState = [name: string, since: Millis, clock: Millis | null][];

export const connectionsState: z.ZodType<ConnectionsState> = z.array(
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
