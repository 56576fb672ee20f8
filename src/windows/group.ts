import type { Millis } from '../model.ts';
import type { Running } from './aggregate.ts';
import type { Head } from './head.ts';

/** The cells of measures that need none. One array serves all groups, for 100,000 empty ones would be felt. */
const noCells: never[] = [];
/** Panes that left the window are cut off once so many have gathered, so that cutting costs nothing per pane. */
const spent = 16;

/**
 * A group and its panes, in order of time and without empty ones. Before `first` lie panes that no window needs;
 * from `first` those in the window that closed last, final; from `entered` those that are still open.
 */
export class Group<C> {
  readonly name: string;
  /** Place among all groups in order of name, or −1 where it is not known yet. */
  rank = -1;
  /** End of the window that is to be visited next. */
  next: Millis = Number.POSITIVE_INFINITY;
  pinned = false;
  /** Ends asked for, in ascending order. */
  timers: Millis[] | undefined = undefined;
  /** End of the tile asked for last; spares looking into `timers` for every pane. */
  tile: Millis = Number.NEGATIVE_INFINITY;

  /** Numbers, events and cells of the panes. */
  at: number[] = [];
  counts: number[] = [];
  cells: C[];
  first = 0;
  entered = 0;

  /** Events and measure of the panes from `first` to `entered`. */
  count = 0;
  running: Running<C> | undefined = undefined;
  head: Head<C> | undefined = undefined;

  constructor(name: string, hasCells: boolean) {
    this.name = name;
    this.cells = hasCells ? [] : noCells;
  }

  /** Index of the first pane, from `from` on, that is not before the one with that number. */
  find(pane: number, from: number): number {
    let low = from;
    let high = this.at.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.at[middle]! < pane) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  insert(index: number, pane: number): void {
    if (index === this.at.length) {
      this.at.push(pane);
      this.counts.push(0);
    } else {
      this.at.splice(index, 0, pane);
      this.counts.splice(index, 0, 0);
    }
  }

  /** Asks for a visit at that end, once. */
  remind(end: Millis): void {
    this.timers ??= [];
    let index = this.timers.length;
    while (index > 0 && this.timers[index - 1]! > end) index -= 1;
    if (this.timers[index - 1] !== end) this.timers.splice(index, 0, end);
  }

  /** Drops what a visit at that end has dealt with. */
  trim(end: Millis): void {
    while (this.timers !== undefined && this.timers[0]! <= end) {
      if (this.timers.length === 1) this.timers = undefined;
      else this.timers.shift();
    }
    if (this.first >= spent && this.first * 2 >= this.at.length) this.#cut();
  }

  get isEmpty(): boolean {
    return this.first === this.at.length && this.timers === undefined;
  }

  #cut(): void {
    this.at.splice(0, this.first);
    this.counts.splice(0, this.first);
    if (this.cells.length > 0) this.cells.splice(0, this.first);
    this.entered -= this.first;
    this.first = 0;
  }
}
