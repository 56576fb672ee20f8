import { z } from 'zod';
import type { Millis } from '../../../model.ts';
import { number, type Snapshot, SnapshotFormat } from '../../../util/snapshot.ts';

/** Its last event, and the last pause: between which events there were none for longer than half of `every`. */
interface Seen {
  last: Millis;
  pause: { from: Millis; to: Millis } | undefined;
}

type ShippersState = [
  shipper: string,
  lastSeen: Millis,
  pauseFrom?: Millis | undefined,
  pauseTo?: Millis | undefined,
][];

const format = new SnapshotFormat<ShippersState>({
  component: 'The record of shippers',
  schema: z.array(z.tuple([z.string(), number, number.optional(), number.optional()])),
});

/** When each shipper sent its last event of any kind. It tells a silent log from a silent machine. Times are event times. */
export class Shippers {
  readonly #maxShippers: number;
  readonly #longest: Millis;
  readonly #seen = new Map<string, Seen>();

  /** `longest`: without an event for longer, a shipper is not sending. */
  constructor(maxShippers: number, longest: Millis) {
    this.#maxShippers = maxShippers;
    this.#longest = longest;
  }

  see(shipper: string, time: Millis): void {
    const known = this.#seen.get(shipper);
    if (known === undefined) {
      if (this.#seen.size >= this.#maxShippers) this.#forgetOldest();
      this.#seen.set(shipper, { last: time, pause: undefined });
    } else if (time > known.last) {
      if (time - known.last > this.#longest) known.pause = { from: known.last, to: time };
      known.last = time;
    }
  }

  /**
   * Its last event up to that time. What came later does not count: an event that moves the clock beyond an absence is not one of
   * the time of the absence.
   */
  lastUntil(shipper: string, at: Millis): Millis | undefined {
    const seen = this.#seen.get(shipper);
    if (seen === undefined || seen.last <= at) return seen?.last;
    // After the pause it sent all the time.
    return seen.pause !== undefined && at < seen.pause.to ? Math.min(at, seen.pause.from) : at;
  }

  snapshot(): Snapshot<ShippersState> {
    return format.write(
      [...this.#seen].map(([name, { last, pause }]) => [name, last, pause?.from, pause?.to]),
    );
  }

  restore(snapshot: Snapshot<ShippersState>): void {
    this.#seen.clear();
    for (const [shipper, last, from, to] of format.read(snapshot))
      this.#seen.set(shipper, {
        last,
        pause: from === undefined || to === undefined ? undefined : { from, to },
      });
  }

  /** Forgets a tenth at once, so that many unknown shippers do not cost one search each. */
  #forgetOldest(): void {
    const oldest = [...this.#seen].sort((a, b) => a[1].last - b[1].last || (a[0] < b[0] ? -1 : 1));
    for (const [shipper] of oldest.slice(0, Math.ceil(this.#maxShippers / 10))) this.#seen.delete(shipper);
  }
}
