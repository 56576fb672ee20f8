import type { Millis } from '../../model.ts';
import type { WindowPlan } from '../options.ts';
import type { Group } from '../panes/groups.ts';
import { noEntry, type PaneEntries } from '../panes/pane-entries.ts';
import type { Panes } from '../panes/panes.ts';
import type { IdleGroups, Timers } from '../panes/timers.ts';
import type { PackedGroup } from '../snapshot.ts';
import type { PaneShare } from './chunk.ts';

/** What a group of windows holds, outside of them. */
export interface LiftedGroup<C> {
  /** By number of the pane. */
  panes: ReadonlyMap<number, PaneShare<C>>;
  timers: readonly Millis[];
  pinned: boolean;
}

interface Parts<C> {
  entries: PaneEntries<C, Group<C>>;
  panes: Panes<C>;
  timers: Timers<C>;
  idle: IdleGroups<C>;
}

/** Takes what a group holds out of windows, and puts it into them. `closed`: end of the last closed window. */
export class GroupStates<C> {
  readonly #plan: WindowPlan;
  readonly #parts: Parts<C>;

  constructor(plan: WindowPlan, parts: Parts<C>) {
    this.#plan = plan;
    this.#parts = parts;
  }

  /** Fills a new group from a snapshot. */
  unpack(group: Group<C>, [, at, counts, cells, , timers, pinned]: PackedGroup, closed: Millis): void {
    const aggregate = this.#plan.aggregate;
    at.forEach((number, place) => {
      const cell = aggregate?.unpack(cells[place]) as C;
      this.#put(group, number, { count: counts[place]!, cell }, closed);
    });
    for (const end of timers) this.#parts.timers.add(group, end);
    group.pinned = pinned;
    this.#slideTo(group, closed);
  }

  lift(group: Group<C> | undefined): LiftedGroup<C> {
    if (group === undefined) return { panes: new Map(), timers: [], pinned: false };
    const { entries } = this.#parts;
    const panes = entries.of(group).map((entry): [number, PaneShare<C>] => {
      return [entries.at[entry]!, { count: entries.counts[entry]!, cell: entries.cells[entry]! }];
    });
    return { panes: new Map(panes), timers: [...(group.timers ?? [])], pinned: group.pinned };
  }

  replace(group: Group<C>, { panes, timers, pinned }: LiftedGroup<C>, closed: Millis): void {
    const { entries } = this.#parts;
    const nothing = () => ({ count: 0, cell: this.#plan.aggregate?.cell() as C });
    for (const entry of entries.of(group))
      if (!panes.has(entries.at[entry]!)) this.#put(group, entries.at[entry]!, nothing(), closed);
    for (const [number, share] of [...panes].sort(([a], [b]) => a - b))
      if (this.#plan.grid.endAfter(number) > closed) this.#put(group, number, share, closed);
    this.#parts.timers.replace(group, timers);
    group.recordedEnd = Number.NEGATIVE_INFINITY;
    for (const number of panes.keys()) this.#parts.timers.addRecorded(group, number, closed);
    group.pinned = pinned;
    this.#slideTo(group, closed);
  }

  #put(group: Group<C>, number: number, { count, cell }: PaneShare<C>, closed: Millis): void {
    const { entries, panes } = this.#parts;
    const known = entries.find(group, number);
    const entry = known === noEntry ? entries.add(group, panes.numbered(number, closed)) : known;
    group.total += count - (known === noEntry ? 0 : entries.counts[entry]!);
    entries.counts[entry] = count;
    if (this.#plan.aggregate !== undefined) entries.cells[entry] = cell;
  }

  /** Computes the group's last closed window from its entries anew. */
  #slideTo(group: Group<C>, closed: Millis): void {
    const { entries, panes, idle } = this.#parts;
    group.open = undefined;
    if (!group.busy) {
      idle.grew(group, closed);
      return;
    }
    group.count = 0;
    group.running = this.#plan.running() as Group<C>['running'];
    for (const entry of entries.of(group))
      if (this.#plan.grid.firstEnd(entries.at[entry]!) <= closed) panes.enter(entry, group);
    idle.shrank(group);
  }
}
