import type { Millis } from '../model.ts';

/**
 * Who is to be visited at which window end: a heap of the ends and, for each, those who asked. Memory and time
 * follow what was asked for, not the time between, so that a leap over a year of nothing costs nothing.
 */
export class TimerQueue<T> {
  readonly #heap: Millis[] = [];
  readonly #buckets = new Map<Millis, T[]>();
  /** Neighbours ask for the same end one after the other. */
  #lastEnd: Millis = Number.NaN;
  #last: T[] = [];

  /** The earliest end asked for, where it is not after that time. */
  nextUpTo(time: Millis): Millis | undefined {
    return this.#heap.length > 0 && this.#heap[0]! <= time ? this.#heap[0] : undefined;
  }

  add(end: Millis, entry: T): void {
    if (end !== this.#lastEnd) {
      this.#last = this.#buckets.get(end) ?? this.#open(end);
      this.#lastEnd = end;
    }
    this.#last.push(entry);
  }

  /** Removes the earliest end and returns who asked for it, in the order in which they asked. */
  takeFirst(): T[] {
    const end = this.#heap[0]!;
    const entries = this.#buckets.get(end)!;
    this.#buckets.delete(end);
    this.#lastEnd = Number.NaN;
    const moved = this.#heap.pop()!;
    if (this.#heap.length > 0) this.#sink(moved);
    return entries;
  }

  clear(): void {
    this.#heap.length = 0;
    this.#buckets.clear();
    this.#lastEnd = Number.NaN;
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
  /** When it is to be visited next; infinite: not at all. Kept by `Visits`. */
  due: Millis;
}

/** Who is to be visited when, each one at one time only; those of one time in the order of their names. */
export class DueTimes<T extends Scheduled> {
  readonly #agenda = new TimerQueue<T>();

  set(member: T, due: Millis): void {
    if (due === member.due) return;
    member.due = due;
    if (due !== Number.POSITIVE_INFINITY) this.#agenda.add(due, member);
  }

  /** `visit` may ask for another visit, of the same one and up to the same time. After each time `passed` is told. */
  runUpTo(time: Millis, visit: (member: T, due: Millis) => void, passed?: (due: Millis) => void): void {
    for (let due = this.#agenda.nextUpTo(time); due !== undefined; due = this.#agenda.nextUpTo(time)) {
      for (const member of this.#agenda.takeFirst().sort((a, b) => (a.name < b.name ? -1 : 1))) {
        // Who asked for another time since asked anew.
        if (member.due !== due) continue;
        member.due = Number.POSITIVE_INFINITY;
        visit(member, due);
      }
      passed?.(due);
    }
  }

  clear(): void {
    this.#agenda.clear();
  }
}
