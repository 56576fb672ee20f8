import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestPause, pauseWithEqualJitter, pauseWithFullJitter } from '../../src/util/waiting.ts';

describe('a pause', () => {
  const limits = { init: 100, max: 1_000 };

  it('is at the most twice the one before, up to the limit, for ever', () => {
    expect([1, 2, 3, 4, 5, 6, 1_000].map((nth) => longestPause(nth, limits))).toEqual([
      100, 200, 400, 800, 1_000, 1_000, 1_000,
    ]);
  });

  it('is the limit from the start where the limit is below the first pause', () => {
    expect(longestPause(1, { init: 5_000, max: 1_000 })).toBe(1_000);
  });

  it.each([
    [0, 0, 200],
    [0.5, 200, 300],
    [0.9999, 400, 400],
  ])(
    'with the random number %d is %d ms with full jitter and %d ms with equal jitter',
    (random, full, equal) => {
      expect(pauseWithFullJitter(3, limits, () => random)).toBe(full);
      expect(pauseWithEqualJitter(3, limits, () => random)).toBe(equal);
    },
  );

  it('is never longer than the limit, and with equal jitter never shorter than half of the longest pause', () => {
    const cases = [
      fc.integer({ min: 1, max: 10_000 }),
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 1, max: 1e7 }),
    ] as const;
    fc.assert(
      fc.property(...cases, fc.double({ min: 0, max: 0.999, noNaN: true }), (failures, init, max, random) => {
        const longest = longestPause(failures, { init, max });
        const [full, equal] = [pauseWithFullJitter, pauseWithEqualJitter].map((pause) =>
          pause(failures, { init, max }, () => random),
        );
        expect(longest).toBeLessThanOrEqual(max);
        expect(full).toBeGreaterThanOrEqual(0);
        expect(full).toBeLessThanOrEqual(longest);
        expect(equal).toBeGreaterThanOrEqual(Math.floor(longest / 2));
        expect(equal).toBeLessThanOrEqual(longest);
      }),
    );
  });
});
