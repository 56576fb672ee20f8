import type { Millis } from '../../model.ts';

/** A sender whose connections, or what it sent, were refused lately. */
export interface RefusedSender {
  address: string;
  /** Why it was refused last, with the remedy where there is one. */
  reason: string;
  /** Refusals that followed one another. */
  count: number;
  since: Millis;
  last: Millis;
}

/** Refusals that follow one another within this time are one problem. Senders pause for a minute at the most. */
const FOLLOWS: Millis = 300_000;
/** Senders that are remembered. Beyond that, the one that was refused longest ago is forgotten. */
const MOST = 1_000;

/** The senders that were refused, by address: again and again means that their events do not arrive. */
export class RefusedSenders {
  readonly #now: () => Millis;
  /** In the order of their last refusals. */
  readonly #senders = new Map<string, RefusedSender>();
  /** Senders that were forgotten because there were too many. */
  forgotten = 0;

  /** `now` is a receipt time. */
  constructor(now: () => Millis) {
    this.#now = now;
  }

  add(address: string, reason: string): void {
    const now = this.#now();
    const before = this.#senders.get(address);
    const goesOn = before !== undefined && now - before.last <= FOLLOWS;
    const { count, since } = goesOn ? before : { count: 0, since: now };
    this.#senders.delete(address);
    this.#senders.set(address, { address, reason, count: count + 1, since, last: now });
    if (this.#senders.size <= MOST) return;
    this.#senders.delete(this.#senders.keys().next().value!);
    this.forgotten += 1;
  }

  /** Those that were refused within the last five minutes; most refusals first. */
  list(): RefusedSender[] {
    const now = this.#now();
    for (const [address, { last }] of this.#senders) if (now - last > FOLLOWS) this.#senders.delete(address);
    return [...this.#senders.values()].sort((a, b) => b.count - a.count);
  }
}
