interface Named {
  readonly name: string;
  /** Place in order of name among those ranked, −1 before it is known. Kept by `Order`. */
  rank: number;
}

/** So few are sorted by comparing their names. */
const few = 24;

/** Code units are compared, not letters of a language: the order is the same on every machine. */
const byName = (a: Named, b: Named) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/**
 * Puts groups in order of their names. Comparing names for every window would cost more than counting, so all
 * groups are ranked when their set has changed, and a crowd is ordered by setting one bit for each rank.
 */
export class Order<T extends Named> {
  #ranked: (T | undefined)[] = [];
  readonly #newcomers = new Set<T>();
  #bits = new Uint32Array(0);

  join(member: T): void {
    this.#newcomers.add(member);
  }

  leave(member: T): void {
    this.#newcomers.delete(member);
    if (member.rank >= 0) this.#ranked[member.rank] = undefined;
    member.rank = -1;
  }

  clear(): void {
    this.#ranked = [];
    this.#newcomers.clear();
  }

  /** Sorts in place. Those named twice remain twice or once; those who left may be missing. */
  sort(members: T[]): T[] {
    if (members.length < few) return members.length > 1 ? members.sort(byName) : members;
    // Ranking touches everyone, so it has to be worth it: a crowd of at least a sixteenth of all.
    if (this.#newcomers.size > 0 && members.length * 16 < this.#ranked.length) return members.sort(byName);
    if (this.#newcomers.size > 0) this.#rank();
    return this.#sortByRank(members);
  }

  /** Those ranked are in order already; sorting two sorted runs is a merge. */
  #rank(): void {
    const ranked = this.#ranked.filter((member) => member !== undefined);
    const all = ranked.concat([...this.#newcomers].sort(byName)).sort(byName);
    for (let rank = 0; rank < all.length; rank += 1) all[rank]!.rank = rank;
    this.#ranked = all;
    this.#newcomers.clear();
    this.#bits = new Uint32Array((all.length + 31) >>> 5);
  }

  #sortByRank(members: T[]): T[] {
    const bits = this.#bits;
    for (const { rank } of members) if (rank >= 0) bits[rank >>> 5]! |= 1 << (rank & 31);
    let length = 0;
    for (let word = 0; word < bits.length; word += 1) {
      let rest = bits[word]!;
      if (rest === 0) continue;
      bits[word] = 0;
      for (; rest !== 0; rest &= rest - 1) {
        const bit = 31 - Math.clz32(rest & -rest);
        members[length] = this.#ranked[(word << 5) | bit]!;
        length += 1;
      }
    }
    members.length = length;
    return members;
  }
}
