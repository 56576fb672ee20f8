import { z } from 'zod';
import type { Millis } from '../../../model.ts';
import { number, type Snapshot, SnapshotFormat } from '../../../util/snapshot.ts';

type ShippersState = [shipper: string, lastSeen: Millis][];

const format = new SnapshotFormat<ShippersState>({
  component: 'The record of shippers',
  schema: z.array(z.tuple([z.string(), number])),
});

/** When each shipper was last heard of, whatever it sent: tells a silent log from a silent machine. */
export class Shippers {
  readonly #most: number;
  readonly #heard = new Map<string, Millis>();

  constructor(most: number) {
    this.#most = most;
  }

  hear(shipper: string, time: Millis): void {
    const known = this.#heard.get(shipper);
    if (known !== undefined && known >= time) return;
    if (known === undefined && this.#heard.size >= this.#most) this.#forgetOldest();
    this.#heard.set(shipper, time);
  }

  lastOf(shipper: string): Millis | undefined {
    return this.#heard.get(shipper);
  }

  snapshot(): Snapshot<ShippersState> {
    return format.write([...this.#heard]);
  }

  restore(snapshot: Snapshot<ShippersState>): void {
    const saved = format.read(snapshot);
    this.#heard.clear();
    for (const [shipper, time] of saved) this.#heard.set(shipper, time);
  }

  /** A tenth at once, so that a crowd of strangers does not cost a search for each. */
  #forgetOldest(): void {
    const oldest = [...this.#heard].sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1));
    for (const [shipper] of oldest.slice(0, Math.ceil(this.#most / 10))) this.#heard.delete(shipper);
  }
}
