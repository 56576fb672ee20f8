import type { Millis } from '../model.ts';

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
