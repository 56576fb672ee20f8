import type { Millis } from '../model.ts';

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

  snapshot(): unknown {
    return [...this.#heard];
  }

  restore(snapshot: unknown): void {
    this.#heard.clear();
    for (const [shipper, time] of snapshot as [string, Millis][]) this.#heard.set(shipper, time);
  }

  /** A tenth at once, so that a crowd of strangers does not cost a search for each. */
  #forgetOldest(): void {
    const oldest = [...this.#heard].sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1));
    for (const [shipper] of oldest.slice(0, Math.ceil(this.#most / 10))) this.#heard.delete(shipper);
  }
}
