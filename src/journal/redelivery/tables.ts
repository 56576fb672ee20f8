/** With 32 bits for each mark, 3 of 100 marks that were not added are taken for added ones. */
const BITS_PER_MARK = 32;

/** A set of marks that may answer `true` for a mark that was not added, and never `false` for one that was. */
export class MarkFilter {
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
export class IdentityCounts {
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
