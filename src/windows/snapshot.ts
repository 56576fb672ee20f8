import { LogboomError } from '../errors.ts';
import type { Millis } from '../model.ts';
import type { Aggregate } from './aggregate.ts';
import type { Group } from './group.ts';
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

export function packGroup<C>(group: Group<C>, aggregate: Aggregate<C> | undefined): PackedGroup {
  return [
    group.name,
    group.at.slice(group.first),
    group.counts.slice(group.first),
    aggregate === undefined ? [] : group.cells.slice(group.first).map((cell) => aggregate.pack(cell)),
    group.entered - group.first,
    [...(group.timers ?? [])],
    group.pinned,
  ];
}

export function unpackGroup<C>(
  [name, at, counts, cells, entered, timers, pinned]: PackedGroup,
  aggregate: Aggregate<C> | undefined,
  admit: (name: string) => Group<C>,
): Group<C> {
  const group = admit(name);
  [group.at, group.counts] = [[...at], [...counts]];
  if (aggregate !== undefined) group.cells = cells.map((cell) => aggregate.unpack(cell));
  for (; group.entered < entered; group.entered += 1) {
    group.count += group.counts[group.entered]!;
    group.running?.enter(group.cells[group.entered]!);
  }
  if (timers.length > 0) group.timers = [...timers];
  group.pinned = pinned;
  return group;
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
