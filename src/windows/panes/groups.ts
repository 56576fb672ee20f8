import type { Millis } from '../../model.ts';
import type { Running } from '../aggregates/aggregate.ts';
import type { OpenWindow } from './open-window.ts';
import { noEntry } from './pane-entries.ts';

/** A group that is watched. What it has in panes lies in `Shares`. */
export class Group<C> {
  readonly name: string;
  /** Place among all groups in order of name, or −1 where it is not known yet. */
  rank = -1;
  /** Its newest entry, from which the others are linked, or `none`. */
  newest = noEntry;
  pinned = false;
  /** Whether it is to be visited at the end that is being closed. */
  due = false;
  removed = false;
  /** Ends asked for, in ascending order. */
  timers: Millis[] | undefined = undefined;
  /** End of the tile asked for last; spares looking into `timers` for every pane. */
  recordedEnd: Millis = Number.NEGATIVE_INFINITY;

  /** Events in all its panes. */
  total = 0;
  /** Whether `count` follows its window; see `Wakefulness`. */
  busy: boolean;
  /** Events and measure of the window that closed last. */
  count = 0;
  running: Running<C> | undefined = undefined;
  open: OpenWindow<C> | undefined = undefined;

  constructor(name: string, awake: boolean) {
    this.name = name;
    this.busy = awake;
  }

  /** Asks for a visit at that end. Returns whether that was not asked for yet. */
  addTimer(end: Millis): boolean {
    this.timers ??= [];
    let index = this.timers.length;
    while (index > 0 && this.timers[index - 1]! > end) index -= 1;
    if (this.timers[index - 1] === end) return false;
    this.timers.splice(index, 0, end);
    return true;
  }

  /** Drops what a visit at that end has dealt with, and returns how much it was. */
  dropTimers(end: Millis): number {
    const asked = this.timers;
    if (asked === undefined || asked[0]! > end) return 0;
    const left = asked.filter((timer) => timer > end);
    this.timers = left.length === 0 ? undefined : left;
    return asked.length - left.length;
  }

  /** Whether it holds nothing, nor waits for its visit. */
  get isEmpty(): boolean {
    return this.newest === noEntry && this.timers === undefined && !this.due;
  }
}

/** The groups that are watched, by name. */
export class Groups<C> {
  readonly #table = new Map<string, Group<C>>();
  readonly #order = new Order<Group<C>>();
  /** Events of a group tend to come in runs. */
  #last: Group<C> | undefined = undefined;

  get size(): number {
    return this.#table.size;
  }

  get(name: string): Group<C> | undefined {
    const last = this.#last;
    if (last !== undefined && last.name === name) return last;
    const group = this.#table.get(name);
    if (group !== undefined) this.#last = group;
    return group;
  }

  /** In the order of their names. */
  all(): Group<C>[] {
    return [...this.#table.keys()].sort().map((name) => this.#table.get(name)!);
  }

  /** Sorts some of them by name, in place; those who left may be missing. */
  sort(some: Group<C>[]): Group<C>[] {
    return this.#order.sort(some);
  }

  add(group: Group<C>): void {
    this.#table.set(group.name, group);
    this.#order.join(group);
  }

  remove(group: Group<C>): void {
    group.removed = true;
    this.#table.delete(group.name);
    this.#order.leave(group);
    if (this.#last === group) this.#last = undefined;
  }

  clear(): void {
    this.#table.clear();
    this.#order.clear();
    this.#last = undefined;
  }
}

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
class Order<T extends Named> {
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
