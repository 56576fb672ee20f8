import type { Millis } from '../model.ts';
import type { Run } from '../rules/run/run.ts';
import { number, objectOf } from '../util/snapshot.ts';
import type { EventClock } from '../windows/clocks/event-clock.ts';

/** The server was down: event time then, what it would be without that, and the wall time of its return. */
interface Return {
  from: Millis;
  to: Millis;
  at: Millis;
}

export interface DowntimeState {
  heardAt: Millis | undefined;
  returned: Return | undefined;
}

/** The form of `DowntimeState`, by key. */
export const downtimeShape = {
  heardAt: number.optional(),
  returned: objectOf<Return>({ from: number, to: number, at: number }).optional(),
};

/** Detects by the times of records that the server was down for a while, and resumes the rules after it. */
export class Downtime {
  /** `receivedAt` of the last record. */
  #heardAt: Millis | undefined;
  #returned: Return | undefined;

  /** A record came. `downAfter`: a gap of more than this means that the server was down, where it waits for time. */
  record(receivedAt: Millis, clock: EventClock, waiting: () => boolean, downAfter: Millis): void {
    const heardAt = this.#heardAt;
    if (heardAt !== undefined && receivedAt - heardAt > downAfter && waiting()) {
      this.#returned = { from: clock.now, to: clock.now + receivedAt - heardAt, at: receivedAt };
      clock.resume(receivedAt);
    }
    this.#heardAt = receivedAt;
  }

  /**
   * The clock stands still while the server is down. Events can then move it faster than time passes, over a time in
   * which nothing was received. The runs must know that before, because the lack of events in it proves nothing.
   */
  resumeAfter(now: Millis, runs: readonly Run[]): void {
    if (this.#returned === undefined) return;
    const { from, to, at } = this.#returned;
    if (now <= from + this.#heardAt! - at) return;
    this.#returned = undefined;
    for (const run of runs) run.resume?.(to);
  }

  /** Lies flat in the state of the engine. */
  snapshot(): DowntimeState {
    return { heardAt: this.#heardAt, returned: this.#returned };
  }

  restore({ heardAt, returned }: DowntimeState): void {
    this.#heardAt = heardAt;
    this.#returned = returned;
  }
}
