import type { Millis } from '../model.ts';
import { Agenda } from './agenda.ts';
import type { Grid } from './grid.ts';
import type { Group } from './group.ts';
import { none, type Pane, type Shares } from './shares.ts';
import type { Wakefulness } from './wakefulness.ts';

/** To find a group's share of a pane costs as much as to look at so many of the pane's shares. */
const sharesPerFind = 8;

/** Those that leave come before those that enter, each in order of time. */
const byTurn = (a: Pane, b: Pane) => Number(b.entered) - Number(a.entered) || a.number - b.number;

/** The panes in which anybody has a share, and when windows come to hold them and hold them no longer. */
export class Panes<C> {
  readonly #grid: Grid;
  readonly #shares: Shares<C>;
  readonly #wakefulness: Wakefulness<C>;
  readonly #panes = new Map<number, Pane>();
  /** Each by the end at which it enters, then by that at which it leaves. */
  readonly #agenda = new Agenda<Pane>();
  /** Events come in order, nearly. */
  #last: Pane | undefined = undefined;

  constructor(grid: Grid, shares: Shares<C>, wakefulness: Wakefulness<C>) {
    this.#grid = grid;
    this.#shares = shares;
    this.#wakefulness = wakefulness;
  }

  /** The pane with that number; a new one asks for a visit to the first window that holds it. */
  numbered(number: number, closed: Millis): Pane {
    if (this.#last?.number === number) return this.#last;
    let pane = this.#panes.get(number);
    if (pane === undefined) {
      const entry = this.#grid.entry(number);
      pane = { number, newest: none, size: 0, entered: entry <= closed };
      this.#panes.set(number, pane);
      this.#agenda.put(pane.entered ? this.#grid.exit(number) : entry, pane);
    }
    this.#last = pane;
    return pane;
  }

  /** The first end at which a pane enters or leaves, where it is not after that time. */
  nextUpTo(time: Millis): Millis | undefined {
    return this.#agenda.nextUpTo(time);
  }

  /**
   * Moves the windows of the groups that are awake on until they have that end, and tells which of them that concerns:
   * a few times; and of those asleep who has nothing any more. Returns the number of shares that entered.
   */
  slide(end: Millis, moved: (group: Group<C>) => void): number {
    if (this.#agenda.nextUpTo(end) === undefined) return 0;
    let entered = 0;
    for (const pane of this.#agenda.take().sort(byTurn)) {
      if (pane.entered) this.#leave(pane, end, moved);
      else {
        entered += pane.size;
        this.#enter(pane, moved);
      }
    }
    return entered;
  }

  /** A share of a pane in the window that closed last. */
  enter(share: number, group: Group<C>): void {
    group.count += this.#shares.counts[share]!;
    if (group.running !== undefined) group.running.enter(this.#shares.cells[share]!);
  }

  clear(): void {
    this.#panes.clear();
    this.#agenda.clear();
    this.#last = undefined;
  }

  #enter(pane: Pane, moved: (group: Group<C>) => void): void {
    const { awake, maySleep } = this.#wakefulness;
    if (maySleep && awake.size * sharesPerFind < pane.size) this.#enterOf(awake, pane, moved);
    else this.#enterAll(pane, moved);
    pane.entered = true;
    this.#agenda.put(this.#grid.exit(pane.number), pane);
  }

  #enterOf(awake: Iterable<Group<C>>, pane: Pane, moved: (group: Group<C>) => void): void {
    for (const group of awake) {
      const share = this.#shares.find(group, pane.number);
      if (share === none) continue;
      this.enter(share, group);
      moved(group);
    }
  }

  #enterAll(pane: Pane, moved: (group: Group<C>) => void): void {
    const { groups, beside } = this.#shares;
    for (let share = pane.newest; share !== none; share = beside[share]!) {
      const group = groups[share]!;
      if (!group.awake) continue;
      this.enter(share, group);
      moved(group);
    }
  }

  #leave(pane: Pane, end: Millis, moved: (group: Group<C>) => void): void {
    const { groups, beside, counts, later } = this.#shares;
    for (let share = pane.newest; share !== none; share = beside[share]!) {
      const group = groups[share]!;
      group.total -= counts[share]!;
      if (group.awake) this.#leaveOne(share, group, end);
      else if (later[share] !== none) continue;
      moved(group);
    }
    this.#shares.freeAll(pane);
    this.#panes.delete(pane.number);
    if (this.#last === pane) this.#last = undefined;
  }

  #leaveOne(share: number, group: Group<C>, end: Millis): void {
    group.count -= this.#shares.counts[share]!;
    if (group.running !== undefined) group.running.leave(this.#shares.cells[share]!);
    // A head ends later than any share of its own leaves, so one that is over must not outlive them.
    if (group.head !== undefined && group.head.end < end) group.head = undefined;
  }
}
