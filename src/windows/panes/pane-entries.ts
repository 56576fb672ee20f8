/** A pane, with a list of the entries that groups have in it. */
export interface Pane {
  readonly number: number;
  /** The entry that was added last, or `none`. */
  newest: number;
  /** Number of its entries. */
  size: number;
  /** Whether the window that closed last contains it; from then on nothing is added to it. */
  entered: boolean;
}

/** A group, as far as its entries are concerned. */
interface EntryOwner {
  /** Its newest entry, from which the others are linked, or `noEntry`. */
  newest: number;
}

/** Stands where there is no entry. */
export const noEntry = -1;

const few = 64;

/**
 * What groups have in panes: an entry holds the events of one group in one pane. There may be millions, and every window
 * reads those that enter and leave. So an entry is an index into columns of numbers and no object, and freed ones are used
 * again. An entry is in two lists: that of its group, in order of time, and that of its pane, in no order.
 */
export class PaneEntries<C, G extends EntryOwner = EntryOwner> {
  /** Number of the pane. */
  at = new Float64Array(few);
  /** Number of events. */
  counts = new Float64Array(few);
  /** The measure; empty where counts are all there is. */
  cells: C[] = [];
  groups: (G | undefined)[] = [];
  /** The entry of the same group in its next pane. */
  later = new Int32Array(few);
  earlier = new Int32Array(few);
  /** The next entry of the same pane, in no order. */
  nextInPane = new Int32Array(few);
  size = 0;

  #used = 0;
  /** The first of the free entries, which are linked by `nextInPane`. */
  #free = noEntry;

  /** The group's entry of the pane with that number, or `none`. */
  find(group: G, number: number): number {
    let entry = group.newest;
    while (entry !== noEntry && this.at[entry]! > number) entry = this.earlier[entry]!;
    return entry !== noEntry && this.at[entry] === number ? entry : noEntry;
  }

  /** A entry of a group that has none in that pane. */
  add(group: G, pane: Pane): number {
    const entry = this.#take();
    this.at[entry] = pane.number;
    this.counts[entry] = 0;
    this.groups[entry] = group;
    this.nextInPane[entry] = pane.newest;
    pane.newest = entry;
    pane.size += 1;
    const { newest } = group;
    if (newest === noEntry || this.at[newest]! < pane.number) this.#append(entry, group);
    else this.#insert(entry, group);
    return entry;
  }

  /** Frees all entries of a pane; each is the earliest of its group. */
  freeAll(pane: Pane): void {
    const { later, earlier, nextInPane, groups } = this;
    let last = noEntry;
    for (let entry = pane.newest; entry !== noEntry; entry = nextInPane[entry]!) {
      const next = later[entry]!;
      if (next === noEntry) groups[entry]!.newest = noEntry;
      else earlier[next] = noEntry;
      if (this.cells.length > 0) this.cells[entry] = undefined as C;
      this.size -= 1;
      last = entry;
    }
    if (last === noEntry) return;
    nextInPane[last] = this.#free;
    this.#free = pane.newest;
    if (this.size === 0) this.clear();
  }

  /** The group's entries, in order of time. */
  of(group: G): number[] {
    const entries: number[] = [];
    for (let entry = group.newest; entry !== noEntry; entry = this.earlier[entry]!) entries.push(entry);
    return entries.reverse();
  }

  /** Frees the memory: nothing stays of a number of groups that was large once. */
  clear(): void {
    [this.size, this.#used, this.#free] = [0, 0, noEntry];
    [this.cells, this.groups] = [[], []];
    if (this.at.length > few) this.#resize(few);
  }

  #append(entry: number, group: G): void {
    const { newest } = group;
    this.earlier[entry] = newest;
    this.later[entry] = noEntry;
    if (newest !== noEntry) this.later[newest] = entry;
    group.newest = entry;
  }

  #insert(entry: number, group: G): void {
    let later = group.newest;
    let earlier = this.earlier[later]!;
    for (; earlier !== noEntry && this.at[earlier]! > this.at[entry]!; earlier = this.earlier[earlier]!)
      later = earlier;
    this.earlier[entry] = earlier;
    this.later[entry] = later;
    if (earlier !== noEntry) this.later[earlier] = entry;
    this.earlier[later] = entry;
  }

  #take(): number {
    this.size += 1;
    const entry = this.#free;
    if (entry !== noEntry) {
      this.#free = this.nextInPane[entry]!;
      return entry;
    }
    if (this.#used === this.at.length) this.#resize(2 * this.#used);
    this.#used += 1;
    return this.#used - 1;
  }

  #resize(length: number): void {
    const resized = <T extends Float64Array | Int32Array>(column: T, to: T): T => {
      to.set(column.subarray(0, this.#used));
      return to;
    };
    this.at = resized(this.at, new Float64Array(length));
    this.counts = resized(this.counts, new Float64Array(length));
    this.later = resized(this.later, new Int32Array(length));
    this.earlier = resized(this.earlier, new Int32Array(length));
    this.nextInPane = resized(this.nextInPane, new Int32Array(length));
  }
}
