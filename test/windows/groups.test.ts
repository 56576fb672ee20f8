import { describe, expect, it } from 'vitest';
import type { Measure, Millis } from '../../src/model.ts';
import { SnapshotError } from '../../src/util/snapshot.ts';
import { closing, open } from './support.ts';

describe('groups', () => {
  it.each([3, 200, 5000])('are visited in order of their names, however many (%d)', (number) => {
    const windows = open({ maxGroups: 10_000 });
    const names = Array.from({ length: number }, (_, index) => `g${(index * 7919) % number}`);
    for (const name of names) windows.add(0, name, undefined);
    const visits: string[] = [];
    windows.advance(1000, ({ group }) => visits.push(group));
    expect(visits).toEqual([...names].sort());
  });

  it('keep their order while others come and go', () => {
    const windows = open({ over: 40, every: 10, maxGroups: 10_000 });
    const visits = new Map<Millis, string[]>();
    for (let step = 0; step < 100; step += 1) {
      for (let index = 0; index < 60; index += 1)
        windows.add(step * 10, `g${(step * 31 + index * index) % 977}`, undefined);
      windows.advance(step * 10, ({ group, end }) => {
        visits.set(end, [...(visits.get(end) ?? []), group]);
      });
    }
    expect(visits.size).toBeGreaterThan(90);
    for (const groups of visits.values()) expect(groups).toEqual([...groups].sort());
  });

  it('are forgotten when they are empty, unless they are pinned', () => {
    const windows = open();
    for (const group of ['a', 'b']) windows.add(0, group, undefined);
    windows.pin('b', true);
    closing(windows, 5000);
    expect(windows.groups).toBe(1);
    windows.pin('b', false);
    expect(windows.groups).toBe(0);
  });

  it('that hold something cannot be dropped', () => {
    const windows = open();
    windows.add(0, 'a', undefined);
    windows.forget('a');
    expect(windows.groups).toBe(1);
    closing(windows, 1000, () => windows.forget('a'));
    expect(windows.groups).toBe(1);
  });

  it('may be dropped by the visit that finds them empty, and come back', () => {
    const windows = open();
    windows.add(0, 'a', undefined);
    windows.pin('a', true);
    closing(windows, 2000, ({ group, count }) => {
      if (count === 0) windows.forget(group);
    });
    expect([windows.groups, windows.waiting]).toEqual([0, false]);
    windows.add(2000, 'a', undefined);
    expect([windows.groups, windows.newestOpen('a')?.count]).toEqual([1, 1]);
    expect(closing(windows, 4000)).toEqual(['a [2000, 3000) 1', 'a [3000, 4000) 0']);
  });
});

describe('a visit that was asked for', () => {
  it('takes place although nothing changes, at the first window end from there', () => {
    const windows = open({ over: 1000, every: 100 });
    windows.add(50, 'a', undefined);
    windows.schedule('a', 450);
    windows.schedule('a', 450);
    windows.schedule('a', 300);
    expect(closing(windows, 3000)).toEqual([
      'a [-900, 100) 1',
      'a [-700, 300) 1',
      'a [-500, 500) 1',
      'a [100, 1100) 0',
    ]);
  });

  it('takes place at the next window end where its own is past', () => {
    const windows = open();
    closing(windows, 5000);
    windows.schedule('a', 100);
    expect(closing(windows, 9000)).toEqual(['a [5000, 6000) 0']);
  });

  it('may be asked for by a visit, and takes place in the same advance', () => {
    const windows = open();
    windows.add(0, 'a', undefined);
    const closed = closing(windows, 60_000, ({ end, group }) => {
      if (end === 2000) windows.schedule(group, 30_000);
    });
    expect(closed.at(-1)).toBe('a [29000, 30000) 0');
  });
});

describe('tiles', () => {
  it('end with a visit for groups that had events in them', () => {
    const windows = open({ over: 1000, every: 10, recordEvery: 1000 });
    windows.add(100, 'a', undefined);
    windows.add(2500, 'b', undefined);
    expect(closing(windows, 5000)).toEqual([
      'a [-890, 110) 1',
      'a [0, 1000) 1',
      'a [110, 1110) 0',
      'b [1510, 2510) 1',
      'b [2000, 3000) 1',
      'b [2510, 3510) 0',
    ]);
  });

  it('longer than the window end with a visit, too', () => {
    const windows = open({ over: 10, every: 10, recordEvery: 100 });
    windows.add(5, 'a', undefined);
    expect(closing(windows, 500)).toEqual(['a [0, 10) 1', 'a [10, 20) 0', 'a [90, 100) 0']);
  });
});

describe('the newest open window', () => {
  it('is undefined for a group that is unknown, empty, or whose newest window is closed', () => {
    const windows = open({ over: 1000, every: 100 });
    expect(windows.newestOpen('a')).toBeUndefined();
    windows.add(50, 'a', undefined);
    expect(windows.newestOpen('a')).toMatchObject({ start: -900, end: 100, count: 1 });
    closing(windows, 100);
    expect(windows.newestOpen('a')).toBeUndefined();
    windows.add(150, 'a', undefined);
    expect(windows.newestOpen('a')).toMatchObject({ start: -800, end: 200, count: 2 });
    closing(windows, 9000);
    expect(windows.newestOpen('a')).toBeUndefined();
  });

  it('holds nothing of what left while nobody looked', () => {
    const windows = open({ over: 20, every: 10 });
    windows.pin('a', true);
    windows.add(5, 'a', undefined);
    expect(windows.newestOpen('a')!.count).toBe(1);
    closing(windows, 100);
    windows.add(205, 'a', undefined);
    expect(windows.newestOpen('a')).toEqual({ group: 'a', start: 190, end: 210, value: 1, count: 1 });
  });

  it('grows with an event that comes late but belongs to it, and not with one before it', () => {
    const windows = open({ over: 100, every: 10 });
    windows.add(200, 'a', undefined);
    expect(windows.newestOpen('a')!.count).toBe(1);
    windows.add(150, 'a', undefined);
    expect(windows.newestOpen('a')!.count).toBe(2);
    windows.add(100, 'a', undefined);
    expect(windows.newestOpen('a')!.count).toBe(2);
  });
});

describe('a damaged snapshot', () => {
  const damaged: [what: string, measure: Measure, change: (group: unknown[]) => void, place: string][] = [
    ['a count that is text', { kind: 'count' }, (group) => group.splice(2, 1, ['1']), 'groups[0][2][0]'],
    [
      'a cell where there is nothing to measure',
      { kind: 'count' },
      (group) => group.splice(3, 1, [1]),
      'groups[0][3][0]',
    ],
    [
      'a sum that is text',
      { kind: 'sum', field: 'x' },
      (group) => group.splice(3, 1, ['1']),
      'groups[0][3][0]',
    ],
    [
      'a histogram without counts',
      { kind: 'percentile', field: 'x', percent: 90 },
      (group) => group.splice(3, 1, [[[1]]]),
      'groups[0][3][0]',
    ],
    [
      'different values that are no hashes',
      { kind: 'distinct', field: 'x' },
      (group) => group.splice(3, 1, [['a']]),
      'groups[0][3][0]',
    ],
    ['timers that are missing', { kind: 'count' }, (group) => group.splice(5, 1), 'groups[0]'],
    ['a name that is a number', { kind: 'count' }, (group) => group.splice(0, 1, 7), 'groups[0][0]'],
  ];

  it.each(damaged)('with %s is refused with the place', (_, measure, change, place) => {
    const windows = open({ measure });
    windows.add(1, 'a', 1);
    const snapshot = structuredClone(windows.snapshot()) as { groups: unknown[][] };
    open({ measure }).restore(snapshot as never);
    change(snapshot.groups[0]!);
    expect(() => open({ measure }).restore(snapshot as never)).toThrow(
      `The windows cannot go on from this snapshot: at ${place}: `,
    );
  });

  it('leaves the windows as they were', () => {
    const windows = open();
    windows.add(1, 'a', undefined);
    const before = structuredClone(windows.snapshot());
    const bad = { ...(before as object), groups: [['a']] };
    expect(() => windows.restore(bad as never)).toThrow(SnapshotError);
    expect(windows.snapshot()).toEqual(before);
  });
});

describe('a snapshot', () => {
  it('is refused by windows with other lengths or another measure', () => {
    const snapshot = open().snapshot();
    for (const options of [{ over: 2000 }, { every: 500 }, { measure: { kind: 'rate' } as const }])
      expect(() => open(options).restore(snapshot)).toThrow('cannot go on from this snapshot');
    expect(() => open().restore(undefined as never)).toThrow('cannot go on from this snapshot');
  });

  it('keeps pins, visits asked for, what was closed and what overflowed', () => {
    const windows = open({ maxGroups: 1 });
    windows.pin('a', true);
    windows.schedule('a', 9000);
    windows.add(0, 'b', undefined);
    closing(windows, 5000);
    const restored = open({ maxGroups: 1 });
    restored.restore(windows.snapshot());
    expect([restored.closedThrough, restored.overflowed, restored.groups]).toEqual([5000, 1, 1]);
    expect(closing(restored, 10_000)).toEqual(['a [8000, 9000) 0']);
    expect(restored.groups).toBe(1);
  });

  it('replaces what was there', () => {
    const windows = open();
    windows.add(0, 'a', undefined);
    windows.restore(open().snapshot());
    expect([windows.groups, windows.waiting]).toEqual([0, false]);
  });
});
