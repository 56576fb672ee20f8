import type { Millis } from '../model.ts';
import type { Running } from './aggregate.ts';
import type { Head } from './head.ts';
import { none } from './shares.ts';

/** A group that is watched. What it has in panes lies in `Shares`. */
export class Group<C> {
  readonly name: string;
  /** Place among all groups in order of name, or −1 where it is not known yet. */
  rank = -1;
  /** Its newest share, from which the others are linked, or `none`. */
  newest = none;
  pinned = false;
  /** Whether it is to be visited at the end that is being closed. */
  due = false;
  gone = false;
  /** Ends asked for, in ascending order. */
  timers: Millis[] | undefined = undefined;
  /** End of the tile asked for last; spares looking into `timers` for every pane. */
  tile: Millis = Number.NEGATIVE_INFINITY;

  /** Events in all its panes. */
  total = 0;
  /** Whether `count` follows its window; see `Wakefulness`. */
  awake: boolean;
  /** Events and measure of the window that closed last. */
  count = 0;
  running: Running<C> | undefined = undefined;
  head: Head<C> | undefined = undefined;

  constructor(name: string, awake: boolean) {
    this.name = name;
    this.awake = awake;
  }

  /** Asks for a visit at that end. Returns whether that was not asked for yet. */
  remind(end: Millis): boolean {
    this.timers ??= [];
    let index = this.timers.length;
    while (index > 0 && this.timers[index - 1]! > end) index -= 1;
    if (this.timers[index - 1] === end) return false;
    this.timers.splice(index, 0, end);
    return true;
  }

  /** Drops what a visit at that end has dealt with, and returns how much it was. */
  trim(end: Millis): number {
    const asked = this.timers;
    if (asked === undefined || asked[0]! > end) return 0;
    const left = asked.filter((timer) => timer > end);
    this.timers = left.length === 0 ? undefined : left;
    return asked.length - left.length;
  }

  /** Whether it holds nothing, nor waits for its visit. */
  get isEmpty(): boolean {
    return this.newest === none && this.timers === undefined && !this.due;
  }
}
