import type { Millis } from '../model.ts';
import type { Aggregate, Amount } from './aggregate.ts';
import type { Grid } from './grid.ts';
import type { Group } from './group.ts';

/**
 * The newest window of a group while it fills: what an early raise looks at. It is kept only for groups that were
 * asked about. Events are added as they come; panes that leave are subtracted where the measure can do that, and
 * where it cannot the cell is merged anew, when somebody asks.
 */
export class Head<C> {
  end: Millis;
  count = 0;
  /** Number of the first pane in the window. */
  #from: number;
  /** Undefined: has to be merged from the panes. */
  #cell: { now: C } | undefined = undefined;
  readonly #grid: Grid;
  readonly #aggregate: Aggregate<C> | undefined;

  constructor(grid: Grid, aggregate: Aggregate<C> | undefined, group: Group<C>) {
    this.#grid = grid;
    this.#aggregate = aggregate;
    this.end = grid.entry(group.at.at(-1)!);
    this.#from = grid.firstPane(this.end);
    for (let index = group.find(this.#from, group.first); index < group.at.length; index += 1)
      this.count += group.counts[index]!;
  }

  /** Takes in an event that was just added to the group's pane with that number. */
  add(group: Group<C>, pane: number, amount: Amount): void {
    const end = this.#grid.entry(pane);
    if (end > this.end) this.#move(group, end);
    if (pane < this.#from) return;
    this.count += 1;
    if (this.#cell !== undefined) this.#cell.now = this.#aggregate!.put(this.#cell.now, amount);
  }

  value(group: Group<C>): number | undefined {
    this.#cell ??= { now: this.#merged(group) };
    return this.#aggregate!.value(this.#cell.now, this.count);
  }

  #move(group: Group<C>, end: Millis): void {
    const to = this.#grid.firstPane(end);
    let index = group.find(this.#from, group.first);
    for (; group.at[index]! < to; index += 1) {
      this.count -= group.counts[index]!;
      if (this.#cell === undefined) continue;
      if (this.#aggregate!.subtract === undefined) this.#cell = undefined;
      else this.#cell.now = this.#aggregate!.subtract(this.#cell.now, group.cells[index]!);
    }
    this.end = end;
    this.#from = to;
  }

  #merged(group: Group<C>): C {
    let cell = this.#aggregate!.cell();
    for (let index = group.find(this.#from, group.first); index < group.at.length; index += 1)
      cell = this.#aggregate!.merge(cell, group.cells[index]!);
    return cell;
  }
}
