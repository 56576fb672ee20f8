import type { Millis } from '../../model.ts';
import type { Amount } from '../aggregates/aggregate.ts';
import type { Group } from './groups.ts';
import { OpenWindow, type OpenWindowParts } from './open-window.ts';
import { noEntry } from './pane-entries.ts';

/** When an event happened and when it was received. */
export interface EventTimes {
  time: Millis;
  receivedAt: Millis;
}

/** Stands for an event that is not ahead. */
export const noEvent: EventTimes = {
  time: Number.NEGATIVE_INFINITY,
  receivedAt: Number.POSITIVE_INFINITY,
};

/**
 * The window of each group that is open at present: the first to end after the newest event that is not ahead. An event is
 * ahead where its pane begins after its receipt. It is counted in its own pane, whose time is still to come, and the open
 * window stays where the other events are: one wrong stamp must not keep them from raising an alert early.
 */
export class OpenWindows<C> {
  readonly #parts: OpenWindowParts<C>;

  constructor(parts: OpenWindowParts<C>) {
    this.#parts = parts;
  }

  /**
   * An event was added to that entry of the group. Whether the open window is kept or made anew, it holds the same events:
   * a restart makes all of them anew.
   */
  added(group: Group<C>, entry: number, amount: Amount, receivedAt: Millis): void {
    const { open } = group;
    if (open === undefined) return;
    const { grid, entries } = this.#parts;
    const pane = entries.at[entry]!;
    if (pane <= open.to) open.add(entry, amount);
    else if (pane * grid.pane > receivedAt) return;
    else if (entries.counts[entry] === 1 && entries.at[entries.earlier[entry]!] === open.to)
      open.add(entry, amount);
    // The panes up to this one may hold events that were ahead.
    else group.open = undefined;
  }

  /** The open window of a group that has events. Of an event that is ahead it is the first that holds it. */
  of(group: Group<C>, time: Millis, receivedAt: Millis): OpenWindow<C> | undefined {
    const { grid, entries } = this.#parts;
    const pane = grid.paneOf(time);
    if (pane * grid.pane > receivedAt) {
      const entry = entries.find(group, pane);
      return entry === noEntry ? undefined : new OpenWindow(this.#parts, entry);
    }
    let newest = group.newest;
    while (newest !== noEntry && entries.at[newest]! * grid.pane > receivedAt)
      newest = entries.earlier[newest]!;
    if (newest === noEntry) return undefined;
    if (group.open?.to !== entries.at[newest]) group.open = new OpenWindow(this.#parts, newest);
    return group.open;
  }
}
