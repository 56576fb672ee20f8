import type { Millis, WindowValue } from '../model.ts';
import type { Snapshot } from '../util/snapshot.ts';
import { type Aggregate, type Amount, Single } from './aggregate.ts';
import { Grid } from './grid.ts';
import { Group } from './group.ts';
import { Groups } from './groups.ts';
import { Head, type HeadParts } from './head.ts';
import { aggregateFor } from './measures.ts';
import { Panes } from './panes.ts';
import { Reminders } from './reminders.ts';
import { none, Shares } from './shares.ts';
import { type PackedGroup, packGroup, WindowsFormat, type WindowsState } from './snapshot.ts';
import { tileGrid } from './tiles.ts';
import { mattersWith, Wakefulness } from './wakefulness.ts';
import type { WindowOptions, Windows } from './windows.ts';

/** Where events of groups beyond `maxGroups` are counted together. */
const otherGroup = '_other';

/** Windows over panes; `windows.ts` says what the methods do. */
export class PaneWindows implements Windows {
  readonly earlyCapable: boolean;
  overflowed = 0;

  readonly #options: WindowOptions;
  readonly #grid: Grid;
  readonly #aggregate: Aggregate<unknown> | undefined;
  readonly #format: WindowsFormat;
  readonly #headParts: HeadParts<unknown>;
  readonly #heeds: WindowOptions['heed'];
  /** What one event adds to a count or a rate. */
  readonly #perEvent: number;

  readonly #groups = new Groups<unknown>();
  readonly #shares = new Shares<unknown>();
  readonly #wakefulness: Wakefulness<unknown>;
  readonly #panes: Panes<unknown>;
  readonly #reminders: Reminders<unknown>;
  #closed: Millis = Number.NEGATIVE_INFINITY;
  /** Groups that have to do with the end that is being closed. */
  readonly #due: Group<unknown>[] = [];

  constructor(options: WindowOptions) {
    const { over, every, measure, recordEvery } = options;
    this.#options = options;
    this.#grid = new Grid(over, every);
    const tiles = tileGrid(this.#grid, recordEvery);
    this.#reminders = new Reminders(this.#grid, tiles);
    // Where every window ends a tile every one is told of.
    this.#heeds = recordEvery === undefined || tiles !== undefined ? options.heed : undefined;
    this.#aggregate = aggregateFor(measure);
    this.#format = new WindowsFormat(options, this.#aggregate);
    this.#headParts = { grid: this.#grid, aggregate: this.#aggregate, shares: this.#shares };
    this.#perEvent = measure.kind === 'rate' ? 1000 / over : 1;
    const matters = mattersWith(this.#heeds, options, this.#perEvent);
    this.#wakefulness = new Wakefulness(matters, this.#grid, this.#shares);
    this.#panes = new Panes(this.#grid, this.#shares, this.#wakefulness);
    this.earlyCapable = ['count', 'rate', 'distinct', 'max'].includes(measure.kind);
  }

  get closedThrough(): Millis {
    return this.#closed;
  }

  get groups(): number {
    return this.#groups.size;
  }

  get waiting(): boolean {
    return this.#shares.size > 0 || this.#reminders.size > 0;
  }

  add(time: Millis, name: string, amount: Amount): 'added' | 'late' | 'overflow' {
    if (time < this.#closed || !Number.isFinite(time)) return 'late';
    let group = this.#groups.get(name);
    if (group === undefined) {
      if (this.#groups.size >= this.#options.maxGroups && name !== otherGroup)
        return this.#overflow(time, amount);
      group = this.#admit(name);
    }
    this.#put(group, Math.floor(time / this.#grid.pane), amount);
    return 'added';
  }

  head(name: string): WindowValue | undefined {
    const group = this.#groups.get(name);
    if (group === undefined || group.newest === none || !group.awake) return undefined;
    group.head ??= new Head(this.#headParts, group);
    const { end, count } = group.head;
    if (end <= this.#closed) return undefined;
    const value = this.#aggregate === undefined ? count * this.#perEvent : group.head.value();
    return { group: name, start: end - this.#grid.over, end, value, count };
  }

  advance(watermark: Millis, close: (value: WindowValue) => void): number {
    const through = this.#grid.endUpTo(watermark);
    if (!(through > this.#closed)) return 0;
    let moved = 0;
    for (let end = this.#nextUpTo(through); end !== undefined; end = this.#nextUpTo(through)) {
      this.#closed = end;
      moved += this.#panes.slide(end, this.#expect);
      this.#reminders.tell(end, this.#expect);
      for (const group of this.#groups.sort(this.#heed(end))) this.#visit(group, end, close);
    }
    this.#closed = through;
    return moved;
  }

  schedule(name: string, end: Millis): void {
    const group = this.#groups.get(name) ?? this.#admit(name);
    this.#reminders.put(group, Math.max(this.#grid.endFrom(end), this.#closed + this.#grid.every));
  }

  pin(name: string, pinned: boolean): void {
    const group = this.#groups.get(name) ?? (pinned ? this.#admit(name) : undefined);
    if (group === undefined) return;
    group.pinned = pinned;
    if (pinned) this.#wakefulness.stir(group, this.#closed);
    else if (group.isEmpty) this.#remove(group);
    else this.#wakefulness.settle(group);
  }

  forget(name: string): void {
    const group = this.#groups.get(name);
    if (group?.isEmpty) this.#remove(group);
  }

  has(name: string): boolean {
    return this.#groups.get(name) !== undefined;
  }

  snapshot(): Snapshot<WindowsState> {
    const isEntered = (pane: number) => this.#grid.entry(pane) <= this.#closed;
    const groups = this.#groups
      .all()
      .map((group) => packGroup(group, this.#shares, this.#aggregate, isEntered));
    return this.#format.write(this.#closed, this.overflowed, groups);
  }

  restore(snapshot: Snapshot<WindowsState>): void {
    const { closed, overflowed, groups } = this.#format.read(snapshot);
    const { awake } = this.#wakefulness;
    for (const part of [this.#groups, this.#shares, this.#panes, this.#reminders, awake]) part.clear();
    [this.#closed, this.overflowed] = [closed, overflowed];
    for (const packed of groups) this.#unpack(packed);
  }

  #unpack([name, at, counts, cells, , timers, pinned]: PackedGroup): void {
    const group = this.#admit(name);
    at.forEach((number, place) => {
      const pane = this.#panes.numbered(number, this.#closed);
      const share = this.#shares.add(group, pane);
      this.#shares.counts[share] = counts[place]!;
      group.total += counts[place]!;
      if (this.#aggregate !== undefined) this.#shares.cells[share] = this.#aggregate.unpack(cells[place]);
      if (pane.entered && group.awake) this.#panes.enter(share, group);
    });
    for (const end of timers) this.#reminders.put(group, end);
    group.pinned = pinned;
    this.#wakefulness.stir(group, this.#closed);
  }

  #overflow(time: Millis, amount: Amount): 'overflow' {
    const group = this.#groups.get(otherGroup) ?? this.#admit(otherGroup);
    this.#put(group, this.#grid.paneOf(time), amount);
    this.overflowed += 1;
    return 'overflow';
  }

  #put(group: Group<unknown>, number: number, amount: Amount): void {
    const shares = this.#shares;
    let share = group.newest;
    if (share === none || shares.at[share] !== number) share = this.#shareOf(group, number);
    shares.counts[share]! += 1;
    group.total += 1;
    if (this.#aggregate !== undefined) shares.cells[share] = this.#aggregate.put(shares.cells[share], amount);
    if (!group.awake) this.#wakefulness.stir(group, this.#closed);
    else if (group.head !== undefined) group.head.add(share, amount);
  }

  #shareOf(group: Group<unknown>, number: number): number {
    const known = this.#shares.find(group, number);
    if (known !== none) return known;
    const share = this.#shares.add(group, this.#panes.numbered(number, this.#closed));
    if (this.#aggregate !== undefined) this.#shares.cells[share] = this.#aggregate.cell();
    this.#reminders.putTile(group, number);
    return share;
  }

  #admit(name: string): Group<unknown> {
    const group = new Group<unknown>(name, !this.#wakefulness.maySleep);
    if (this.#aggregate !== undefined)
      group.running =
        this.#grid.over === this.#grid.pane ? new Single(this.#aggregate) : this.#aggregate.running();
    this.#groups.add(group);
    return group;
  }

  #remove(group: Group<unknown>): void {
    this.#groups.remove(group);
    this.#wakefulness.awake.delete(group);
  }

  #nextUpTo(through: Millis): Millis | undefined {
    const pane = this.#panes.nextUpTo(through);
    const reminder = this.#reminders.nextUpTo(through);
    return pane === undefined || (reminder !== undefined && reminder < pane) ? reminder : pane;
  }

  /** A function of its own and no closure for each end. */
  readonly #expect = (group: Group<unknown>): void => {
    if (group.due || group.gone) return;
    group.due = true;
    this.#due.push(group);
  };

  /** Of those who are due the ones to be visited. Of most groups nobody has to know that their window slid. */
  #heed(end: Millis): Group<unknown>[] {
    const heeded: Group<unknown>[] = [];
    for (const group of this.#due) {
      if (this.#matters(group, end)) heeded.push(group);
      else this.#rest(group);
    }
    this.#due.length = 0;
    return heeded;
  }

  #matters(group: Group<unknown>, end: Millis): boolean {
    if (this.#heeds === undefined || group.pinned) return true;
    if (group.timers !== undefined && group.timers[0]! <= end) return true;
    return group.awake && this.#heeds(this.#valueOf(group, group.count), group.count);
  }

  #valueOf({ running }: Group<unknown>, count: number): number | undefined {
    return running === undefined ? count * this.#perEvent : running.value(count);
  }

  #visit(group: Group<unknown>, end: Millis, close: (value: WindowValue) => void): void {
    const { name } = group;
    group.due = false;
    const count = this.#wakefulness.countOf(group, end);
    close({ group: name, start: end - this.#grid.over, end, value: this.#valueOf(group, count), count });
    this.#reminders.settle(group, end);
    // `close` may have dropped the group, and another may bear its name now.
    if (!group.gone) this.#rest(group);
  }

  /** Drops the group if it holds nothing any more. */
  #rest(group: Group<unknown>): void {
    group.due = false;
    if (!group.pinned && group.isEmpty) this.#remove(group);
    else this.#wakefulness.settle(group);
  }
}
