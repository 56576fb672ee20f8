import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Distinct,
  DistinctRunning,
  exactUpTo,
  hashOf,
  rankOf,
  ranks,
  registerOf,
  registers,
} from '../../src/windows/aggregates/distinct.ts';
import { ExactSum } from '../../src/windows/aggregates/exact-sum.ts';
import { Histogram, middleOf, relativeError } from '../../src/windows/aggregates/quantiles.ts';
import { nearestRank } from './oracle.ts';

const sumOf = (values: number[]) => {
  const sum = new ExactSum();
  for (const value of values) sum.add(value);
  return sum;
};

/** The exact sum of doubles as a fraction of 2^1074, the finest step that a double can take. */
function exactly(values: number[]): bigint {
  const view = new DataView(new ArrayBuffer(8));
  return values.reduce((sum, value) => {
    view.setFloat64(0, value);
    const bits = view.getBigUint64(0);
    const exponent = (bits >> 52n) & 0x7ffn;
    const fraction = (bits & 0xf_ffff_ffff_ffffn) | (exponent > 0n ? 1n << 52n : 0n);
    const size = fraction << (exponent > 0n ? exponent - 1n : 0n);
    return sum + (value < 0 ? -size : size);
  }, 0n);
}

const double = fc.oneof(
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.double({ min: -1e290, max: 1e290, noNaN: true }),
  fc.constantFrom(0.1, 0.2, 0.3, 1e16, -1e16, 1, 5e-324),
);

describe('an exact sum', () => {
  it.each([
    [[0.1, 0.2, 0.3], 0.6],
    [Array.from({ length: 10 }, () => 0.1), 1],
    [[1e16, 1, -1e16], 1],
    [[1e100, 1, -1e100, 1e-100], 1],
    [[2 ** 53, 1, 2 ** -60], 2 ** 53 + 2],
    [[], 0],
  ])('of %j is %d', (values, total) => {
    expect(sumOf(values).value).toBe(total);
  });

  it('is the double nearest to the true sum', () => {
    fc.assert(
      fc.property(fc.array(double, { maxLength: 20 }), (values) => {
        const { value } = sumOf(values);
        const true_ = exactly(values);
        const distance = (to: number) => {
          const off = exactly([to]) - true_;
          return off < 0n ? -off : off;
        };
        const step = Math.max(5e-324, Math.abs(value) * Number.EPSILON);
        for (const neighbour of [value + step, value - step])
          expect(distance(value) <= distance(neighbour)).toBe(true);
      }),
    );
  });

  it('does not depend on the order, nor on what was added and subtracted again', () => {
    fc.assert(
      fc.property(fc.array(double), fc.array(double), (values, others) => {
        const sum = sumOf(others);
        sum.addSum(sumOf([...values].reverse()));
        sum.subtractSum(sumOf(others));
        expect([sum.value, sum.n]).toEqual([sumOf(values).value, values.length]);
      }),
    );
  });

  it('takes finite numbers only, far enough from overflow', () => {
    expect(
      [1, -1e290, Number.NaN, Number.POSITIVE_INFINITY, 1e300, '1', true, undefined].map(ExactSum.canAdd),
    ).toEqual([true, true, false, false, false, false, false, false]);
  });
});

const histogramOf = (values: number[]) => {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
};

describe('a histogram', () => {
  const value = fc.oneof(
    fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    fc.constantFrom(0, 1e-200, -1e-200, Number.MAX_VALUE, -Number.MAX_VALUE, 1, -1),
  );

  it('tells a percentile within its relative error of the exact nearest rank', () => {
    fc.assert(
      fc.property(fc.array(value), fc.constantFrom(0, 1, 50, 95, 99.9, 100), (values, percent) => {
        const exact = nearestRank(values, percent);
        const found = histogramOf(values).find(percent);
        const told = found && middleOf(found.bin);
        if (exact === undefined || Math.abs(exact) < 1e-300)
          expect(told).toBe(exact === undefined ? undefined : 0);
        else expect(Math.abs(told! / exact - 1)).toBeLessThanOrEqual(relativeError + 1e-9);
      }),
    );
  });

  it('merges and subtracts exactly, in any order, and survives packing', () => {
    fc.assert(
      fc.property(fc.array(value), fc.array(value), (values, others) => {
        const histogram = histogramOf(others);
        histogram.merge(histogramOf(values), 1);
        histogram.merge(histogramOf(others), -1);
        const expected = histogramOf([...values].reverse());
        expect(histogram.pack()).toEqual(expected.pack());
        expect(Histogram.unpack(histogram.pack())).toEqual(expected);
      }),
    );
  });

  it('keeps a thousand values between 1 ms and 10 s in less than 500 bins', () => {
    const values = Array.from({ length: 1000 }, (_, index) => 10 ** (index / 250));
    expect(histogramOf(values).bins.length).toBeLessThan(500);
  });
});

const distinctOf = (values: string[]) => {
  const distinct = new Distinct();
  for (const value of values) distinct.add(hashOf(value));
  return distinct;
};
const users = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `user-${from + index}`);

describe('a hash', () => {
  it('is a whole number of 53 bits, differs by type, and is the same on every machine', () => {
    expect(hashOf('1')).not.toBe(hashOf(1));
    expect(hashOf(true)).not.toBe(hashOf('true'));
    for (const value of ['', 'a', 'ä', 1.5]) expect(Number.isSafeInteger(hashOf(value))).toBe(true);
    expect(hashOf('logboom')).toMatchInlineSnapshot(`3564731384009349`);
  });

  it('has a register, and a rank that counts the zeros before the first 1 of its upper 41 bits', () => {
    const hash = (upper: number, middle: number, register: number) =>
      upper * 2 ** 32 + middle * 4096 + register;
    expect(registerOf(hash(0x1f_ffff, 0xf_ffff, 77))).toBe(77);
    expect(rankOf(hash(0x10_0000, 0, 0))).toBe(1);
    expect(rankOf(hash(1, 0xf_ffff, 0))).toBe(21);
    expect(rankOf(hash(0, 0x8_0000, 0))).toBe(22);
    expect(rankOf(hash(0, 1, 4095))).toBe(41);
    expect(rankOf(hash(0, 0, 4095))).toBe(ranks - 1);
  });
});

describe('a number of different values', () => {
  it.each([0, 1, 999, exactUpTo])('is exact up to the bound: %d', (number) => {
    expect(distinctOf([...users(0, number), ...users(0, number)]).estimate()).toBe(number);
  });

  it.each([1001, 2000, 5000, 20_000, 100_000, 400_000])(
    'is within three standard errors beyond it: %d',
    (number) => {
      const error = distinctOf(users(0, number)).estimate() / number - 1;
      expect(Math.abs(error)).toBeLessThan((3 * 1.04) / Math.sqrt(registers));
    },
  );

  it('has the stated standard error over many sets', () => {
    const errors = Array.from({ length: 60 }, (_, index) => {
      return distinctOf(users(index * 5000, index * 5000 + 5000)).estimate() / 5000 - 1;
    });
    const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
    expect(deviation).toBeLessThan(0.021);
  });

  it('of a union does not depend on order, nor on which of the parts is exact', () => {
    const [few, many] = [users(0, 600), users(500, 3000)];
    const union = distinctOf([...many, ...few]);
    for (const [first, second] of [
      [few, many],
      [many, few],
    ] as const) {
      const merged = distinctOf(first);
      merged.merge(distinctOf(second));
      expect(merged.pack()).toEqual(union.pack());
    }
    expect(Distinct.unpack(union.pack())).toEqual(union);
    expect(Distinct.unpack(distinctOf(few).pack()).pack()).toEqual(distinctOf(few.reverse()).pack());
  });

  it('in a sliding window is that of the panes in it, whether they are exact, not, or mixed', () => {
    const panes = [
      users(0, 10),
      users(5, 30),
      users(0, 2500),
      users(100, 200),
      users(2000, 4200),
      users(7, 8),
    ];
    const cells = panes.map(distinctOf);
    const running = new DistinctRunning();
    for (let end = 0; end < cells.length + 2; end += 1) {
      if (cells[end - 2] !== undefined) running.leave(cells[end - 2]!);
      if (cells[end] !== undefined) running.enter(cells[end]!);
      const inside = panes.slice(Math.max(0, end - 1), end + 1);
      const union = distinctOf(inside.flat());
      expect(running.value()).toBe(union.estimate());
    }
  });
});
