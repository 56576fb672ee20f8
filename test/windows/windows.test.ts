import { describe, expect, it } from 'vitest';
import { processorTime } from '../support/patience.ts';
import { closing, open } from './support.ts';

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
    let closed: string[] = [];
    const took = processorTime(() => {
      closed = closing(windows, 2 * year);
    });
    expect(closed.map((line) => line.slice(-1))).toEqual(['1', '0', '1', '0']);
    expect(took).toBeLessThan(100);
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
