import type { Millis } from '../../model.ts';
import type { Aggregate, Amount } from '../aggregates/aggregate.ts';
import type { Grid } from './grid.ts';
import { noEntry, type PaneEntries } from './pane-entries.ts';

/** Parts of the windows that an open window reads. */
export interface OpenWindowParts<C> {
  grid: Grid;
  aggregate: Aggregate<C> | undefined;
  entries: PaneEntries<C>;
}

/**
 * An open window of a group while events are added to it; an early raise depends on it. It is made for a group when
 * its value is asked for the first time. Panes that leave it are subtracted where the measure can do that. Otherwise the
 * cell is merged anew when the value is asked for.
 */
export class OpenWindow<C> {
  end: Millis;
  count = 0;
  /** Number of the newest pane that is counted. */
  to: number;
  /** Number of the first pane in the window. */
  #from: number;
  /** The group's earliest entry in the window. */
  #first: number;
  /** Undefined: to be merged from the entries when the value is asked for. */
  #cell: { now: C } | undefined = undefined;
  readonly #parts: OpenWindowParts<C>;

  constructor(parts: OpenWindowParts<C>, newest: number) {
    const { grid, entries } = parts;
    this.#parts = parts;
    this.to = entries.at[newest]!;
    this.end = grid.firstEnd(this.to);
    this.#from = grid.firstPane(this.end);
    this.#first = newest;
    for (let entry = newest; entry !== noEntry && entries.at[entry]! >= this.#from; ) {
      this.count += entries.counts[entry]!;
      this.#first = entry;
      entry = entries.earlier[entry]!;
    }
  }

  /** Adds an event that was just added to that entry of the group. */
  add(entry: number, amount: Amount): void {
    const { aggregate, entries } = this.#parts;
    const pane = entries.at[entry]!;
    if (pane > this.to) this.#move(pane);
    if (pane < this.#from) return;
    if (pane < entries.at[this.#first]!) this.#first = entry;
    this.count += 1;
    if (this.#cell !== undefined) this.#cell.now = aggregate!.put(this.#cell.now, amount);
  }

  value(): number | undefined {
    this.#cell ??= { now: this.#merged() };
    return this.#parts.aggregate!.value(this.#cell.now, this.count);
  }

  /** Whether the value is not an estimate. */
  get isExact(): boolean {
    return this.#cell === undefined || (this.#parts.aggregate?.isExact?.(this.#cell.now) ?? true);
  }

  #move(pane: number): void {
    const { grid } = this.#parts;
    this.to = pane;
    const end = grid.firstEnd(pane);
    if (end === this.end) return;
    this.end = end;
    this.#from = grid.firstPane(end);
    this.#leave();
  }

  #leave(): void {
    const { aggregate, entries } = this.#parts;
    for (; entries.at[this.#first]! < this.#from; this.#first = entries.later[this.#first]!) {
      this.count -= entries.counts[this.#first]!;
      if (this.#cell === undefined) continue;
      if (aggregate!.subtract === undefined) this.#cell = undefined;
      else this.#cell.now = aggregate!.subtract(this.#cell.now, entries.cells[this.#first]!);
    }
  }

  #merged(): C {
    const { aggregate, entries } = this.#parts;
    let cell = aggregate!.cell();
    // Panes after `to` hold events that are ahead of their receipt.
    for (
      let entry = this.#first;
      entry !== noEntry && entries.at[entry]! <= this.to;
      entry = entries.later[entry]!
    )
      cell = aggregate!.merge(cell, entries.cells[entry]!);
    return cell;
  }
}
