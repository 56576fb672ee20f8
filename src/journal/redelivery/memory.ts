import type { RedeliveryConfig } from '../../config/schema/inputs.ts';
import type { Millis } from '../../model.ts';

/** An event without its bytes. Equal events have equal ones, however they are written. */
export interface EventIdentity {
  identity: number;
  /** Made of the event's `@timestamp` alone; 0: it has none. */
  mark: number;
}

/**
 * Remembers events that may be sent again. It answers with promises, so that several nodes can share one that lies
 * elsewhere; identities are then made with one seed by all of them.
 */
export interface RedeliveryMemory {
  /** Number of events remembered. While it is 0 nothing is asked. */
  readonly size: number;
  /** False: no event of this mark is remembered. Asked for every event, so it answers at once and may err by a yes. */
  mayContain(mark: number): boolean;
  /** Remembers each event as often as it is given. */
  remember(events: readonly EventIdentity[], now: Millis): Promise<void>;
  /** Tells for each event whether it was remembered, and forgets it, once: who comes twice is known twice if it was remembered twice. */
  take(events: readonly EventIdentity[], now: Millis): Promise<boolean[]>;
}

/** Events that were remembered at about the same time, and are forgotten together. */
interface Generation {
  counts: Map<number, number>;
  marks: Set<number>;
  since: Millis;
  /** When the last of its events was remembered. */
  until: Millis;
}

const most = 4;

/** A memory of this process, bounded in time and number. */
export class LocalRedeliveryMemory implements RedeliveryMemory {
  readonly #config: RedeliveryConfig;
  readonly #forgotten: (events: number) => void;
  /** The oldest first. */
  #generations: Generation[] = [];

  /** `forgotten` is told of events that had to go before their time. */
  constructor(config: RedeliveryConfig, forgotten: (events: number) => void) {
    this.#config = config;
    this.#forgotten = forgotten;
  }

  get size(): number {
    return this.#generations.reduce((size, { counts }) => size + counts.size, 0);
  }

  mayContain(mark: number): boolean {
    return this.#generations.some(({ marks }) => marks.has(mark));
  }

  async remember(events: readonly EventIdentity[], now: Millis): Promise<void> {
    this.#expire(now);
    for (const { identity, mark } of events) {
      const { counts, marks } = this.#youngest(now);
      counts.set(identity, (counts.get(identity) ?? 0) + 1);
      marks.add(mark);
    }
  }

  async take(events: readonly EventIdentity[], now: Millis): Promise<boolean[]> {
    this.#expire(now);
    return events.map(({ identity }) => this.#takeOne(identity));
  }

  #takeOne(identity: number): boolean {
    for (const { counts } of this.#generations) {
      const count = counts.get(identity);
      if (count === undefined) continue;
      if (count === 1) counts.delete(identity);
      else counts.set(identity, count - 1);
      return true;
    }
    return false;
  }

  /** The generation that takes a further event. */
  #youngest(now: Millis): Generation {
    const { remember, maxEvents } = this.#config;
    let last = this.#generations.at(-1);
    if (!last || last.counts.size >= maxEvents / most || now - last.since > remember / most) {
      last = { counts: new Map(), marks: new Set(), since: now, until: now };
      this.#generations.push(last);
      this.#bound();
    }
    last.until = now;
    return last;
  }

  #bound(): void {
    while (this.#generations.length > 1 && this.size > this.#config.maxEvents * (1 - 1 / most))
      this.#forgotten(this.#generations.shift()!.counts.size);
  }

  #expire(now: Millis): void {
    this.#generations = this.#generations.filter(
      ({ counts, until }) => counts.size > 0 && now - until <= this.#config.remember,
    );
  }
}
