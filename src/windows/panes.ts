import type { Millis } from '../model.ts';
import { Agenda } from './agenda.ts';
import type { Grid } from './grid.ts';
import type { Group } from './group.ts';
import { none, type Pane, type Shares } from './shares.ts';

/** Those that leave come before those that enter, each in order of time. */
const byTurn = (a: Pane, b: Pane) => Number(b.entered) - Number(a.entered) || a.number - b.number;

/** The panes in which anybody has a share, and when windows come to hold them and hold them no longer. */
export class Panes<C> {
  readonly #grid: Grid;
  readonly #shares: Shares<C>;
  readonly #panes = new Map<number, Pane>();
  /** Each by the end at which it enters, then by that at which it leaves. */
  readonly #agenda = new Agenda<Pane>();
  /** Events come in order, nearly. */
  #last: Pane | undefined = undefined;

  constructor(grid: Grid, shares: Shares<C>) {
    this.#grid = grid;
    this.#shares = shares;
  }

  /** The pane with that number; a new one asks for a visit to the first window that holds it. */
  numbered(number: number, closed: Millis): Pane {
    if (this.#last?.number === number) return this.#last;
    let pane = this.#panes.get(number);
    if (pane === undefined) {
      const entry = this.#grid.entry(number);
      pane = { number, newest: none, entered: entry <= closed };
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

  /** Moves the windows of all groups on until they have that end, and tells which groups that concerns: a few times. */
  slide(end: Millis, moved: (group: Group<C>) => void): void {
    if (this.#agenda.nextUpTo(end) === undefined) return;
    for (const pane of this.#agenda.take().sort(byTurn)) {
      if (pane.entered) this.#leave(pane, end, moved);
      else this.#enter(pane, moved);
    }
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
    const { groups, beside } = this.#shares;
    for (let share = pane.newest; share !== none; share = beside[share]!) {
      const group = groups[share]!;
      this.enter(share, group);
      moved(group);
    }
    pane.entered = true;
    this.#agenda.put(this.#grid.exit(pane.number), pane);
  }

  #leave(pane: Pane, end: Millis, moved: (group: Group<C>) => void): void {
    const { groups, beside, counts, cells } = this.#shares;
    for (let share = pane.newest; share !== none; share = beside[share]!) {
      const group = groups[share]!;
      group.count -= counts[share]!;
      if (group.running !== undefined) group.running.leave(cells[share]!);
      // A head ends later than any share of its own leaves, so one that is over must not outlive them.
      if (group.head !== undefined && group.head.end < end) group.head = undefined;
      moved(group);
    }
    this.#shares.freeAll(pane);
    this.#panes.delete(pane.number);
    if (this.#last === pane) this.#last = undefined;
  }
}
