import type { Millis } from '../../model.ts';
import type { Group } from './groups.ts';
import { noEntry, type PaneEntries } from './pane-entries.ts';
import type { Grid } from './window.ts';

/**
 * Entries by the time at which they are due: a heap of times, and a list of entries for each. Memory and time depend on
 * the number of entries and not on the time between them, so a gap of a year costs nothing. Not thread-safe; not saved:
 * owners add their entries again when they restore.
 */
export class TimerQueue<T> {
  readonly #heap: Millis[] = [];
  readonly #buckets = new Map<Millis, T[]>();
  /** The time added last: successive entries are often due at the same time. */
  #lastTime: Millis = Number.NaN;
  #last: T[] = [];

  /** The earliest time with entries, where it is not after the given time. */
  nextUpTo(time: Millis): Millis | undefined {
    return this.#heap.length > 0 && this.#heap[0]! <= time ? this.#heap[0] : undefined;
  }

  add(end: Millis, entry: T): void {
    if (end !== this.#lastTime) {
      this.#last = this.#buckets.get(end) ?? this.#open(end);
      this.#lastTime = end;
    }
    this.#last.push(entry);
  }

  /** Removes the earliest time and returns its entries in the order in which they were added. The queue must not be empty. */
  takeFirst(): T[] {
    const end = this.#heap[0]!;
    const entries = this.#buckets.get(end)!;
    this.#buckets.delete(end);
    this.#lastTime = Number.NaN;
    const moved = this.#heap.pop()!;
    if (this.#heap.length > 0) this.#sink(moved);
    return entries;
  }

  clear(): void {
    this.#heap.length = 0;
    this.#buckets.clear();
    this.#lastTime = Number.NaN;
  }

  #open(end: Millis): T[] {
    const entries: T[] = [];
    this.#buckets.set(end, entries);
    const heap = this.#heap;
    let index = heap.length;
    while (index > 0 && heap[(index - 1) >> 1]! > end) {
      heap[index] = heap[(index - 1) >> 1]!;
      index = (index - 1) >> 1;
    }
    heap[index] = end;
    return entries;
  }

  #sink(end: Millis): void {
    const heap = this.#heap;
    let index = 0;
    for (let child = 1; child < heap.length; child = 2 * index + 1) {
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child += 1;
      if (heap[child]! >= end) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = end;
  }
}

interface Scheduled {
  readonly name: string;
  /** When it is due next; infinite: never. Set by `DueTimes` alone. */
  due: Millis;
}

/** Members that are due at one time each. Those of one time are due in the order of their names. */
export class DueTimes<T extends Scheduled> {
  readonly #queue = new TimerQueue<T>();

  set(member: T, due: Millis): void {
    if (due === member.due) return;
    member.due = due;
    if (due !== Number.POSITIVE_INFINITY) this.#queue.add(due, member);
  }

  /**
   * Calls `visit` for each member that is due up to `time`, in order, and `passed` after the members of each time. `visit`
   * may set another due time, of the same member too, and not after `time` either: it is visited in this call then.
   */
  runUpTo(time: Millis, visit: (member: T, due: Millis) => void, passed?: (due: Millis) => void): void {
    for (let due = this.#queue.nextUpTo(time); due !== undefined; due = this.#queue.nextUpTo(time)) {
      for (const member of this.#queue.takeFirst().sort((a, b) => (a.name < b.name ? -1 : 1))) {
        // Its due time was changed since: it is in the queue again.
        if (member.due !== due) continue;
        member.due = Number.POSITIVE_INFINITY;
        visit(member, due);
      }
      passed?.(due);
    }
  }

  clear(): void {
    this.#queue.clear();
  }
}

/** Window ends at which the windows of groups are closed with a value although no pane of theirs enters or leaves. */
export class Timers<C> {
  /** Number of pending timers. */
  size = 0;
  readonly #queue = new TimerQueue<Group<C>>();
  readonly #grid: Grid;
  readonly #recorded: Grid | undefined;
  /** The pane asked for last: groups come to the same pane one after the other. */
  #lastPane = Number.NaN;
  #lastRecordedEnd: Millis = Number.NaN;

  /** `recorded`: where the recorded windows lie, if not all are recorded. */
  constructor(grid: Grid, recorded: Grid | undefined) {
    this.#grid = grid;
    this.#recorded = recorded;
  }

  /**
   * The group has a new entry in the pane with that number: adds the end of the recorded window with that pane, if it is
   * after `closed`.
   */
  addRecorded(group: Group<C>, pane: number, closed = Number.NEGATIVE_INFINITY): void {
    if (this.#recorded === undefined) return;
    if (pane !== this.#lastPane) {
      this.#lastPane = pane;
      this.#lastRecordedEnd = this.#grid.endFrom(
        this.#recorded.firstEnd(this.#recorded.paneOf(pane * this.#grid.pane)),
      );
    }
    if (this.#lastRecordedEnd === group.recordedEnd || this.#lastRecordedEnd <= closed) return;
    group.recordedEnd = this.#lastRecordedEnd;
    this.add(group, group.recordedEnd);
  }

  add(group: Group<C>, end: Millis): void {
    if (!group.addTimer(end)) return;
    this.size += 1;
    this.#queue.add(end, group);
  }

  nextUpTo(time: Millis): Millis | undefined {
    return this.#queue.nextUpTo(time);
  }

  /** Removes the timers of that end, and calls `due` for their groups. */
  takeAt(end: Millis, due: (group: Group<C>) => void): void {
    if (this.#queue.nextUpTo(end) !== undefined) this.#queue.takeFirst().forEach(due);
  }

  /** Drops the timers of a group whose window with that end was closed. */
  drop(group: Group<C>, end: Millis): void {
    if (group.timers !== undefined) this.size -= group.dropTimers(end);
  }

  /** Replaces the timers of a group. Those that it had stay in the queue, and do nothing there. */
  replace(group: Group<C>, ends: readonly Millis[]): void {
    this.drop(group, Number.POSITIVE_INFINITY);
    for (const end of ends) this.add(group, end);
  }

  clear(): void {
    this.#queue.clear();
    this.size = 0;
  }
}

/**
 * Which groups are idle. Where a window matters only from some number of events on, the windows of a group that has fewer
 * in all its panes together cannot matter. Such a group is idle: its window is not moved along, so its events cost
 * nothing until their panes leave. The count of its window is computed when it is busy again, or when it is asked for.
 */
export class IdleGroups<C> {
  /** Groups that are not idle, where groups may be idle at all. */
  readonly busy = new Set<Group<C>>();
  readonly mayIdle: boolean;
  readonly #matters: (events: number) => boolean;
  readonly #grid: Grid;
  readonly #entries: PaneEntries<C, Group<C>>;
  /** The greatest number of events that is known not to matter. */
  #mostIdle = 0;

  /** `matters`: whether a window with so many events does, and every one with more; without it no group is ever idle. */
  constructor(
    matters: ((events: number) => boolean) | undefined,
    grid: Grid,
    entries: PaneEntries<C, Group<C>>,
  ) {
    this.mayIdle = matters !== undefined && !matters(0);
    this.#matters = matters ?? (() => true);
    this.#grid = grid;
    this.#entries = entries;
  }

  /** The group has more events than before, or is pinned. `closed`: end of the last closed window. */
  grew(group: Group<C>, closed: Millis): void {
    if (group.busy || (!group.pinned && this.#isTooFew(group.total))) return;
    group.count = this.countOf(group, closed);
    group.busy = true;
    this.busy.add(group);
  }

  /** The group has fewer events than before, or is pinned no more. */
  shrank(group: Group<C>): void {
    if (!this.mayIdle || !group.busy || group.pinned || !this.#isTooFew(group.total)) return;
    group.busy = false;
    group.open = undefined;
    this.busy.delete(group);
  }

  /** Number of events in the group's last closed window. */
  countOf(group: Group<C>, closed: Millis): number {
    if (group.busy) return group.count;
    const { at, counts, earlier } = this.#entries;
    let count = 0;
    for (let entry = group.newest; entry !== noEntry; entry = earlier[entry]!)
      if (this.#grid.firstEnd(at[entry]!) <= closed) count += counts[entry]!;
    return count;
  }

  #isTooFew(events: number): boolean {
    if (events <= this.#mostIdle) return true;
    if (this.#matters(events)) return false;
    this.#mostIdle = events;
    return true;
  }
}
