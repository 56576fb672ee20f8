import type { Millis } from '../../model.ts';
import type { PaneHistory } from '../history/pane-history.ts';
import type { Group } from './groups.ts';
import { noEntry, type Pane, type PaneEntries } from './pane-entries.ts';
import { type IdleGroups, TimerQueue } from './timers.ts';
import type { Grid } from './window.ts';

/** Groups whose window at the end that is being closed may have changed. */
export class DueGroups<C> {
  readonly #groups: Group<C>[] = [];

  /** A member, so that no closure is made for each end. */
  readonly mark = (group: Group<C>): void => {
    if (group.due || group.removed) return;
    group.due = true;
    this.#groups.push(group);
  };

  /** Those whose window is to be closed with a value: of most groups it does not matter. The others are passed to `release`. */
  take(mustClose: (group: Group<C>) => boolean, release: (group: Group<C>) => void): Group<C>[] {
    const taken: Group<C>[] = [];
    for (const group of this.#groups) {
      if (mustClose(group)) taken.push(group);
      else release(group);
    }
    this.#groups.length = 0;
    return taken;
  }
}

/** To find a group's entry in a pane costs as much as to pass over this many entries of the pane. */
const entriesPerSearch = 8;

/** Panes that leave come before panes that enter, each in order of time. */
const byTurn = (a: Pane, b: Pane) => Number(b.entered) - Number(a.entered) || a.number - b.number;

/** The panes with entries, and the window ends at which each of them enters and leaves the windows. */
export class Panes<C> {
  readonly #grid: Grid;
  readonly #entries: PaneEntries<C, Group<C>>;
  readonly #idle: IdleGroups<C>;
  /** Takes over what leaves the windows. */
  readonly #history: PaneHistory<C> | undefined;
  readonly #panes = new Map<number, Pane>();
  /** Each pane by the end at which it enters; after that, by the end at which it leaves. */
  readonly #queue = new TimerQueue<Pane>();
  /** The pane asked for last: events come nearly in order. */
  #last: Pane | undefined = undefined;

  constructor(
    grid: Grid,
    entries: PaneEntries<C, Group<C>>,
    idle: IdleGroups<C>,
    history: PaneHistory<C> | undefined,
  ) {
    this.#grid = grid;
    this.#entries = entries;
    this.#idle = idle;
    this.#history = history;
  }

  /** The pane with that number. A new one is queued for the end of the first window that contains it. */
  numbered(number: number, closed: Millis): Pane {
    if (this.#last?.number === number) return this.#last;
    let pane = this.#panes.get(number);
    if (pane === undefined) {
      const end = this.#grid.firstEnd(number);
      pane = { number, newest: noEntry, size: 0, entered: end <= closed };
      this.#panes.set(number, pane);
      this.#queue.add(pane.entered ? this.#grid.endAfter(number) : end, pane);
    }
    this.#last = pane;
    return pane;
  }

  /** The first end at which a pane enters or leaves, where it is not after that time. */
  nextUpTo(time: Millis): Millis | undefined {
    return this.#queue.nextUpTo(time);
  }

  /**
   * Slides the windows of busy groups to that end. Calls `moved` for each group whose window changed, possibly more than
   * once, and for each idle group that has no entry any more. Returns the number of entries that entered.
   */
  slide(end: Millis, moved: (group: Group<C>) => void): number {
    if (this.#queue.nextUpTo(end) === undefined) return 0;
    let entered = 0;
    for (const pane of this.#queue.takeFirst().sort(byTurn)) {
      if (pane.entered) this.#leave(pane, end, moved);
      else {
        entered += pane.size;
        this.#enter(pane, moved);
      }
    }
    return entered;
  }

  /** Adds an entry to the group's window, which contains the entry's pane from now on. */
  enter(entry: number, group: Group<C>): void {
    group.count += this.#entries.counts[entry]!;
    if (group.running !== undefined) group.running.enter(this.#entries.cells[entry]!);
  }

  clear(): void {
    this.#panes.clear();
    this.#queue.clear();
    this.#last = undefined;
  }

  #enter(pane: Pane, moved: (group: Group<C>) => void): void {
    const { busy, mayIdle } = this.#idle;
    if (mayIdle && busy.size * entriesPerSearch < pane.size) this.#enterOf(busy, pane, moved);
    else this.#enterAll(pane, moved);
    pane.entered = true;
    this.#queue.add(this.#grid.endAfter(pane.number), pane);
  }

  #enterOf(busy: Iterable<Group<C>>, pane: Pane, moved: (group: Group<C>) => void): void {
    for (const group of busy) {
      const entry = this.#entries.find(group, pane.number);
      if (entry === noEntry) continue;
      this.enter(entry, group);
      moved(group);
    }
  }

  #enterAll(pane: Pane, moved: (group: Group<C>) => void): void {
    const { groups, nextInPane } = this.#entries;
    for (let entry = pane.newest; entry !== noEntry; entry = nextInPane[entry]!) {
      const group = groups[entry]!;
      if (!group.busy) continue;
      this.enter(entry, group);
      moved(group);
    }
  }

  #leave(pane: Pane, end: Millis, moved: (group: Group<C>) => void): void {
    const { groups, nextInPane, counts, later } = this.#entries;
    for (let entry = pane.newest; entry !== noEntry; entry = nextInPane[entry]!) {
      const group = groups[entry]!;
      group.total -= counts[entry]!;
      if (group.busy) this.#leaveOne(entry, group, end);
      else if (later[entry] !== noEntry) continue;
      moved(group);
    }
    this.#history?.take(pane, this.#entries);
    this.#entries.freeAll(pane);
    this.#panes.delete(pane.number);
    if (this.#last === pane) this.#last = undefined;
  }

  #leaveOne(entry: number, group: Group<C>, end: Millis): void {
    group.count -= this.#entries.counts[entry]!;
    if (group.running !== undefined) group.running.leave(this.#entries.cells[entry]!);
    // An open window that is over must be dropped before its entries are freed.
    if (group.open !== undefined && group.open.end < end) group.open = undefined;
  }
}
