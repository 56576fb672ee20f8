import * as z from 'zod';
import type { Millis } from '../../../model.ts';
import { type Snapshot, SnapshotFormat } from '../../../util/snapshot.ts';
import { packedStretch, type Stretch, stretchAt, withStretch } from '../../stretches.ts';

type ShippersState = [shipper: string, stretches: Stretch[]][];
/** Version 1: its last event, and the last pause. */
type ShippersV1 = [shipper: string, last: Millis, from?: Millis | null, to?: Millis | null][];

const format = new SnapshotFormat<ShippersState>({
  component: 'The record of shippers',
  schema: z.array(z.tuple([z.string(), z.array(packedStretch)])),
  migrations: [
    (state) =>
      (state as ShippersV1).map(([shipper, last, from, to]) => [
        shipper,
        typeof from === 'number' && typeof to === 'number'
          ? [
              [from, from],
              [to, last],
            ]
          : [[last, last]],
      ]),
  ],
});

/** Stretches of a shipper that are kept at least, if it had so many, and at most. */
const fewest = 2;
const most = 200;

/** When each shipper sent events of any kind. It tells a silent log from a silent machine. Times are event times. */
export class Shippers {
  readonly #maxShippers: number;
  readonly #longest: Millis;
  readonly #keepFor: Millis;
  /** Number of shippers that were forgotten since the start, because there were too many. */
  forgotten = 0;
  readonly #seen = new Map<string, Stretch[]>();

  /** `longest`: without an event for longer, a shipper is not sending. `keepFor`: how far back late events matter. */
  constructor(maxShippers: number, longest: Millis, keepFor: Millis = 0) {
    this.#maxShippers = maxShippers;
    this.#longest = longest;
    this.#keepFor = keepFor;
  }

  see(shipper: string, time: Millis): void {
    const known = this.#seen.get(shipper);
    if (known === undefined && this.#seen.size >= this.#maxShippers) this.#forgetOldest();
    const stretches = withStretch(known ?? [], [time, time], this.#longest);
    if (stretches === known) return;
    const horizon = stretches.at(-1)![1] - this.#keepFor;
    while (stretches.length > fewest && (stretches.length > most || stretches[1]![0] < horizon))
      stretches.shift();
    this.#seen.set(shipper, stretches);
  }

  /**
   * Its last event up to that time. What came later does not count: an event that moves the clock beyond an absence is not one of
   * the time of the absence.
   */
  lastUntil(shipper: string, at: Millis): Millis | undefined {
    const stretches = this.#seen.get(shipper);
    if (stretches === undefined) return undefined;
    const stretch = stretchAt(stretches, at);
    // Within a stretch it sent all the time, and before the first one that is kept, too, as far as is known.
    return stretch === undefined ? at : Math.min(at, stretch[1]);
  }

  snapshot(): Snapshot<ShippersState> {
    return format.write([...this.#seen]);
  }

  restore(snapshot: Snapshot<ShippersState>): void {
    this.#seen.clear();
    for (const [name, stretches] of format.read(snapshot)) this.#seen.set(name, stretches);
  }

  /** Forgets a tenth at once, so that many unknown shippers do not cost one search each. */
  #forgetOldest(): void {
    const lastOf = (stretches: Stretch[]) => stretches.at(-1)![1];
    const oldest = [...this.#seen].sort((a, b) => lastOf(a[1]) - lastOf(b[1]) || (a[0] < b[0] ? -1 : 1));
    for (const [shipper] of oldest.slice(0, Math.ceil(this.#maxShippers / 10))) {
      this.#seen.delete(shipper);
      this.forgotten += 1;
    }
  }
}
