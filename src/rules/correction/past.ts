import type { Millis } from '../../model.ts';
import type { Amount } from '../../windows/aggregates/aggregate.ts';
import { addEvent, merged, type Shares } from '../../windows/history/pane-history.ts';
import { otherGroup } from '../../windows/options.ts';
import type { Windows } from '../../windows/windows.ts';
import type { LateGroup } from './late-group.ts';

/** What the windows of a stretch hold, by number of the pane. */
export interface Stretch {
  panes: Shares<unknown>;
  /** What it costs to find that, in entries of panes. */
  cost: number;
}

/** How late events wait to be taken into account, and what is kept of the past for them. */
export interface Past {
  /** Length of a pane of late events. */
  readonly pane: Millis;
  /** Whether a late event may be of that group, while so many groups wait. */
  admits(group: string, waiting: number): boolean;
  /** Whether everything is known that the windows after `from` depend on, where late events begin at `time`. */
  reaches(group: string, from: Millis, time: Millis): boolean;
  /** Adds a late event. Returns whether it is worth to be shown. */
  put(late: LateGroup, time: Millis, amount: Amount): boolean;
  /** A cell of a pane of late events, as plain data and back. */
  pack(cell: unknown): unknown;
  unpack(packed: unknown): unknown;
  /** Whether the windows may be different with the late events. */
  changes(late: LateGroup): boolean;
  /** What the windows hold that end after `from`, with the late events. -Infinity: everything that is kept. */
  stretch(late: LateGroup, from: Millis): Stretch;
  /** Whether an alert of the group holds that was raised before its window is over. */
  holds(group: string, window: { start: Millis; end: Millis }): boolean;
  /** Takes the late events over. */
  keep(late: LateGroup): void;
  /** Forgets what is too old to matter. */
  trim(closed: Millis): void;
  beginAt(time: Millis): void;
  release(): void;
}

/** To search a chunk costs as much as to count so many entries. */
export const perChunk = 2;

/** The past of a rule whose windows count events: the panes that left the windows. */
export class WindowPast implements Past {
  readonly pane: Millis;
  readonly #windows: Windows;

  constructor(windows: Windows) {
    this.#windows = windows;
    this.pane = windows.plan.grid.pane;
  }

  admits(group: string, waiting: number): boolean {
    const windows = this.#windows;
    return windows.has(group) || group === otherGroup || !windows.plan.isFull(windows.groups + waiting);
  }

  reaches(_: string, from: Millis): boolean {
    const { reach } = this.#history;
    return reach === Number.NEGATIVE_INFINITY || from - this.#windows.plan.grid.over >= reach;
  }

  put(late: LateGroup, time: Millis, amount: Amount): boolean {
    const { grid, aggregate } = this.#windows.plan;
    addEvent(late.panes, grid.paneOf(time), amount, aggregate);
    return true;
  }

  holds(): boolean {
    return true;
  }

  pack(cell: unknown): unknown {
    return this.#windows.plan.aggregate?.pack(cell) ?? null;
  }

  unpack(packed: unknown): unknown {
    return this.#windows.plan.aggregate?.unpack(packed);
  }

  changes(): boolean {
    return true;
  }

  stretch(late: LateGroup, from: Millis): Stretch {
    const { grid, aggregate } = this.#windows.plan;
    const kept = this.#history.of(late.name, Number.isFinite(from) ? grid.firstPane(from) : from);
    const panes = merged([kept.panes, this.#windows.lift(late.name).panes, late.panes], aggregate);
    return { panes, cost: kept.searched * perChunk + panes.size };
  }

  keep(late: LateGroup): void {
    const { grid } = this.#windows.plan;
    for (const [pane, share] of late.panes)
      if (grid.endAfter(pane) <= this.#windows.closedThrough) this.#history.addLate(pane, late.name, share);
  }

  trim(closed: Millis): void {
    this.#history.trim(closed);
  }

  beginAt(time: Millis): void {
    this.#history.beginAt(time);
  }

  release(): void {
    this.#history.release();
  }

  get #history() {
    return this.#windows.history!;
  }
}
