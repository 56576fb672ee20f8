import type { Millis } from '../../model.ts';
import type { Amount, Running } from '../aggregates/aggregate.ts';
import { noEntry } from './pane-entries.ts';
import { OpenWindow, type OpenWindowParts } from './window.ts';

/** A group of events that has windows. Its counts and cells in panes are in `PaneEntries`. */
export class Group<C> {
  readonly name: string;
  /** Place among all groups in order of name, or −1 where it is not known yet. */
  rank = -1;
  /** Its newest entry, from which the others are linked, or `noEntry`. */
  newest = noEntry;
  pinned = false;
  /** Whether it is in the list of groups whose window may have changed at the end that is being closed. */
  due = false;
  /** Set when it leaves `Groups`; an event of its name makes a new object. */
  removed = false;
  /** Ends at which its window is closed with a value in any case, in ascending order. */
  timers: Millis[] | undefined = undefined;
  /** End of the recorded window added last; saves a search in `timers` for each pane. */
  recordedEnd: Millis = Number.NEGATIVE_INFINITY;

  /** Events in all its panes. */
  total = 0;
  /** Whether `count` is kept up to date; see `IdleGroups`. */
  busy: boolean;
  /** Events and measure of the window that closed last. */
  count = 0;
  running: Running<C> | undefined = undefined;
  open: OpenWindow<C> | undefined = undefined;

  /** Its slot in a chunk of the history, and the number of that chunk. */
  historySlot = 0;
  historyOf = -1;

  constructor(name: string, busy: boolean) {
    this.name = name;
    this.busy = busy;
  }

  /** Adds a timer. Returns false where there is one for that end already. */
  addTimer(end: Millis): boolean {
    this.timers ??= [];
    let index = this.timers.length;
    while (index > 0 && this.timers[index - 1]! > end) index -= 1;
    if (this.timers[index - 1] === end) return false;
    this.timers.splice(index, 0, end);
    return true;
  }

  /** Drops the timers up to that end. Returns their number. */
  dropTimers(end: Millis): number {
    const timers = this.timers;
    if (timers === undefined || timers[0]! > end) return 0;
    const left = timers.filter((timer) => timer > end);
    this.timers = left.length === 0 ? undefined : left;
    return timers.length - left.length;
  }

  /** Whether it has neither entries nor timers, and is not due. */
  get isEmpty(): boolean {
    return this.newest === noEntry && this.timers === undefined && !this.due;
  }
}

/** The groups of a rule by name. */
export class Groups<C> {
  readonly #table = new Map<string, Group<C>>();
  readonly #order = new Order<Group<C>>();
  /** The group of the last event: events of a group come in runs. */
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

  /** Sorts groups by name, in place. Groups that were removed may be missing from the result. */
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

/** Fewer members than this are sorted by comparing their names. */
const few = 24;

/** Code units are compared, not letters of a language: the order is the same on every machine. */
const byName = (a: Named, b: Named) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/**
 * Sorts groups by name. To compare names for every window would cost more than the counting. So all groups are ranked
 * when their set has changed, and many groups are sorted by setting one bit for each rank.
 */
class Order<T extends Named> {
  #ranked: (T | undefined)[] = [];
  readonly #unranked = new Set<T>();
  #bits = new Uint32Array(0);

  join(member: T): void {
    this.#unranked.add(member);
  }

  leave(member: T): void {
    this.#unranked.delete(member);
    if (member.rank >= 0) this.#ranked[member.rank] = undefined;
    member.rank = -1;
  }

  clear(): void {
    this.#ranked = [];
    this.#unranked.clear();
  }

  /** Sorts in place. Duplicates may remain; members that left may be missing. */
  sort(members: T[]): T[] {
    if (members.length < few) return members.length > 1 ? members.sort(byName) : members;
    // Ranking touches all members, so it pays only where at least a sixteenth of them is to be sorted.
    if (this.#unranked.size > 0 && members.length * 16 < this.#ranked.length) return members.sort(byName);
    if (this.#unranked.size > 0) this.#rank();
    return this.#sortByRank(members);
  }

  /** The ranked members are in order already, so this sort is a merge of two sorted runs. */
  #rank(): void {
    const ranked = this.#ranked.filter((member) => member !== undefined);
    const all = ranked.concat([...this.#unranked].sort(byName)).sort(byName);
    for (let rank = 0; rank < all.length; rank += 1) all[rank]!.rank = rank;
    this.#ranked = all;
    this.#unranked.clear();
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

/** When an event happened and when it was received. */
export interface EventTimes {
  time: Millis;
  receivedAt: Millis;
}

/** Stands for an event that is not ahead. */
export const noEvent: EventTimes = {
  time: Number.NEGATIVE_INFINITY,
  receivedAt: Number.POSITIVE_INFINITY,
};

/**
 * The window of each group that is open at present: the first to end after the newest event that is not ahead. An event is
 * ahead where its pane begins after its receipt. It is counted in its own pane, whose time is still to come, and the open
 * window stays where the other events are: one wrong stamp must not keep them from raising an alert early.
 */
export class OpenWindows<C> {
  readonly #parts: OpenWindowParts<C>;

  constructor(parts: OpenWindowParts<C>) {
    this.#parts = parts;
  }

  /**
   * An event was added to that entry of the group. Whether the open window is kept or made anew, it holds the same events:
   * a restart makes all of them anew.
   */
  added(group: Group<C>, entry: number, amount: Amount, receivedAt: Millis): void {
    const { open } = group;
    if (open === undefined) return;
    const { grid, entries } = this.#parts;
    const pane = entries.at[entry]!;
    if (pane <= open.to) open.add(entry, amount);
    else if (pane * grid.pane > receivedAt) return;
    else if (entries.counts[entry] === 1 && entries.at[entries.earlier[entry]!] === open.to)
      open.add(entry, amount);
    // The panes up to this one may hold events that were ahead.
    else group.open = undefined;
  }

  /** The open window of a group that has events. Of an event that is ahead it is the first that holds it. */
  of(group: Group<C>, time: Millis, receivedAt: Millis): OpenWindow<C> | undefined {
    const { grid, entries } = this.#parts;
    const pane = grid.paneOf(time);
    if (pane * grid.pane > receivedAt) {
      const entry = entries.find(group, pane);
      return entry === noEntry ? undefined : new OpenWindow(this.#parts, entry);
    }
    let newest = group.newest;
    while (newest !== noEntry && entries.at[newest]! * grid.pane > receivedAt)
      newest = entries.earlier[newest]!;
    if (newest === noEntry) return undefined;
    if (group.open?.to !== entries.at[newest]) group.open = new OpenWindow(this.#parts, newest);
    return group.open;
  }
}
