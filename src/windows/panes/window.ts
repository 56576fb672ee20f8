import { LogboomError } from '../../errors.ts';
import type { Millis, WindowValue } from '../../model.ts';
import type { Aggregate, Amount } from '../aggregates/aggregate.ts';
import { noEntry, type PaneEntries } from './pane-entries.ts';

/** The greatest length of which both lengths are multiples. */
function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/**
 * Where windows lie. A window is `[end − over, end)` and its end is a multiple of `every`; a pane is the longest
 * stretch that no window cuts in two, so every window is a run of whole panes. Pane `n` is `[n · pane, (n + 1) · pane)`.
 */
export class Grid {
  readonly over: Millis;
  readonly every: Millis;
  readonly pane: Millis;

  constructor(over: Millis, every: Millis) {
    const whole = Number.isSafeInteger(over) && Number.isSafeInteger(every);
    if (!whole || every < 1 || over < every)
      throw new LogboomError(
        'RULE_INVALID',
        `A window of ${over} ms every ${every} ms cannot be counted: both are whole milliseconds, at least 1, and "every" is not longer than "over", or events would fall between windows.`,
      );
    this.over = over;
    this.every = every;
    this.pane = gcd(over, every);
  }

  /** The first window end at or after a time. Adding 0 turns −0 into 0, which a `Map` would keep apart. */
  endFrom(time: Millis): Millis {
    return Math.ceil(time / this.every) * this.every + 0;
  }

  /** The last window end at or before a time. */
  endUpTo(time: Millis): Millis {
    return Math.floor(time / this.every) * this.every + 0;
  }

  paneOf(time: Millis): number {
    return Math.floor(time / this.pane);
  }

  /** End of the first window that holds the pane. */
  firstEnd(pane: number): Millis {
    return this.endFrom((pane + 1) * this.pane);
  }

  /** End of the first window after those that hold the pane. */
  endAfter(pane: number): Millis {
    return this.endFrom((pane + 1) * this.pane + this.over);
  }

  /** Number of the first pane of the window with that end. */
  firstPane(end: Millis): number {
    return (end - this.over) / this.pane;
  }
}

/**
 * Where the recorded windows lie; undefined where all windows are recorded, or none. A pane must not lie in two recorded
 * windows. Throws `RULE_INVALID`.
 */
export function recordedGrid(windows: Grid, recordEvery: Millis | undefined): Grid | undefined {
  if (recordEvery === undefined || recordEvery === windows.every) return undefined;
  if (recordEvery % windows.pane !== 0)
    throw new LogboomError(
      'RULE_INVALID',
      `Windows of ${windows.over} ms every ${windows.every} ms cannot be recorded every ${recordEvery} ms, which is no multiple of ${windows.pane} ms.`,
    );
  return new Grid(recordEvery, recordEvery);
}

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

/** Marks a value that is an estimate, by what it was measured with. */
export function markEstimate(
  value: WindowValue,
  by: { readonly isExact?: boolean } | undefined,
): WindowValue {
  return by?.isExact === false ? { ...value, about: true } : value;
}
