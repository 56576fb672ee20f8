import type { Group } from './group.ts';

/** A stretch of time that no window cuts in two, with what each group has in it. */
export interface Pane {
  readonly number: number;
  /** The share that was added last, or `none`. */
  newest: number;
  /** Number of its shares. */
  size: number;
  /** Whether it is in the window that closed last; from then on nothing is added. */
  entered: boolean;
}

/** Stands where there is no share. */
export const none = -1;

const few = 64;

/**
 * What groups have in panes: a share is one group's part of one pane. There may be millions, and every window looks at
 * those that enter and leave; therefore they are numbers in columns and no objects, and those freed are used again. A
 * share is in two lists: with the others of its group, in order of time, and with the others of its pane.
 */
export class Shares<C> {
  /** Number of the pane. */
  at = new Float64Array(few);
  /** Number of events. */
  counts = new Float64Array(few);
  /** The measure; empty where counts are all there is. */
  cells: C[] = [];
  groups: (Group<C> | undefined)[] = [];
  /** The share of the same group in its next pane. */
  later = new Int32Array(few);
  earlier = new Int32Array(few);
  /** The next share of the same pane. */
  beside = new Int32Array(few);
  size = 0;

  #used = 0;
  /** The first of those freed, linked as those of a pane are. */
  #free = none;

  /** The group's share of the pane with that number, or `none`. */
  find(group: Group<C>, number: number): number {
    let share = group.newest;
    while (share !== none && this.at[share]! > number) share = this.earlier[share]!;
    return share !== none && this.at[share] === number ? share : none;
  }

  /** A share of a group that has none in that pane. */
  add(group: Group<C>, pane: Pane): number {
    const share = this.#take();
    this.at[share] = pane.number;
    this.counts[share] = 0;
    this.groups[share] = group;
    this.beside[share] = pane.newest;
    pane.newest = share;
    pane.size += 1;
    const { newest } = group;
    if (newest === none || this.at[newest]! < pane.number) this.#append(share, group);
    else this.#insert(share, group);
    return share;
  }

  /** Frees all shares of a pane; each is the earliest of its group. */
  freeAll(pane: Pane): void {
    const { later, earlier, beside, groups } = this;
    let last = none;
    for (let share = pane.newest; share !== none; share = beside[share]!) {
      const next = later[share]!;
      if (next === none) groups[share]!.newest = none;
      else earlier[next] = none;
      if (this.cells.length > 0) this.cells[share] = undefined as C;
      this.size -= 1;
      last = share;
    }
    if (last === none) return;
    beside[last] = this.#free;
    this.#free = pane.newest;
    if (this.size === 0) this.clear();
  }

  /** The group's shares, in order of time. */
  of(group: Group<C>): number[] {
    const shares: number[] = [];
    for (let share = group.newest; share !== none; share = this.earlier[share]!) shares.push(share);
    return shares.reverse();
  }

  /** Nobody's share is left; a crowd that was there once shall not keep its memory. */
  clear(): void {
    [this.size, this.#used, this.#free] = [0, 0, none];
    [this.cells, this.groups] = [[], []];
    if (this.at.length > few) this.#resize(few);
  }

  #append(share: number, group: Group<C>): void {
    const { newest } = group;
    this.earlier[share] = newest;
    this.later[share] = none;
    if (newest !== none) this.later[newest] = share;
    group.newest = share;
  }

  #insert(share: number, group: Group<C>): void {
    let later = group.newest;
    let earlier = this.earlier[later]!;
    for (; earlier !== none && this.at[earlier]! > this.at[share]!; earlier = this.earlier[earlier]!)
      later = earlier;
    this.earlier[share] = earlier;
    this.later[share] = later;
    if (earlier !== none) this.later[earlier] = share;
    this.earlier[later] = share;
  }

  #take(): number {
    this.size += 1;
    const share = this.#free;
    if (share !== none) {
      this.#free = this.beside[share]!;
      return share;
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
    this.beside = resized(this.beside, new Int32Array(length));
  }
}
