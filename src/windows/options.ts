import type { Measure, Millis } from '../model.ts';
import { type Aggregate, type Running, Single } from './aggregates/aggregate.ts';
import { aggregateFor } from './aggregates/measures.ts';
import type { CorrectionMemory } from './history/memory.ts';
import { PaneHistory } from './history/pane-history.ts';
import type { Group } from './panes/groups.ts';
import { Grid, recordedGrid } from './panes/window.ts';

/** Where events of groups beyond `maxGroups` are counted together. */
export const otherGroup = '_other';

/** What windows are to count, and which of them are to be closed with a value. Lengths in milliseconds. */
export interface WindowOptions {
  over: Millis;
  every: Millis;
  measure: Measure;
  maxGroups: number;
  /** Close the windows of each group with events at multiples of this length, whether they matter or not, to be recorded. */
  recordEvery?: Millis;
  /**
   * Whether a window's value matters; by default every value does. The window of a group that is not pinned, has no timer
   * and is not to be recorded is closed without a value where it does not.
   */
  matters?: ((value: number | undefined, count: number) => boolean) | undefined;
  /** Whether a count or rate that matters does so with every further event. */
  risesWithEvents?: boolean;
  /** Keep what leaves the windows for so long, so that late events can correct windows that are closed. */
  keep?: { keepFor: Millis; memory: CorrectionMemory } | undefined;
  /** Bounds the groups of several windows together. */
  budget?: Budget | undefined;
}

/** What follows from the options alone. Throws `RULE_INVALID` for lengths that do not fit. */
export class WindowPlan {
  readonly maxGroups: number;
  readonly grid: Grid;
  /** Where the recorded windows lie; undefined where all are recorded, or none. */
  readonly recorded: Grid | undefined;
  /** Undefined: the measure is the number of events. */
  readonly aggregate: Aggregate<unknown> | undefined;
  /** What one event adds to a count or a rate. */
  readonly perEvent: number;
  readonly matters: WindowOptions['matters'];
  readonly share: Share | undefined;
  readonly #options: WindowOptions;

  constructor(options: WindowOptions) {
    const { over, every, measure, recordEvery, maxGroups } = options;
    this.#options = options;
    this.maxGroups = maxGroups;
    this.share = options.budget?.share();
    this.grid = new Grid(over, every);
    this.recorded = recordedGrid(this.grid, recordEvery);
    this.aggregate = aggregateFor(measure);
    this.perEvent = measure.kind === 'rate' ? 1000 / over : 1;
    // Where every window is recorded every one is closed with a value.
    this.matters = recordEvery === undefined || this.recorded !== undefined ? options.matters : undefined;
  }

  /** Whether a group more would be too many beside so many. */
  isFull(groups: number): boolean {
    return groups >= this.maxGroups || (this.share?.isUsedUp ?? false);
  }

  recordedEnd(time: Millis): Millis | undefined {
    if (this.#options.recordEvery === undefined) return undefined;
    const { recorded = this.grid } = this;
    return this.grid.endFrom(recorded.firstEnd(recorded.paneOf(time)));
  }

  /** Where panes go when they leave the windows. */
  history(): PaneHistory<unknown> | undefined {
    const { keep } = this.#options;
    const { aggregate, grid } = this;
    return keep && new PaneHistory({ ...keep, aggregate, pane: grid.pane });
  }

  /** The measure of a group's window as it slides, where it is more than the number of events. */
  running(): Running<unknown> | undefined {
    const { aggregate, grid } = this;
    return aggregate && grid.over === grid.pane ? new Single(aggregate) : aggregate?.running();
  }

  /** Value of the group's window that holds so many events. */
  valueOf({ running }: Group<unknown>, count: number): number | undefined {
    return running === undefined ? count * this.perEvent : running.value(count);
  }

  /** Whether the group's window with that end is closed with a value. */
  mustClose(group: Group<unknown>, end: Millis): boolean {
    if (this.matters === undefined || group.pinned) return true;
    if (group.timers !== undefined && group.timers[0]! <= end) return true;
    return group.busy && this.matters(this.valueOf(group, group.count), group.count);
  }

  /** Whether a window with so many events matters, and every one with more; undefined where that is not known. */
  get countMatters(): ((events: number) => boolean) | undefined {
    const { matters, perEvent } = this;
    const { risesWithEvents = false } = this.#options;
    if (matters === undefined || !risesWithEvents || this.aggregate !== undefined) return undefined;
    return (events) => matters(events * perEvent, events);
  }
}

/** Bounds how many of something several owners keep together. Each states in its `Share` how many it keeps. */
export class Budget {
  used = 0;
  readonly limit: number;
  /** So many may each owner keep in any case, so that a rule with few groups counts them whatever others keep. */
  readonly reserved: number;

  constructor(limit: number, reserved = 0) {
    this.limit = limit;
    this.reserved = reserved;
  }

  share(): Share {
    return new Share(this);
  }
}

/** What one owner keeps of a budget. */
export class Share {
  #kept = 0;
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  get kept(): number {
    return this.#kept;
  }

  /** Whether this owner should keep no more. It may keep more all the same, and is counted. */
  get isUsedUp(): boolean {
    const { used, limit, reserved } = this.#budget;
    return used >= limit && this.#kept >= reserved;
  }

  /** The owner keeps so many more, or fewer where the number is negative. */
  add(number: number): void {
    this.#kept += number;
    this.#budget.used += number;
  }

  /** The owner keeps none any more. */
  release(): void {
    this.add(-this.#kept);
  }
}
