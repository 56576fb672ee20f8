import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { marks, sparkline, Timeline } from '../../src/replay/timeline.ts';

const timeline = (columns = 4) => new Timeline(10, columns);
/** A value that is held against `>= 5`. */
const of = (value: number) => ({ value, held: value >= 5, distance: value - 5 });

describe('a timeline', () => {
  it('begins with the first window, aligned to its width', () => {
    const line = timeline();
    line.add(1_234, of(1));
    expect([line.start, line.width, line.columns]).toEqual([1_230, 10, [{ value: 1, held: false }]]);
  });

  it('keeps of each column the value farthest beyond the condition', () => {
    const line = timeline();
    for (const value of [3, 7, 6]) line.add(15, of(value));
    expect(line.columns).toEqual([{ value: 7, held: true }]);
  });

  it('joins each two columns when they no longer suffice', () => {
    const line = timeline();
    for (const [at, value] of [
      [0, 1],
      [10, 2],
      [20, 9],
      [40, 4],
    ] as const)
      line.add(at, of(value));
    expect(line.width).toBe(20);
    expect(line.columns).toEqual([
      { value: 2, held: false },
      { value: 9, held: true },
      { value: 4, held: false },
    ]);
  });

  it('leaves columns empty in which nothing was measured', () => {
    const line = timeline();
    line.add(0, of(1));
    line.add(20, undefined);
    expect(line.columns.map(({ value }) => value)).toEqual([1, undefined, undefined]);
  });

  it('never grows beyond its columns and never loses the worst value', () => {
    const looks = fc.array(fc.tuple(fc.nat(100_000), fc.integer({ min: 0, max: 50 })), { minLength: 1 });
    fc.assert(
      fc.property(looks, (some) => {
        const line = timeline(8);
        const sorted = some.sort(([one], [other]) => one - other);
        for (const [at, value] of sorted) line.add(at, of(value));
        expect(line.columns.length).toBeLessThanOrEqual(8);
        const kept = Math.max(...line.columns.map(({ value }) => value ?? 0));
        expect(kept).toBe(Math.max(...sorted.map(([, value]) => value)));
      }),
    );
  });
});

describe('a sparkline', () => {
  const columns = [0, 2, undefined, 4].map((value) => ({ value, held: value === 4 }));

  it('draws values as bars and what was not measured as a gap', () => {
    expect(sparkline(columns)).toBe('▁▅ █');
    expect(marks(columns)).toBe('   ▲');
  });

  it('has the threshold in view', () => {
    expect(sparkline(columns, [8])).toBe('▁▃ ▅');
  });

  it('is flat where nothing ever differs', () => {
    expect(sparkline([{ value: 0, held: false }])).toBe('▁');
    expect(sparkline([])).toBe('');
  });
});
