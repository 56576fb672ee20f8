import { describe, expect, it } from 'vitest';
import type { Measure, Millis, WindowValue } from '../../src/model.ts';
import { createWindows, type WindowOptions, type Windows } from '../../src/windows/windows.ts';

const open = (options: Partial<WindowOptions> = {}): Windows =>
  createWindows({ over: 1000, every: 1000, measure: { kind: 'count' }, maxGroups: 1000, ...options });

/** Closes windows and shows each as `group [start, end) value`. */
function closing(windows: Windows, watermark: Millis, react = (_: WindowValue) => {}): string[] {
  const closed: string[] = [];
  windows.advance(watermark, (value) => {
    closed.push(`${value.group} [${value.start}, ${value.end}) ${value.value}`);
    react(value);
  });
  return closed;
}

describe('a window', () => {
  it('holds its start and not its end', () => {
    const windows = open();
    for (const time of [0, 999, 1000]) windows.add(time, 'a', undefined);
    expect(closing(windows, 1000)).toEqual(['a [0, 1000) 2']);
  });

  it('closes when the watermark reaches its end, not before', () => {
    const windows = open();
    windows.add(500, 'a', undefined);
    expect(closing(windows, 999)).toEqual([]);
    expect(closing(windows, 1000)).toEqual(['a [0, 1000) 1']);
    expect(closing(windows, 1000)).toEqual([]);
  });

  it('is aligned to the epoch, before it too', () => {
    const windows = open({ over: 20, every: 10 });
    windows.add(-1, 'a', undefined);
    windows.add(-15, 'a', undefined);
    expect(closing(windows, 100)).toEqual(['a [-30, -10) 1', 'a [-20, 0) 2', 'a [-10, 10) 1', 'a [0, 20) 0']);
    expect(Object.is(windows.closedThrough, 100)).toBe(true);
  });

  it('is visited where its value may change only: when a pane enters, and when it leaves', () => {
    const windows = open({ over: 1000, every: 10 });
    windows.add(100, 'a', undefined);
    windows.add(105, 'a', undefined);
    windows.add(700, 'a', undefined);
    expect(closing(windows, 5000)).toEqual([
      'a [-890, 110) 2',
      'a [-290, 710) 3',
      'a [110, 1110) 1',
      'a [710, 1710) 0',
    ]);
  });

  it('has panes as long as the greatest common divisor of its length and its hop', () => {
    // The windows around 45 are [10, 60), [−10, 40) and [50, 100): a pane as long as the hop, [40, 60), would be cut by the last.
    const windows = open({ over: 50, every: 20 });
    windows.add(45, 'a', undefined);
    expect(closing(windows, 200)).toEqual(['a [10, 60) 1', 'a [50, 100) 0']);
  });

  it('of a rate counts events a second', () => {
    const windows = open({ over: 4000, every: 4000, measure: { kind: 'rate' } });
    for (const time of [0, 1, 2]) windows.add(time, 'a', undefined);
    expect(closing(windows, 4000)).toEqual(['a [0, 4000) 0.75']);
  });

  it.each([
    [{ over: 10, every: 20 }],
    [{ over: 10, every: 0 }],
    [{ over: 10.5, every: 10.5 }],
    [{ over: 50, every: 20, recordEvery: 15 }],
  ])('of impossible lengths is refused: %o', (lengths) => {
    expect(() => open(lengths)).toThrow(expect.objectContaining({ code: 'RULE_INVALID' }));
  });
});

describe('an event', () => {
  it('is late when the first window that would hold it is closed, and counts nowhere', () => {
    const windows = open({ over: 1000, every: 100 });
    expect(closing(windows, 5050)).toEqual([]);
    expect(windows.closedThrough).toBe(5000);
    expect(windows.add(4999, 'a', undefined)).toBe('late');
    expect(windows.add(5000, 'a', undefined)).toBe('added');
    expect(closing(windows, 5100)).toEqual(['a [4100, 5100) 1']);
  });

  it('is never late before anything is closed', () => {
    const windows = open();
    windows.add(1_700_000_000_000, 'a', undefined);
    expect(windows.add(0, 'a', undefined)).toBe('added');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('at %d is late', (time) => {
    const windows = open();
    expect(windows.add(time, 'a', undefined)).toBe('late');
    expect(windows.waiting).toBe(false);
  });

  it('of one group too many is counted in _other and reported', () => {
    const windows = open({ maxGroups: 2 });
    expect(['a', 'b', 'c', 'a', 'd'].map((group) => windows.add(0, group, undefined))).toEqual([
      'added',
      'added',
      'overflow',
      'added',
      'overflow',
    ]);
    expect(windows.overflowed).toBe(2);
    expect(closing(windows, 1000)).toEqual(['_other [0, 1000) 2', 'a [0, 1000) 2', 'b [0, 1000) 1']);
  });

  it('of a new group is counted for itself again once others are gone', () => {
    const windows = open({ maxGroups: 1 });
    windows.add(0, 'a', undefined);
    closing(windows, 2000);
    expect(windows.groups).toBe(0);
    expect(windows.add(2000, 'b', undefined)).toBe('added');
  });
});

describe('time', () => {
  it('may leap over a year of nothing at no cost', () => {
    const windows = open({ over: 1000, every: 10 });
    const year = 365 * 24 * 3600 * 1000;
    windows.add(0, 'a', undefined);
    windows.add(year, 'a', undefined);
    const began = performance.now();
    expect(closing(windows, 2 * year).map((line) => line.slice(-1))).toEqual(['1', '0', '1', '0']);
    expect(performance.now() - began).toBeLessThan(100);
  });

  it('may end: everything closes, and every later event is late, after a restart too', () => {
    const windows = open();
    windows.add(0, 'a', undefined);
    expect(closing(windows, Number.POSITIVE_INFINITY)).toHaveLength(2);
    const restored = open();
    restored.restore(windows.snapshot());
    expect(restored.add(1e15, 'a', undefined)).toBe('late');
  });

  it('that goes back closes nothing', () => {
    const windows = open();
    closing(windows, 10_000);
    expect(closing(windows, 5_000)).toEqual([]);
    expect(windows.closedThrough).toBe(10_000);
  });

  it('that has not begun closes nothing', () => {
    const windows = open();
    windows.add(0, 'a', undefined);
    expect(closing(windows, Number.NEGATIVE_INFINITY)).toEqual([]);
    expect(windows.closedThrough).toBe(Number.NEGATIVE_INFINITY);
  });

  it('is waited for as long as a window may change or a visit was asked for', () => {
    const windows = open();
    expect(windows.waiting).toBe(false);
    windows.add(0, 'a', undefined);
    expect(windows.waiting).toBe(true);
    closing(windows, 1000);
    expect(windows.waiting).toBe(true);
    closing(windows, 2000);
    expect(windows.waiting).toBe(false);
    windows.schedule('a', 9000);
    expect(windows.waiting).toBe(true);
    closing(windows, 9000);
    expect(windows.waiting).toBe(false);
  });
});

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

describe('the head', () => {
  it('is undefined for a group that is unknown, empty, or whose newest window is closed', () => {
    const windows = open({ over: 1000, every: 100 });
    expect(windows.head('a')).toBeUndefined();
    windows.add(50, 'a', undefined);
    expect(windows.head('a')).toMatchObject({ start: -900, end: 100, count: 1 });
    closing(windows, 100);
    expect(windows.head('a')).toBeUndefined();
    windows.add(150, 'a', undefined);
    expect(windows.head('a')).toMatchObject({ start: -800, end: 200, count: 2 });
    closing(windows, 9000);
    expect(windows.head('a')).toBeUndefined();
  });

  it('grows with an event that comes late but belongs to it, and not with one before it', () => {
    const windows = open({ over: 100, every: 10 });
    windows.add(200, 'a', undefined);
    expect(windows.head('a')!.count).toBe(1);
    windows.add(150, 'a', undefined);
    expect(windows.head('a')!.count).toBe(2);
    windows.add(100, 'a', undefined);
    expect(windows.head('a')!.count).toBe(2);
  });

  it.each([
    ['count', true],
    ['rate', true],
    ['distinct', true],
    ['max', true],
    ['sum', false],
    ['avg', false],
    ['min', false],
    ['share', false],
    ['percentile', false],
  ] as const)('of %s can raise early: %s', (kind, early) => {
    const measure = { kind, field: 'x', query: 'x', percent: 95 } as Measure;
    expect(open({ measure }).earlyCapable).toBe(early);
  });
});

describe('a snapshot', () => {
  it('is refused by windows with other lengths or another measure', () => {
    const snapshot = open().snapshot();
    for (const options of [{ over: 2000 }, { every: 500 }, { measure: { kind: 'rate' } as const }])
      expect(() => open(options).restore(snapshot)).toThrow('cannot go on from this snapshot');
    expect(() => open().restore(undefined)).toThrow('cannot go on from this snapshot');
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
