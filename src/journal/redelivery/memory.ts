import type { RedeliveryConfig } from '../../config/schema/inputs.ts';
import type { Millis } from '../../model.ts';

/** With 32 bits for each mark, 3 of 100 marks that were not added are taken for added ones. */
const BITS_PER_MARK = 32;

/** A set of marks that may answer `true` for a mark that was not added, and never `false` for one that was. */
class MarkFilter {
  readonly #words: Uint32Array;
  readonly #shift: number;

  /** `most` is the number of marks that it is made for. Pages that are never written to take no memory. */
  constructor(most: number) {
    const power = Math.max(10, Math.ceil(Math.log2(most * BITS_PER_MARK)));
    this.#words = new Uint32Array(2 ** (power - 5));
    this.#shift = 32 - power;
  }

  add(mark: number): void {
    const bit = this.#bitOf(mark);
    this.#words[bit >>> 5]! |= 1 << (bit & 31);
  }

  has(mark: number): boolean {
    const bit = this.#bitOf(mark);
    return (this.#words[bit >>> 5]! & (1 << (bit & 31))) !== 0;
  }

  #bitOf(mark: number): number {
    return Math.imul(mark ^ (mark >>> 15), 0x9e3779b1) >>> this.#shift;
  }
}

/** Slots of an empty table. Always a power of two. */
const LEAST_SLOTS = 1_024;
const MOST_FILLED = 0.75;

/**
 * How often each identity was added: an open-addressing table in two typed arrays. It takes 12 bytes a slot, where a `Map`
 * takes 40 to 80. Identities are integers from 0 to 2^53 - 1. A count that fell to 0 keeps its slot until the table grows.
 */
class IdentityCounts {
  /** Identities whose count is not 0. */
  live = 0;
  #filled = 0;
  #keys = new Float64Array(LEAST_SLOTS).fill(-1);
  #counts = new Uint32Array(LEAST_SLOTS);

  add(identity: number, times = 1): void {
    if (this.#filled >= this.#keys.length * MOST_FILLED) this.#rebuild();
    const slot = this.#slotOf(identity);
    if (this.#keys[slot] === -1) {
      this.#keys[slot] = identity;
      this.#filled += 1;
    }
    if (this.#counts[slot] === 0) this.live += 1;
    this.#counts[slot]! += times;
  }

  /** Removes the identity once. Returns whether it was there. */
  take(identity: number): boolean {
    const slot = this.#slotOf(identity);
    if (this.#keys[slot] === -1 || this.#counts[slot] === 0) return false;
    this.#counts[slot]! -= 1;
    if (this.#counts[slot] === 0) this.live -= 1;
    return true;
  }

  #slotOf(identity: number): number {
    const keys = this.#keys;
    const mask = keys.length - 1;
    let slot = Math.imul((identity ^ (identity / 2 ** 32)) | 0, 0x9e3779b1) & mask;
    while (keys[slot] !== -1 && keys[slot] !== identity) slot = (slot + 1) & mask;
    return slot;
  }

  /** Drops slots whose count is 0. The table grows only if too many are left. */
  #rebuild(): void {
    const keys = this.#keys;
    const counts = this.#counts;
    const slots = this.live > keys.length * (MOST_FILLED / 2) ? 2 * keys.length : keys.length;
    this.#keys = new Float64Array(slots).fill(-1);
    this.#counts = new Uint32Array(slots);
    this.#filled = 0;
    this.live = 0;
    keys.forEach((identity, slot) => {
      if (counts[slot]! > 0) this.add(identity, counts[slot]);
    });
  }
}

/** An event without its bytes. Equal events have equal identities, whatever the order of their keys and their spelling. */
export interface EventIdentity {
  identity: number;
  /** Computed from the event's `@timestamp` alone; 0 if it has none. Cheap, and different for most events. */
  mark: number;
  /** Whether the event states where its line lies (`log.offset`). Then an equal event is the same one for certain. */
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

/** Selects the events of a window that are remembered or forgotten. */
export type Which = (event: EventIdentity) => boolean;

export const every: Which = () => true;
/** Events with a timestamp: equal ones are most likely one and the same. */
export const timed =
  (): Which =>
  ({ mark }) =>
    mark !== 0;
export const placedOnly =
  (): Which =>
  ({ placed }) =>
    placed;
