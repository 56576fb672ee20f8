import type { Millis } from '../model.ts';
import type { DowntimeSpan, Run } from '../rules/run/run.ts';
import { number, objectOf } from '../util/snapshot.ts';
import type { EventClock } from '../windows/clocks/event-clock.ts';

/** The server was down: event time then, what it would be without that, and the wall time of its return. */
interface Return {
  from: Millis;
  to: Millis;
  at: Millis;
}

/**
 * Shippers double the pause between attempts to connect, up to 60 s (the default of Filebeat). After a downtime, the next
 * attempt comes within the length of the downtime, or within this.
 */
const longestBackOff: Millis = 60_000;
const backOff = (downtime: Millis) => Math.min(downtime, longestBackOff);

export interface DowntimeState {
  /** Receipt time of the last record. The key stays: the state of the engine is read in its first form, without an envelope. */
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
  #lastReceipt: Millis | undefined;
  #returned: Return | undefined;

  /**
   * A record came. `downAfter`: a gap of more than this means that the server was down, where it waits for time. Returns the
   * downtime that ended. The event clock stood still in it, so the senders have from then on to return.
   */
  record(
    receivedAt: Millis,
    clock: EventClock,
    waiting: () => boolean,
    downAfter: Millis,
  ): DowntimeSpan | undefined {
    const last = this.#lastReceipt;
    let ended: DowntimeSpan | undefined;
    if (last !== undefined && receivedAt - last > downAfter && waiting()) {
      this.#returned = { from: clock.now, to: clock.now + receivedAt - last, at: receivedAt };
      clock.resume(receivedAt);
      const { from, to } = this.#returned;
      ended = { from, to, until: from + backOff(to - from) };
    }
    this.#lastReceipt = receivedAt;
    return ended;
  }

  /**
   * The clock stands still while the server is down. Events can then move it faster than time passes, over a time in
   * which nothing was received. The runs must know that before, because the lack of events in it proves nothing.
   */
  resumeAfter(now: Millis, runs: readonly Run[]): void {
    if (this.#returned === undefined) return;
    const { from, to, at } = this.#returned;
    const downtime = { from, to, until: to + backOff(to - from) };
    if (now <= from + this.#lastReceipt! - at) return;
    this.#returned = undefined;
    for (const run of runs) run.resume?.(downtime);
  }

  /** Lies flat in the state of the engine. */
  snapshot(): DowntimeState {
    return { heardAt: this.#lastReceipt, returned: this.#returned };
  }

  restore({ heardAt, returned }: DowntimeState): void {
    this.#lastReceipt = heardAt;
    this.#returned = returned;
  }
}
