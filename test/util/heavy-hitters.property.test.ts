import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeavyHitters } from '../../src/util/heavy-hitters.ts';

type Pairs = readonly (readonly [value: number, events: number])[];

const stream = fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 9 })), {
  maxLength: 400,
});

function exactly(pairs: Pairs): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [value, events] of pairs) counts.set(`v${value}`, (counts.get(`v${value}`) ?? 0) + events);
  return counts;
}

function sketched(pairs: Pairs, capacity: number): HeavyHitters {
  const sketch = new HeavyHitters(capacity);
  for (const [value, events] of pairs) sketch.add(`v${value}`, events);
  return sketch;
}

describe('the most frequent values of any stream', () => {
  it('have exact numbers where all values fit', () => {
    fc.assert(
      fc.property(stream, (pairs) => {
        const exact = exactly(pairs);
        const top = sketched(pairs, Math.max(1, exact.size)).top(100);
        expect(new Map(top.map(({ value, events }) => [value, events]))).toEqual(exact);
        expect(top.every(({ missed }) => missed === 0)).toBe(true);
      }),
    );
  });

  it('have numbers within the stated error, and hold every value above the limit', () => {
    fc.assert(
      fc.property(stream, fc.integer({ min: 1, max: 20 }), (pairs, capacity) => {
        const exact = exactly(pairs);
        const sketch = sketched(pairs, capacity);
        const held = new Map(sketch.top(1_000).map((one) => [one.value, one]));
        expect(held.size).toBeLessThanOrEqual(2 * capacity);
        expect(sketch.floor).toBeLessThanOrEqual(sketch.total / capacity);
        for (const [value, events] of exact) {
          const found = held.get(value) ?? { events: 0, missed: sketch.floor };
          expect(found.events).toBeLessThanOrEqual(events);
          expect(found.events + found.missed).toBeGreaterThanOrEqual(events);
        }
      }),
    );
  });
});
