import type { Millis } from '../model.ts';
import type { Aggregate, Amount } from './aggregate.ts';
import type { Grid } from './grid.ts';
import type { Group } from './group.ts';
import { none, type Shares } from './shares.ts';

/** What a head is made from. */
export interface HeadParts<C> {
  grid: Grid;
  aggregate: Aggregate<C> | undefined;
  shares: Shares<C>;
}

/**
 * The newest window of a group while it fills: what an early raise looks at. It is kept only for groups that were
 * asked about. Events are added as they come; panes that leave are subtracted where the measure can do that, and
 * where it cannot the cell is merged anew, when somebody asks.
 */
export class Head<C> {
  end: Millis;
  count = 0;
  /** Number of the newest pane in the window. */
  #to: number;
  /** Number of the first pane in the window. */
  #from: number;
  /** The group's earliest share in the window. */
  #first: number;
  /** Undefined: has to be merged from the panes. */
  #cell: { now: C } | undefined = undefined;
  readonly #parts: HeadParts<C>;

  constructor(parts: HeadParts<C>, group: Group<C>) {
    const { grid, shares } = parts;
    this.#parts = parts;
    this.#to = shares.at[group.newest]!;
    this.end = grid.entry(this.#to);
    this.#from = grid.firstPane(this.end);
    this.#first = group.newest;
    for (let share = group.newest; share !== none && shares.at[share]! >= this.#from; ) {
      this.count += shares.counts[share]!;
      this.#first = share;
      share = shares.earlier[share]!;
    }
  }

  /** Takes in an event that was just added to that share of the group. */
  add(share: number, amount: Amount): void {
    const { aggregate, shares } = this.#parts;
    const pane = shares.at[share]!;
    if (pane > this.#to) this.#move(pane);
    if (pane < this.#from) return;
    if (pane < shares.at[this.#first]!) this.#first = share;
    this.count += 1;
    if (this.#cell !== undefined) this.#cell.now = aggregate!.put(this.#cell.now, amount);
  }

  value(): number | undefined {
    this.#cell ??= { now: this.#merged() };
    return this.#parts.aggregate!.value(this.#cell.now, this.count);
  }

  #move(pane: number): void {
    const { grid } = this.#parts;
    this.#to = pane;
    const end = grid.entry(pane);
    if (end === this.end) return;
    this.end = end;
    this.#from = grid.firstPane(end);
    this.#leave();
  }

  #leave(): void {
    const { aggregate, shares } = this.#parts;
    for (; shares.at[this.#first]! < this.#from; this.#first = shares.later[this.#first]!) {
      this.count -= shares.counts[this.#first]!;
      if (this.#cell === undefined) continue;
      if (aggregate!.subtract === undefined) this.#cell = undefined;
      else this.#cell.now = aggregate!.subtract(this.#cell.now, shares.cells[this.#first]!);
    }
  }

  #merged(): C {
    const { aggregate, shares } = this.#parts;
    let cell = aggregate!.cell();
    for (let share = this.#first; share !== none; share = shares.later[share]!)
      cell = aggregate!.merge(cell, shares.cells[share]!);
    return cell;
  }
}
