import { LogboomError } from '../errors.ts';
import type { Millis } from '../model.ts';
import type { Aggregate } from './aggregate.ts';
import type { Group } from './group.ts';
import type { Shares } from './shares.ts';
import type { WindowOptions } from './windows.ts';

/**
 * A group: name, numbers, events and cells of its panes, how many of them are in the last closed window, ends asked
 * for, pinned. What runs over the panes is computed from them again, which is exact.
 */
export type PackedGroup = [string, number[], number[], unknown[], number, Millis[], boolean];

interface PackedWindows {
  of: string;
  /** Null: nothing is closed yet. */
  closed: Millis | null;
  overflowed: number;
  groups: PackedGroup[];
}

/** What a snapshot depends on: with other lengths or another measure its panes would mean something else. */
const identityOf = ({ over, every, measure, recordEvery }: WindowOptions) =>
  JSON.stringify([over, every, recordEvery ?? null, measure]);

/** `isEntered` tells the panes of the last closed window from those that are open. */
export function packGroup<C>(
  group: Group<C>,
  shares: Shares<C>,
  aggregate: Aggregate<C> | undefined,
  isEntered: (pane: number) => boolean,
): PackedGroup {
  const own = shares.of(group);
  const at = own.map((share) => shares.at[share]!);
  return [
    group.name,
    at,
    own.map((share) => shares.counts[share]!),
    aggregate === undefined ? [] : own.map((share) => aggregate.pack(shares.cells[share]!)),
    at.filter(isEntered).length,
    [...(group.timers ?? [])],
    group.pinned,
  ];
}

export function packWindows(
  options: WindowOptions,
  closed: Millis,
  overflowed: number,
  groups: PackedGroup[],
): PackedWindows {
  return {
    of: identityOf(options),
    closed: closed === Number.NEGATIVE_INFINITY ? null : closed,
    overflowed,
    groups,
  };
}

export function unpackWindows(options: WindowOptions, snapshot: unknown) {
  const packed = snapshot as Partial<PackedWindows> | undefined;
  if (packed?.of !== identityOf(options) || packed.groups === undefined)
    throw new LogboomError(
      'RULE_INVALID',
      'The windows cannot go on from this snapshot: it is of windows with other lengths or another measure.',
    );
  return {
    closed: packed.closed ?? Number.NEGATIVE_INFINITY,
    overflowed: packed.overflowed ?? 0,
    groups: packed.groups,
  };
}
