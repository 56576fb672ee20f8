import * as z from 'zod';
import { LogboomError } from '../errors.ts';
import type { Millis } from '../model.ts';
import { maybeNumber, nested, number, objectOf, type Snapshot, SnapshotFormat } from '../util/snapshot.ts';
import type { Aggregate } from './aggregates/aggregate.ts';
import type { PaneHistory } from './history/pane-history.ts';
import type { WindowOptions, WindowPlan } from './options.ts';
import type { Group } from './panes/groups.ts';
import type { PaneEntries } from './panes/pane-entries.ts';

/**
 * Disk format of a group: its panes in order of time with their events and cells, how many of them are in the last closed
 * window, and its timers. The running measure is computed from the cells again, which is exact.
 */
export type PackedGroup = [
  name: string,
  panes: number[],
  counts: number[],
  cells: unknown[],
  entered: number,
  timers: Millis[],
  pinned: boolean,
];

/** Disk format of the windows of one rule. */
export interface WindowsState {
  /** Lengths and measure. */
  of: string;
  /** Null: nothing is closed yet. */
  closed?: Millis | null | undefined;
  overflowed?: number | undefined;
  groups: PackedGroup[];
  /** Missing where late events correct nothing. */
  history?: Snapshot<unknown> | undefined;
}

/** The form of cells depends on the measure. */
function formatFor(aggregate: Aggregate<unknown> | undefined) {
  const cells = z.array(aggregate?.packed ?? z.never());
  const numbers = z.array(number);
  return new SnapshotFormat({
    component: 'The windows',
    schema: objectOf<WindowsState>({
      of: z.string(),
      closed: number.nullish(),
      overflowed: maybeNumber,
      groups: z.array(z.tuple([z.string(), numbers, numbers, cells, number, numbers, z.boolean()])),
      history: nested<unknown>().optional(),
    }),
  });
}

/** The options on which the meaning of panes depends. */
const identityOf = ({ over, every, measure, recordEvery }: WindowOptions) =>
  JSON.stringify([over, every, recordEvery ?? null, measure]);

/** `isEntered` tells the panes of the last closed window from those that are open. */
function packGroup<C>(
  group: Group<C>,
  entries: PaneEntries<C, Group<C>>,
  aggregate: Aggregate<C> | undefined,
  isEntered: (pane: number) => boolean,
): PackedGroup {
  const own = entries.of(group);
  const at = own.map((entry) => entries.at[entry]!);
  return [
    group.name,
    at,
    own.map((entry) => entries.counts[entry]!),
    aggregate === undefined ? [] : own.map((entry) => aggregate.pack(entries.cells[entry]!)),
    at.filter(isEntered).length,
    [...(group.timers ?? [])],
    group.pinned,
  ];
}

type Read = Pick<WindowsState, 'groups' | 'history'> & { closed: Millis; overflowed: number };

/** Reads and writes the snapshots of windows with certain lengths and a certain measure. */
export class WindowsFormat {
  readonly #identity: string;
  readonly #plan: WindowPlan;
  readonly #format: SnapshotFormat<WindowsState>;

  constructor(options: WindowOptions, plan: WindowPlan) {
    this.#identity = identityOf(options);
    this.#plan = plan;
    this.#format = formatFor(plan.aggregate);
  }

  write(
    closed: Millis,
    overflowed: number,
    groups: Group<unknown>[],
    entries: PaneEntries<unknown, Group<unknown>>,
    history: PaneHistory<unknown> | undefined,
  ): Snapshot<WindowsState> {
    const { grid, aggregate } = this.#plan;
    const isEntered = (pane: number) => grid.firstEnd(pane) <= closed;
    return this.#format.write({
      of: this.#identity,
      closed: closed === Number.NEGATIVE_INFINITY ? null : closed,
      overflowed,
      groups: groups.map((group) => packGroup(group, entries, aggregate, isEntered)),
      ...(history && { history: history.snapshot() }),
    });
  }

  /** Throws `RULE_INVALID` for windows with other lengths or another measure, and `SnapshotError`. */
  read(snapshot: Snapshot<WindowsState>): Read {
    const { of } = (snapshot ?? {}) as Partial<WindowsState>;
    if (of !== this.#identity)
      throw new LogboomError(
        'RULE_INVALID',
        'The windows cannot go on from this snapshot: it is of windows with other lengths or another measure.',
      );
    const { closed, overflowed, groups, history } = this.#format.read(snapshot);
    return { closed: closed ?? Number.NEGATIVE_INFINITY, overflowed: overflowed ?? 0, groups, history };
  }
}
