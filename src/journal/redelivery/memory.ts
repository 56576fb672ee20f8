import type { RedeliveryConfig } from '../../config/schema/inputs.ts';
import type { Millis } from '../../model.ts';
import { IdentityCounts, MarkFilter } from './identity-counts.ts';

/** An event without its bytes. Equal events have equal identities, whatever the order of their keys and their spelling. */
export interface EventIdentity {
  identity: number;
  /** Computed from the event's `@timestamp` alone; 0 if it has none. Cheap, and different for most events. */
  mark: number;
  /** Whether the event tells where its line lies (`log.offset`). Then an equal event is the same one for certain. */
  placed: boolean;
}

/** Events that were remembered at about the same time and are forgotten together. */
interface Generation {
  counts: IdentityCounts;
  marks: MarkFilter;
  /** Events that were added to it, whether they are still remembered or not. */
  added: number;
  /** When its first event was remembered. */
  since: Millis;
  /** When its last event was remembered. */
  until: Millis;
}

/** `remember` and `maxEvents` are divided among this many generations. */
const GENERATIONS = 4;

/**
 * The events that a sender may send again. Holds at most `maxEvents` identities, each for at least `remember`
 * milliseconds unless it has to make room. It answers with promises, so that a memory which several nodes share can take
 * its place; their identities then have to be computed with the same seed.
 */
export class RedeliveryMemory {
  readonly #config: RedeliveryConfig;
  readonly #onForgotten: (events: number) => void;
  /** The oldest first. */
  #generations: Generation[] = [];

  /** `onForgotten` is called with the number of events that had to make room before their time. */
  constructor(config: RedeliveryConfig, onForgotten: (events: number) => void) {
    this.#config = config;
    this.#onForgotten = onForgotten;
  }

  /** Number of remembered identities. While it is 0, no event needs to be looked up. */
  get size(): number {
    return this.#generations.reduce((size, { counts }) => size + counts.live, 0);
  }

  /** False if no event with this mark is remembered. True may be wrong. Called for every event, so it is synchronous. */
  mayContain(mark: number): boolean {
    return this.#generations.some(({ marks }) => marks.has(mark));
  }

  /** Remembers each event as often as it is given. */
  async remember(events: readonly EventIdentity[], now: Millis): Promise<void> {
    this.#expire(now);
    for (const { identity, mark } of events) {
      const generation = this.#youngest(now);
      generation.counts.add(identity);
      generation.marks.add(mark);
      generation.added += 1;
    }
  }

  /** Returns for each event whether it was remembered, and forgets it once. An event remembered twice is found twice. */
  async take(events: readonly EventIdentity[], now: Millis): Promise<boolean[]> {
    this.#expire(now);
    return events.map(({ identity }) => this.#generations.some(({ counts }) => counts.take(identity)));
  }

  /** Forgets each event once, because its sender has its ACK. Events that are not remembered are left out. */
  async forget(events: readonly EventIdentity[]): Promise<void> {
    for (const { identity } of events) this.#generations.some(({ counts }) => counts.take(identity));
  }

  /** The generation for a further event. */
  #youngest(now: Millis): Generation {
    const { remember, maxEvents } = this.#config;
    const most = maxEvents / GENERATIONS;
    let last = this.#generations.at(-1);
    if (!last || last.added >= most || now - last.since > remember / GENERATIONS) {
      last = { counts: new IdentityCounts(), marks: new MarkFilter(most), added: 0, since: now, until: now };
      this.#expire(now);
      this.#generations.push(last);
      this.#makeRoom();
    }
    last.until = now;
    return last;
  }

  /** Leaves room for one full generation. */
  #makeRoom(): void {
    while (this.#generations.length > 1 && this.size > this.#config.maxEvents * (1 - 1 / GENERATIONS))
      this.#onForgotten(this.#generations.shift()!.counts.live);
  }

  #expire(now: Millis): void {
    this.#generations = this.#generations.filter(
      ({ counts, until }) => counts.live > 0 && now - until <= this.#config.remember,
    );
  }
}
