import type { Millis, WindowValue } from '../model.ts';
import { Agenda } from './agenda.ts';
import { type Aggregate, type Amount, Single } from './aggregate.ts';
import { Grid } from './grid.ts';
import { Group } from './group.ts';
import { Head } from './head.ts';
import { aggregateFor } from './measures.ts';
import { Order } from './order.ts';
import { packGroup, packWindows, unpackGroup, unpackWindows } from './snapshot.ts';
import { tileGrid } from './tiles.ts';
import type { WindowOptions, Windows } from './windows.ts';

/** Where events of groups beyond `maxGroups` are counted together. */
export const otherGroup = '_other';

/** Windows over panes; `windows.ts` says what the methods do. */
export class PaneWindows implements Windows {
  readonly earlyCapable: boolean;
  overflowed = 0;

  readonly #options: WindowOptions;
  readonly #grid: Grid;
  readonly #tiles: Grid | undefined;
  readonly #aggregate: Aggregate<unknown> | undefined;
  /** What one event adds to a count or a rate. */
  readonly #perEvent: number;

  readonly #table = new Map<string, Group<unknown>>();
  readonly #agenda = new Agenda<Group<unknown>>();
  readonly #order = new Order<Group<unknown>>();
  #closed: Millis = Number.NEGATIVE_INFINITY;
  /** Number of groups that are to be visited. */
  #expecting = 0;
  /** Events of a group tend to come in runs. */
  #last: Group<unknown> | undefined = undefined;

  constructor(options: WindowOptions) {
    const { over, every, measure, recordEvery } = options;
    this.#options = options;
    this.#grid = new Grid(over, every);
    this.#tiles = tileGrid(this.#grid, recordEvery);
    this.#aggregate = aggregateFor(measure);
    this.#perEvent = measure.kind === 'rate' ? 1000 / over : 1;
    this.earlyCapable = ['count', 'rate', 'distinct', 'max'].includes(measure.kind);
  }

  get closedThrough(): Millis {
    return this.#closed;
  }

  get groups(): number {
    return this.#table.size;
  }

  get waiting(): boolean {
    return this.#expecting > 0;
  }

  add(time: Millis, name: string, amount: Amount): 'added' | 'late' | 'overflow' {
    if (time < this.#closed || !Number.isFinite(time)) return 'late';
    let group = this.#last;
    if (group === undefined || group.name !== name) {
      group = this.#table.get(name);
      if (group === undefined) {
        if (this.#table.size >= this.#options.maxGroups && name !== otherGroup)
          return this.#overflow(time, amount);
        group = this.#admit(name);
      }
      this.#last = group;
    }
    this.#put(group, Math.floor(time / this.#grid.pane), amount);
    return 'added';
  }

  head(name: string): WindowValue | undefined {
    const group = this.#table.get(name);
    if (group === undefined || group.first === group.at.length) return undefined;
    group.head ??= new Head(this.#grid, this.#aggregate, group);
    const { end, count } = group.head;
    if (end <= this.#closed) return undefined;
    const value = this.#aggregate === undefined ? count * this.#perEvent : group.head.value(group);
    return { group: name, start: end - this.#grid.over, end, value, count };
  }

  advance(watermark: Millis, close: (value: WindowValue) => void): void {
    const through = this.#grid.endUpTo(watermark);
    if (!(through > this.#closed)) return;
    for (let end = this.#agenda.nextUpTo(through); end !== undefined; end = this.#agenda.nextUpTo(through)) {
      this.#closed = end;
      // A group may have asked for this end and later for an earlier one; then it asked again or has no need.
      for (const group of this.#order.sort(this.#agenda.take()))
        if (group.next === end) this.#visit(group, end, close);
    }
    this.#closed = through;
  }

  schedule(name: string, end: Millis): void {
    const group = this.#table.get(name) ?? this.#admit(name);
    const visit = Math.max(this.#grid.endFrom(end), this.#closed + this.#grid.every);
    group.remind(visit);
    this.#expect(group, visit);
  }

  pin(name: string, pinned: boolean): void {
    if (!pinned && !this.#table.has(name)) return;
    const group = this.#table.get(name) ?? this.#admit(name);
    group.pinned = pinned;
    if (!pinned && group.isEmpty) this.#remove(group);
  }

  forget(name: string): void {
    const group = this.#table.get(name);
    if (group?.isEmpty) this.#remove(group);
  }

  has(name: string): boolean {
    return this.#table.has(name);
  }

  snapshot(): unknown {
    const names = [...this.#table.keys()].sort();
    const groups = names.map((name) => packGroup(this.#table.get(name)!, this.#aggregate));
    return packWindows(this.#options, this.#closed, this.overflowed, groups);
  }

  restore(snapshot: unknown): void {
    const { closed, overflowed, groups } = unpackWindows(this.#options, snapshot);
    for (const group of [...this.#table.values()]) this.#remove(group);
    this.#agenda.clear();
    this.#order.clear();
    [this.#closed, this.overflowed] = [closed, overflowed];
    for (const packed of groups) {
      const group = unpackGroup(packed, this.#aggregate, (name) => this.#admit(name));
      this.#expectNext(group);
    }
  }

  #overflow(time: Millis, amount: Amount): 'overflow' {
    const group = this.#table.get(otherGroup) ?? this.#admit(otherGroup);
    this.#put(group, this.#grid.paneOf(time), amount);
    this.overflowed += 1;
    return 'overflow';
  }

  #put(group: Group<unknown>, pane: number, amount: Amount): void {
    let index = group.at.length - 1;
    if (index < group.entered || group.at[index] !== pane) index = this.#placeOf(group, pane);
    group.counts[index]! += 1;
    if (this.#aggregate !== undefined) group.cells[index] = this.#aggregate.put(group.cells[index], amount);
    if (group.head !== undefined) group.head.add(group, pane, amount);
  }

  /** Index of the pane among the group's open ones. A new pane asks for a visit to the first window that holds it. */
  #placeOf(group: Group<unknown>, pane: number): number {
    const length = group.at.length;
    const after = length === group.entered || group.at[length - 1]! < pane;
    const index = after ? length : group.find(pane, group.entered);
    if (index < length && group.at[index] === pane) return index;
    group.insert(index, pane);
    if (this.#aggregate !== undefined) group.cells.splice(index, 0, this.#aggregate.cell());
    this.#expect(group, this.#grid.entry(pane));
    if (this.#tiles !== undefined) this.#expectTile(group, pane);
    return index;
  }

  #expectTile(group: Group<unknown>, pane: number): void {
    const end = this.#grid.endFrom(this.#tiles!.entry(this.#tiles!.paneOf(pane * this.#grid.pane)));
    if (end === group.tile) return;
    group.tile = end;
    group.remind(end);
    this.#expect(group, end);
  }

  #admit(name: string): Group<unknown> {
    const group = new Group<unknown>(name, this.#aggregate !== undefined);
    if (this.#aggregate !== undefined)
      group.running =
        this.#grid.over === this.#grid.pane ? new Single(this.#aggregate) : this.#aggregate.running();
    this.#table.set(name, group);
    this.#order.join(group);
    return group;
  }

  #remove(group: Group<unknown>): void {
    if (group.next !== Number.POSITIVE_INFINITY) this.#expecting -= 1;
    group.next = Number.POSITIVE_INFINITY;
    this.#table.delete(group.name);
    this.#order.leave(group);
    if (this.#last === group) this.#last = undefined;
  }

  #expect(group: Group<unknown>, end: Millis): void {
    if (end >= group.next) return;
    if (group.next === Number.POSITIVE_INFINITY) this.#expecting += 1;
    group.next = end;
    this.#agenda.put(end, group);
  }

  #visit(group: Group<unknown>, end: Millis, close: (value: WindowValue) => void): void {
    this.#slide(group, end);
    const { name, count } = group;
    const value = group.running === undefined ? count * this.#perEvent : group.running.value(count);
    close({ group: name, start: end - this.#grid.over, end, value, count });
    // `close` may have dropped the group, and another may bear its name now.
    if (group.next !== end) return;
    group.trim(end);
    this.#expecting -= 1;
    group.next = Number.POSITIVE_INFINITY;
    this.#expectNext(group);
    if (!group.pinned && group.next === Number.POSITIVE_INFINITY) this.#remove(group);
  }

  /** Lets panes leave and enter until the group's window is the one with that end. */
  #slide(group: Group<unknown>, end: Millis): void {
    const { at, counts, cells, running } = group;
    const from = this.#grid.firstPane(end);
    const to = end / this.#grid.pane;
    if (group.head !== undefined && group.head.end < end) group.head = undefined;
    for (; group.first < group.entered && at[group.first]! < from; group.first += 1) {
      group.count -= counts[group.first]!;
      running?.leave(cells[group.first]);
    }
    for (; group.entered < at.length && at[group.entered]! < to; group.entered += 1) {
      group.count += counts[group.entered]!;
      running?.enter(cells[group.entered]);
    }
  }

  /** The next end at which a pane enters or leaves or that was asked for. */
  #expectNext(group: Group<unknown>): void {
    const { at, first, entered, timers } = group;
    // Asking once, for the earliest, spares visits that a later, vain request would cause.
    let next = timers === undefined ? Number.POSITIVE_INFINITY : timers[0]!;
    if (entered < at.length) next = Math.min(next, this.#grid.entry(at[entered]!));
    if (first < entered) next = Math.min(next, this.#grid.exit(at[first]!));
    this.#expect(group, next);
  }
}
