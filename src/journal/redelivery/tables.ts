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
export const LEAST_SLOTS = 1_024;
/** Share of the slots beyond which a table is built anew. */
export const MOST_FILLED = 0.75;

/** So many holders of an identity, or of a mark, lie in its table. Further ones lie apart, so that a search stays short however many there are. */
export const MOST_IN_TABLE = 8;

/** The holders of an identity that lie apart: adding one, and taking one of any or of a certain holder, takes the same time for any number. */
class FurtherHolders {
  readonly #holders: number[] = [];
  readonly #counts: number[] = [];
  readonly #places = new Map<number, number>();

  get size(): number {
    return this.#holders.length;
  }

  has(holder: number): boolean {
    return this.#places.has(holder);
  }

  add(holder: number, times: number): void {
    const place = this.#places.get(holder) ?? this.#holders.length;
    this.#places.set(holder, place);
    this.#holders[place] = holder;
    this.#counts[place] = (this.#counts[place] ?? 0) + times;
  }

  /** Removes one of the holder, or of any. Returns whether it was there. */
  take(holder = this.#holders.at(-1)!): boolean {
    const place = this.#places.get(holder);
    if (place === undefined) return false;
    this.#counts[place]! -= 1;
    if (this.#counts[place] === 0) this.#remove(place);
    return true;
  }

  /** The last one takes its place. */
  #remove(place: number): void {
    const last = this.#holders.length - 1;
    this.#places.delete(this.#holders[place]!);
    if (place !== last) {
      this.#holders[place] = this.#holders[last]!;
      this.#counts[place] = this.#counts[last]!;
      this.#places.set(this.#holders[place]!, place);
    }
    this.#holders.pop();
    this.#counts.pop();
  }
}

/**
 * How often each holder added each identity: an open-addressing table in three typed arrays. It takes 16 bytes a slot, where a `Map`
 * takes 40 to 80. Identities are integers from 0 to 2^53 - 1, holders from 0 to 2^32 - 1. A count that fell to 0 keeps its slot until another
 * holder of the identity takes it, or the table is built anew.
 */
export class HeldIdentities {
  /** Pairs of an identity and a holder whose count is not 0. */
  live = 0;
  /** Those of them that lie in the table. */
  #inTable = 0;
  #filled = 0;
  #keys = new Float64Array(LEAST_SLOTS).fill(-1);
  #holders = new Uint32Array(LEAST_SLOTS);
  #counts = new Uint32Array(LEAST_SLOTS);
  readonly #further = new Map<number, FurtherHolders>();

  add(identity: number, holder: number, times = 1): void {
    const slot = this.#slotFor(identity, holder);
    if (slot === undefined) this.#addFurther(identity, holder, times);
    else this.#addAt(slot, identity, holder, times);
  }

  /** Removes the identity once: of the holder, or of any. Returns whether it was there. */
  take(identity: number, holder?: number): boolean {
    for (let slot = this.#slotOf(identity); this.#keys[slot] !== -1; slot = this.#after(slot)) {
      if (this.#keys[slot] !== identity || this.#counts[slot] === 0) continue;
      if (holder !== undefined && this.#holders[slot] !== holder) continue;
      this.#counts[slot]! -= 1;
      if (this.#counts[slot] === 0) {
        this.live -= 1;
        this.#inTable -= 1;
      }
      return true;
    }
    return this.#takeFurther(identity, holder);
  }

  /** The slot of the pair, or one that it may take; undefined where it lies apart. */
  #slotFor(identity: number, holder: number): number | undefined {
    if (this.#filled >= this.#keys.length * MOST_FILLED) this.#rebuild();
    if (this.#further.get(identity)?.has(holder)) return undefined;
    let free: number | undefined;
    let holders = 0;
    let slot = this.#slotOf(identity);
    for (; this.#keys[slot] !== -1; slot = this.#after(slot)) {
      if (this.#keys[slot] !== identity) continue;
      if (this.#holders[slot] === holder) return slot;
      if (this.#counts[slot] === 0) free ??= slot;
      holders += 1;
    }
    return free ?? (holders < MOST_IN_TABLE ? slot : undefined);
  }

  #addAt(slot: number, identity: number, holder: number, times: number): void {
    if (this.#keys[slot] === -1) this.#filled += 1;
    if (this.#counts[slot] === 0) {
      this.live += 1;
      this.#inTable += 1;
    }
    this.#keys[slot] = identity;
    this.#holders[slot] = holder;
    this.#counts[slot]! += times;
  }

  #addFurther(identity: number, holder: number, times: number): void {
    const further = this.#further.get(identity) ?? new FurtherHolders();
    this.#further.set(identity, further);
    if (!further.has(holder)) this.live += 1;
    further.add(holder, times);
  }

  #takeFurther(identity: number, holder?: number): boolean {
    const further = this.#further.get(identity);
    if (further === undefined) return false;
    const { size } = further;
    const isTaken = further.take(holder);
    this.live -= size - further.size;
    if (further.size === 0) this.#further.delete(identity);
    return isTaken;
  }

  #slotOf(identity: number): number {
    return Math.imul((identity ^ (identity / 2 ** 32)) | 0, 0x9e3779b1) & (this.#keys.length - 1);
  }

  #after(slot: number): number {
    return (slot + 1) & (this.#keys.length - 1);
  }

  /** Drops slots whose count is 0. The table grows only if too many are left. */
  #rebuild(): void {
    const keys = this.#keys;
    const holders = this.#holders;
    const counts = this.#counts;
    const slots = this.#inTable > keys.length * (MOST_FILLED / 2) ? 2 * keys.length : keys.length;
    this.#keys = new Float64Array(slots).fill(-1);
    this.#holders = new Uint32Array(slots);
    this.#counts = new Uint32Array(slots);
    this.#filled = 0;
    this.live -= this.#inTable;
    this.#inTable = 0;
    keys.forEach((identity, slot) => {
      if (counts[slot]! > 0) this.add(identity, holders[slot]!, counts[slot]);
    });
  }
}
