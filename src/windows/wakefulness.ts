import type { Millis } from '../model.ts';
import type { Grid } from './grid.ts';
import type { Group } from './group.ts';
import { none, type Shares } from './shares.ts';
import type { WindowOptions } from './windows.ts';

/** Whether a window with so many events matters, and every one with more; undefined where that cannot be told. */
export function mattersWith(
  heeds: WindowOptions['heed'],
  { measure, rising = false }: WindowOptions,
  perEvent: number,
): ((events: number) => boolean) | undefined {
  const isCounted = measure.kind === 'count' || measure.kind === 'rate';
  return heeds && rising && isCounted ? (events) => heeds(events * perEvent, events) : undefined;
}

/**
 * Which groups are awake. Where a window matters only from some number of events on, a group that has fewer in all its
 * panes together matters at no end, so nobody moves its window along: it sleeps, and costs nothing from its events
 * until their panes leave. What its window holds is counted anew when it wakes, or when somebody asks.
 */
export class Wakefulness<C> {
  /** Those awake, where others may sleep. */
  readonly awake = new Set<Group<C>>();
  readonly maySleep: boolean;
  readonly #matters: (events: number) => boolean;
  readonly #grid: Grid;
  readonly #shares: Shares<C>;
  /** The greatest number of events that is known not to matter. */
  #calm = 0;

  /** `matters`: whether a window with so many events does, and every one with more; without it nobody sleeps. */
  constructor(matters: ((events: number) => boolean) | undefined, grid: Grid, shares: Shares<C>) {
    this.maySleep = matters !== undefined && !matters(0);
    this.#matters = matters ?? (() => true);
    this.#grid = grid;
    this.#shares = shares;
  }

  /** The group has more events than before, or is pinned. `closed`: end of the last closed window. */
  stir(group: Group<C>, closed: Millis): void {
    if (group.awake || (!group.pinned && this.#isCalm(group.total))) return;
    group.count = this.countOf(group, closed);
    group.awake = true;
    this.awake.add(group);
  }

  /** The group has fewer events than before, or is pinned no more. */
  settle(group: Group<C>): void {
    if (!this.maySleep || !group.awake || group.pinned || !this.#isCalm(group.total)) return;
    group.awake = false;
    group.head = undefined;
    this.awake.delete(group);
  }

  /** Number of events in the group's last closed window. */
  countOf(group: Group<C>, closed: Millis): number {
    if (group.awake) return group.count;
    const { at, counts, earlier } = this.#shares;
    let count = 0;
    for (let share = group.newest; share !== none; share = earlier[share]!)
      if (this.#grid.entry(at[share]!) <= closed) count += counts[share]!;
    return count;
  }

  #isCalm(events: number): boolean {
    if (events <= this.#calm) return true;
    if (this.#matters(events)) return false;
    this.#calm = events;
    return true;
  }
}
