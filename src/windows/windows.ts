import type { Millis, WindowValue } from '../model.ts';
import type { Snapshot } from '../util/snapshot.ts';
import type { Aggregate, Amount } from './aggregates/aggregate.ts';
import { GroupStates, type LiftedGroup } from './history/group-states.ts';
import type { PaneHistory } from './history/pane-history.ts';
import { otherGroup, type WindowOptions, WindowPlan } from './options.ts';
import { type EventTimes, Group, Groups, noEvent, OpenWindows } from './panes/groups.ts';
import { noEntry, PaneEntries } from './panes/pane-entries.ts';
import { DueGroups, Panes } from './panes/panes.ts';
import { IdleGroups, Timers } from './panes/timers.ts';
import { type Grid, markEstimate } from './panes/window.ts';
import { WindowsFormat, type WindowsState } from './snapshot.ts';

/**
 * The windows of one rule: `[end − over, end)`, aligned to the epoch. An event is added to one pane, whatever the number
 * of windows that hold it; a window slides over panes. Times are milliseconds of event time. The values of windows do
 * not depend on the order in which their events arrive. Memory follows the panes of at most `maxGroups` groups.
 */
export class Windows {
  /** Number of events that were counted in `_other`. */
  overflowed = 0;

  readonly plan: WindowPlan;
  readonly #grid: Grid;
  readonly #aggregate: Aggregate<unknown> | undefined;
  readonly #format: WindowsFormat;
  readonly #open: OpenWindows<unknown>;

  readonly #groups = new Groups<unknown>();
  readonly #entries = new PaneEntries<unknown, Group<unknown>>();
  readonly #idle: IdleGroups<unknown>;
  readonly #panes: Panes<unknown>;
  readonly #timers: Timers<unknown>;
  readonly #states: GroupStates<unknown>;
  /** Set where late events may still correct windows that are closed. */
  readonly history: PaneHistory<unknown> | undefined;
  #closed: Millis = Number.NEGATIVE_INFINITY;
  readonly #due = new DueGroups<unknown>();

  /** Throws `RULE_INVALID` for lengths that do not fit. */
  constructor(options: WindowOptions) {
    const plan = new WindowPlan(options);
    const { grid, aggregate } = plan;
    this.plan = plan;
    this.#grid = grid;
    this.#aggregate = aggregate;
    this.#format = new WindowsFormat(options, plan);
    this.#timers = new Timers(grid, plan.recorded);
    this.#open = new OpenWindows({ grid, aggregate, entries: this.#entries });
    this.#idle = new IdleGroups(plan.countMatters, grid, this.#entries);
    this.history = plan.history();
    this.#panes = new Panes(grid, this.#entries, this.#idle, this.history);
    const [entries, panes, timers, idle] = [this.#entries, this.#panes, this.#timers, this.#idle];
    this.#states = new GroupStates(plan, { entries, panes, timers, idle });
  }

  /** End of the last closed window, or -Infinity. Earlier events are late. */
  get closedThrough(): Millis {
    return this.#closed;
  }

  get groups(): number {
    return this.#groups.size;
  }

  /** Whether there is a window to close as time passes. */
  get waiting(): boolean {
    return this.#entries.size > 0 || this.#timers.size > 0;
  }

  /**
   * Adds an event to its pane. `late`: the first window that would hold it is closed, or the time is not finite; it is counted
   * nowhere. `overflow`: there are as many groups already as there may be, so it was counted in the group `_other`. Its receipt time
   * decides whether it is ahead.
   */
  add(time: Millis, name: string, amount: Amount, receivedAt = time): 'added' | 'late' | 'overflow' {
    if (time < this.#closed || !Number.isFinite(time)) return 'late';
    let group = this.#groups.get(name);
    if (group === undefined) {
      if (this.plan.isFull(this.#groups.size) && name !== otherGroup)
        return this.#overflow(time, amount, receivedAt);
      group = this.#admit(name);
    }
    this.#put(group, Math.floor(time / this.#grid.pane), amount, receivedAt);
    return 'added';
  }

  /**
   * Present value of the window that ends first after the group's newest event, or after an event of that time if that is
   * ahead of its receipt. Undefined once that is closed, and where so few events cannot matter.
   */
  newestOpen(name: string, { time, receivedAt }: EventTimes = noEvent): WindowValue | undefined {
    const group = this.#groups.get(name);
    if (group === undefined || group.newest === noEntry || !group.busy) return undefined;
    const open = this.#open.of(group, time, receivedAt);
    if (open === undefined || open.end <= this.#closed) return undefined;
    const { end, count } = open;
    const value = this.#aggregate === undefined ? count * this.plan.perEvent : open.value();
    return markEstimate({ group: name, start: end - this.#grid.over, end, value, count }, open);
  }

  /**
   * Closes the windows with `end <= watermark`, in order of end, then of group. A group's window is closed only where its
   * value may have changed and matters, at the ends of recorded windows, and where `schedule` asked for it. `close` may
   * call `schedule`, `pin` and `forget`, and reads nothing but the window that it is given. Returns the number of
   * windows with something new in them.
   */
  advance(watermark: Millis, close: (value: WindowValue) => void): number {
    const through = this.#grid.endUpTo(watermark);
    if (!(through > this.#closed)) return 0;
    let moved = 0;
    for (let end = this.#nextUpTo(through); end !== undefined; end = this.#nextUpTo(through)) {
      this.#closed = end;
      moved += this.#panes.slide(end, this.#due.mark);
      this.#timers.takeAt(end, this.#due.mark);
      const due = this.#due.take((group) => this.plan.mustClose(group, end), this.#release);
      for (const group of this.#groups.sort(due)) this.#close(group, end, close);
    }
    this.#closed = through;
    return moved;
  }

  /** Asks that the group's first window that ends at or after `end` and is still open be closed with a value. */
  schedule(name: string, end: Millis): void {
    const group = this.#groups.get(name) ?? this.#admit(name);
    this.#timers.add(group, Math.max(this.#grid.endFrom(end), this.#closed + this.#grid.every));
  }

  /** A pinned group is kept although it holds nothing. */
  pin(name: string, pinned: boolean): void {
    const group = this.#groups.get(name) ?? (pinned ? this.#admit(name) : undefined);
    if (group === undefined) return;
    group.pinned = pinned;
    if (pinned) this.#idle.grew(group, this.#closed);
    else this.#release(group);
  }

  /** Drops a group that holds neither panes nor timers, pinned or not. */
  forget(name: string): void {
    const group = this.#groups.get(name);
    if (group?.isEmpty) this.#remove(group);
  }

  /** Whether the group holds anything: panes, timers or a pin. */
  has(name: string): boolean {
    return this.#groups.get(name) !== undefined;
  }

  snapshot(): Snapshot<WindowsState> {
    return this.#format.write(this.#closed, this.overflowed, this.#groups.all(), this.#entries, this.history);
  }

  /** Goes on exactly from a snapshot of windows with the same options. Throws `RULE_INVALID` for others, and `SnapshotError`. */
  restore(snapshot: Snapshot<WindowsState>): void {
    const { closed, overflowed, groups, history } = this.#format.read(snapshot);
    const parts = [this.#groups, this.#entries, this.#panes, this.#timers, this.#idle.busy];
    for (const part of parts) part.clear();
    this.plan.share?.release();
    [this.#closed, this.overflowed] = [closed, overflowed];
    if (history === undefined) this.history?.beginAt(closed);
    else this.history?.restore(history);
    for (const packed of groups) this.#states.unpack(this.#admit(packed[0]), packed, this.#closed);
  }

  /** What the group holds. The cells are shared with it. */
  lift(name: string): LiftedGroup<unknown> {
    return this.#states.lift(this.#groups.get(name));
  }

  /**
   * Replaces what the group holds. It takes over the cells. Panes that it had and that are not given hold nothing from
   * now on; panes that left the windows are passed over.
   */
  replace(name: string, lifted: LiftedGroup<unknown>): void {
    const group = this.#groups.get(name) ?? this.#admit(name);
    this.#states.replace(group, lifted, this.#closed);
    if (!group.pinned && group.isEmpty) this.#remove(group);
  }

  /** Says, of windows that never closed one, up to which end all are closed. */
  startAfter(closed: Millis): void {
    this.#closed = closed;
  }

  #overflow(time: Millis, amount: Amount, receivedAt: Millis): 'overflow' {
    const group = this.#groups.get(otherGroup) ?? this.#admit(otherGroup);
    this.#put(group, this.#grid.paneOf(time), amount, receivedAt);
    this.overflowed += 1;
    return 'overflow';
  }

  #put(group: Group<unknown>, number: number, amount: Amount, receivedAt: Millis): void {
    const entries = this.#entries;
    let entry = group.newest;
    if (entry === noEntry || entries.at[entry] !== number) entry = this.#entryOf(group, number);
    entries.counts[entry]! += 1;
    group.total += 1;
    if (this.#aggregate !== undefined)
      entries.cells[entry] = this.#aggregate.put(entries.cells[entry], amount);
    if (!group.busy) this.#idle.grew(group, this.#closed);
    else this.#open.added(group, entry, amount, receivedAt);
  }

  #entryOf(group: Group<unknown>, number: number): number {
    const known = this.#entries.find(group, number);
    if (known !== noEntry) return known;
    const entry = this.#entries.add(group, this.#panes.numbered(number, this.#closed));
    if (this.#aggregate !== undefined) this.#entries.cells[entry] = this.#aggregate.cell();
    this.#timers.addRecorded(group, number);
    return entry;
  }

  #admit(name: string): Group<unknown> {
    const group = new Group<unknown>(name, !this.#idle.mayIdle);
    group.running = this.plan.running();
    this.#groups.add(group);
    this.plan.share?.add(1);
    return group;
  }

  #remove(group: Group<unknown>): void {
    this.#groups.remove(group);
    this.plan.share?.add(-1);
    this.#idle.busy.delete(group);
  }

  #nextUpTo(through: Millis): Millis | undefined {
    const pane = this.#panes.nextUpTo(through);
    const timer = this.#timers.nextUpTo(through);
    return pane === undefined || (timer !== undefined && timer < pane) ? timer : pane;
  }

  #close(group: Group<unknown>, end: Millis, close: (value: WindowValue) => void): void {
    const { name } = group;
    group.due = false;
    const count = this.#idle.countOf(group, end);
    const value = this.plan.valueOf(group, count);
    close(markEstimate({ group: name, start: end - this.#grid.over, end, value, count }, group.running));
    this.#timers.drop(group, end);
    // `close` may have dropped the group, and another group may have its name now.
    if (!group.removed) this.#release(group);
  }

  readonly #release = (group: Group<unknown>): void => {
    group.due = false;
    if (!group.pinned && group.isEmpty) this.#remove(group);
    else this.#idle.shrank(group);
  };
}
