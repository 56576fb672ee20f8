import { z } from 'zod';
import type { Millis } from '../../model.ts';
import { number } from '../../util/snapshot.ts';

/** A connection that was heard of for the first time not long ago. */
export interface NewConnection {
  /** When it was heard of first, by the wall clock that never runs backwards. */
  since: Millis;
  /** Where the event clock was then. */
  clock: Millis;
}

/** Each connection that is remembered; the clock is null where there was no event time yet. */
export type ConnectionsState = [name: string, since: Millis, clock: Millis | null][];

export const connectionsState: z.ZodType<ConnectionsState> = z.array(
  z.tuple([z.string(), number, number.nullable()]),
);

/** So many connections are remembered; then those that were heard of first are forgotten. */
const most = 10_000;

/** Tells which connections are new, by the batches that came over them. */
export class NewConnections {
  readonly #settle: Millis;
  #known = new Map<string, NewConnection>();

  /** For how long a connection is new. */
  constructor(settle: Millis) {
    this.#settle = settle;
  }

  /** Says that a batch came over a connection; answers if the connection is new. */
  batchFrom(connection: string, wall: Millis, clock: Millis): NewConnection | undefined {
    if (this.#settle === 0) return undefined;
    let young = this.#known.get(connection);
    if (young === undefined) {
      young = { since: wall, clock };
      this.#known.set(connection, young);
      if (this.#known.size > most) this.#forget();
    }
    return wall < young.since + this.#settle ? young : undefined;
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
