/**
 * Finds the entries of a group in a sealed chunk, in a time that does not depend on the number of entries of others: a
 * backlog concerns all groups of a rule, and each of them is searched for in all chunks of its time.
 */
export class ChunkIndex {
  readonly #names: readonly string[];
  /** Slots in the order of their names. */
  readonly #order: Uint32Array;
  /** Places in the order of their slots, and for each slot where its places begin. */
  readonly #places: Uint32Array;
  readonly #begins: Uint32Array;

  /** `slots`: for each place the slot of its group, the place of its name in `names`. */
  constructor(names: readonly string[], slots: Uint32Array) {
    this.#names = names;
    const order = Array.from(names, (_, slot) => slot);
    this.#order = Uint32Array.from(order.sort((a, b) => (names[a]! < names[b]! ? -1 : 1)));
    this.#begins = new Uint32Array(names.length + 1);
    for (const slot of slots) this.#begins[slot + 1]! += 1;
    for (let slot = 0; slot < names.length; slot += 1) this.#begins[slot + 1]! += this.#begins[slot]!;
    this.#places = new Uint32Array(slots.length);
    const next = this.#begins.slice();
    for (let place = 0; place < slots.length; place += 1) {
      const slot = slots[place]!;
      this.#places[next[slot]!] = place;
      next[slot]! += 1;
    }
  }

  /** The places of a group, in order. */
  placesOf(name: string): Uint32Array {
    const slot = this.#slotOf(name);
    return slot === undefined
      ? this.#places.subarray(0, 0)
      : this.#places.subarray(this.#begins[slot]!, this.#begins[slot + 1]!);
  }

  #slotOf(name: string): number | undefined {
    let [low, high] = [0, this.#order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#names[this.#order[middle]!]! < name) low = middle + 1;
      else high = middle;
    }
    const slot = this.#order[low];
    return slot !== undefined && this.#names[slot] === name ? slot : undefined;
  }
}
