import type { Millis } from '../../model.ts';
import type { Grid } from './grid.ts';
import type { Group } from './groups.ts';
import { noEntry, type PaneEntries } from './pane-entries.ts';

/**
 * Which groups are idle. Where a window matters only from some number of events on, the windows of a group that has fewer
 * in all its panes together cannot matter. Such a group is idle: its window is not moved along, so its events cost
 * nothing until their panes leave. The count of its window is computed when it is busy again, or when it is asked for.
 */
export class IdleGroups<C> {
  /** Groups that are not idle, where groups may be idle at all. */
  readonly busy = new Set<Group<C>>();
  readonly mayIdle: boolean;
  readonly #matters: (events: number) => boolean;
  readonly #grid: Grid;
  readonly #entries: PaneEntries<C, Group<C>>;
  /** The greatest number of events that is known not to matter. */
  #mostIdle = 0;

  /** `matters`: whether a window with so many events does, and every one with more; without it no group is ever idle. */
  constructor(
    matters: ((events: number) => boolean) | undefined,
    grid: Grid,
    entries: PaneEntries<C, Group<C>>,
  ) {
    this.mayIdle = matters !== undefined && !matters(0);
    this.#matters = matters ?? (() => true);
    this.#grid = grid;
    this.#entries = entries;
  }

  /** The group has more events than before, or is pinned. `closed`: end of the last closed window. */
  grew(group: Group<C>, closed: Millis): void {
    if (group.busy || (!group.pinned && this.#isTooFew(group.total))) return;
    group.count = this.countOf(group, closed);
    group.busy = true;
    this.busy.add(group);
  }

  /** The group has fewer events than before, or is pinned no more. */
  shrank(group: Group<C>): void {
    if (!this.mayIdle || !group.busy || group.pinned || !this.#isTooFew(group.total)) return;
    group.busy = false;
    group.open = undefined;
    this.busy.delete(group);
  }

  /** Number of events in the group's last closed window. */
  countOf(group: Group<C>, closed: Millis): number {
    if (group.busy) return group.count;
    const { at, counts, earlier } = this.#entries;
    let count = 0;
    for (let entry = group.newest; entry !== noEntry; entry = earlier[entry]!)
      if (this.#grid.firstEnd(at[entry]!) <= closed) count += counts[entry]!;
    return count;
  }

  #isTooFew(events: number): boolean {
    if (events <= this.#mostIdle) return true;
    if (this.#matters(events)) return false;
    this.#mostIdle = events;
    return true;
  }
}
