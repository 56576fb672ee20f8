import { z } from 'zod';
import type { Millis } from '../../../model.ts';
import { number, type Snapshot, SnapshotFormat } from '../../../util/snapshot.ts';

type ShippersState = [shipper: string, lastSeen: Millis][];

const format = new SnapshotFormat<ShippersState>({
  component: 'The record of shippers',
  schema: z.array(z.tuple([z.string(), number])),
});

/** When each shipper sent its last event of any kind. It tells a silent log from a silent machine. Times are event times. */
export class Shippers {
  readonly #maxShippers: number;
  readonly #seen = new Map<string, Millis>();

  constructor(maxShippers: number) {
    this.#maxShippers = maxShippers;
  }

  see(shipper: string, time: Millis): void {
    const known = this.#seen.get(shipper);
    if (known !== undefined && known >= time) return;
    if (known === undefined && this.#seen.size >= this.#maxShippers) this.#forgetOldest();
    this.#seen.set(shipper, time);
  }

  lastOf(shipper: string): Millis | undefined {
    return this.#seen.get(shipper);
  }

  snapshot(): Snapshot<ShippersState> {
    return format.write([...this.#seen]);
  }

  restore(snapshot: Snapshot<ShippersState>): void {
    this.#seen.clear();
    for (const [shipper, time] of format.read(snapshot)) this.#seen.set(shipper, time);
  }

  /** Forgets a tenth at once, so that many unknown shippers do not cost one search each. */
  #forgetOldest(): void {
    const oldest = [...this.#seen].sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1));
    for (const [shipper] of oldest.slice(0, Math.ceil(this.#maxShippers / 10))) this.#seen.delete(shipper);
  }
}
