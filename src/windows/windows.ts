import type { Measure, Millis, WindowValue } from '../model.ts';
import type { Snapshot } from '../util/snapshot.ts';
import type { Amount } from './aggregate.ts';
import { PaneWindows } from './pane-windows.ts';
import type { WindowsState } from './snapshot.ts';

export type { Amount } from './aggregate.ts';

export interface WindowOptions {
  over: Millis;
  every: Millis;
  measure: Measure;
  maxGroups: number;
  /** Visit each group with events at the end of each such stretch, too: the tiles of its timeline. */
  recordEvery?: Millis;
  /**
   * Whether a window's value matters. Without it every one does. A group that is neither pinned nor asked for, and has
   * no tile that ends, is visited only where it does.
   */
  heed?: ((value: number | undefined, count: number) => boolean) | undefined;
  /** Whether a count or rate that matters does so with every further event. */
  rising?: boolean;
}

/** The windows of one rule. See `createWindows`. */
export interface Windows {
  /**
   * Adds an event to its pane. `late`: the first window that would hold it is closed, or the time is not finite; it is counted nowhere.
   * `overflow`: there are `maxGroups` groups already, so it was counted in the group `_other`.
   */
  add(time: Millis, group: string, amount: Amount): 'added' | 'late' | 'overflow';
  /**
   * Present value of the window that ends first after the group's newest event; undefined once that is closed, and where
   * so few events cannot matter.
   */
  head(group: string): WindowValue | undefined;
  /** Whether the measure of an open window can only grow as events arrive. */
  readonly earlyCapable: boolean;
  /**
   * Closes the windows with `end <= watermark`, in order of end, then of group. A group is visited only where its
   * value may have changed and matters, at the ends of its tiles, and where it was asked for by `schedule`. `close` may
   * call `schedule`, `pin` and `forget`, and reads nothing but the window that it is given. Returns the number of
   * windows with something new in them.
   */
  advance(watermark: Millis, close: (value: WindowValue) => void): number;
  /** Asks for a visit to the group's first window that ends at or after `end` and is still open. */
  schedule(group: string, end: Millis): void;
  /** A pinned group is kept although it holds nothing. */
  pin(group: string, pinned: boolean): void;
  /** Drops a group that holds neither panes nor schedules, pinned or not. */
  forget(group: string): void;
  /** Whether the group holds anything: panes, schedules or a pin. */
  has(group: string): boolean;
  /** Whether there is a window to be visited as time passes. */
  readonly waiting: boolean;
  /** End of the last closed window, or -Infinity. Earlier events are late. */
  readonly closedThrough: Millis;
  readonly groups: number;
  /** Number of events that were counted in `_other`. */
  readonly overflowed: number;
  snapshot(): Snapshot<WindowsState>;
  /** Goes on exactly from a snapshot of windows with the same options. */
  restore(snapshot: Snapshot<WindowsState>): void;
}

/**
 * Counts events in windows `[end − over, end)` that are aligned to the epoch. An event is added to one pane, whatever
 * the number of windows that hold it; a window slides over panes. Throws `RULE_INVALID` for lengths that do not fit.
 */
export function createWindows(options: WindowOptions): Windows {
  return new PaneWindows(options);
}
