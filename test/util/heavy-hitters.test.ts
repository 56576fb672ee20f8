import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeavyHitters } from '../../src/util/heavy-hitters.ts';

const counted = (stream: readonly [value: string, weight: number][], capacity: number) => {
  const hitters = new HeavyHitters(capacity);
  const real = new Map<string, number>();
  for (const [value, weight] of stream) {
    hitters.add(value, weight);
    real.set(value, (real.get(value) ?? 0) + weight);
  }
  return { hitters, real };
};

const streams = fc.array(
  fc.tuple(
    fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 60 }).map(String)),
    fc.integer({ min: 1, max: 20 }),
  ),
  { maxLength: 400 },
);

/** What is held, as the definition says it: when it is full, the rarer half is forgotten, of equally frequent values the newer ones. */
function sorted(stream: readonly [value: string, weight: number][], capacity: number) {
  let held: { value: string; events: number; missed: number }[] = [];
  let floor = 0;
  for (const [value, weight] of stream) {
    if (!held.some((one) => one.value === value)) {
      if (held.length >= 2 * capacity) {
        const most = ({ events, missed }: (typeof held)[number]) => events + missed;
        const ranked = held.toSorted((a, b) => most(b) - most(a));
        floor = Math.max(floor, most(ranked[capacity]!));
        const kept = new Set(ranked.slice(0, capacity));
        held = held.filter((one) => kept.has(one));
      }
      held.push({ value, events: 0, missed: floor });
    }
    held.find((one) => one.value === value)!.events += weight;
  }
  return { held, floor };
}

describe('HeavyHitters', () => {
  it('forgets the rarer half, as if all were sorted', () => {
    fc.assert(
      fc.property(streams, fc.integer({ min: 1, max: 12 }), (stream, capacity) => {
        const { hitters } = counted(stream, capacity);
        const values = [...hitters.values].map((value) => ({ value, ...hitters.get(value)!, errors: 0 }));
        const { held, floor } = sorted(stream, capacity);
        expect([values, hitters.floor]).toEqual([held.map((one) => ({ ...one, errors: 0 })), floor]);
      }),
    );
  });

  it('bounds each number from below and above, and holds every value that is frequent', () => {
    fc.assert(
      fc.property(streams, fc.integer({ min: 1, max: 12 }), (stream, capacity) => {
        const { hitters, real } = counted(stream, capacity);
        expect([...hitters.values].length).toBeLessThanOrEqual(2 * capacity);
        expect(hitters.floor).toBeLessThanOrEqual(hitters.total / capacity);
        for (const [value, number] of real) {
          const found = hitters.get(value);
          if (found === undefined) expect(number).toBeLessThanOrEqual(hitters.floor);
          else {
            expect(found.events).toBeLessThanOrEqual(number);
            expect(number).toBeLessThanOrEqual(found.events + found.missed);
          }
        }
      }),
    );
  });

  it('is exact while the different values are no more than its capacity', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const { hitters, real } = counted(stream, 64);
        expect(hitters.top(100).map(({ value, events, missed }) => [value, events, missed])).toEqual(
          [...real].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([value, n]) => [value, n, 0]),
        );
      }),
    );
  });

  it('finds the one busy value among many that come once', () => {
    const hitters = new HeavyHitters(10);
    for (let i = 0; i < 10_000; i += 1)
      hitters.add(i % 4 === 0 ? 'busy' : `rare ${i}`, 1, i % 8 === 0 ? 1 : 0);
    const [first] = hitters.top(1);
    expect(first).toEqual({ value: 'busy', events: 2_500, errors: 1_250, missed: 0 });
  });
});
