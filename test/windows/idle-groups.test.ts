import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Measure, Millis } from '../../src/model.ts';
import type { Windows } from '../../src/windows/windows.ts';
import { closing, open } from './support.ts';

const matters = (_: number | undefined, count: number) => count >= 3;

type Step =
  | { do: 'add'; group: string; after: number; back: number }
  | { do: 'advance' }
  | { do: 'restore' }
  | { do: 'pin'; group: string; pinned: boolean }
  | { do: 'schedule'; group: string; in: number };

const group = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('a', 'b') },
  { weight: 1, arbitrary: fc.constantFrom('c', 'd', 'e', 'f', 'g', 'h', 'i', 'j') },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      group,
      after: fc.integer({ min: 0, max: 6 }),
      back: fc.integer({ min: 0, max: 12 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('advance' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pin' as const), group, pinned: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('schedule' as const),
      group,
      in: fc.integer({ min: 0, max: 80 }),
    }),
  },
);

/** What is seen of windows that are used so: closings, heads that matter, and what is kept. */
function seen(steps: readonly Step[], make: () => Windows): unknown[] {
  let windows = make();
  let time = 0;
  const all: unknown[] = [];
  // As alerts do: who has many is pinned until it has none.
  const advance = (to: Millis) =>
    all.push(
      closing(windows, to, ({ group, count }) => {
        if (count >= 4) windows.pin(group, true);
        if (count === 0) windows.pin(group, false);
      }),
    );
  for (const one of steps) {
    if (one.do === 'add') {
      time += one.after;
      windows.add(time - one.back, one.group, undefined);
      const head = windows.newestOpen(one.group);
      if (head !== undefined && head.count >= 3) all.push(head);
    } else if (one.do === 'advance') advance(time - 10);
    else if (one.do === 'schedule') windows.schedule(one.group, time + one.in);
    else if (one.do === 'restore') {
      const snapshot = structuredClone(windows.snapshot());
      windows = make();
      windows.restore(snapshot);
      all.push(snapshot);
    } else windows.pin(one.group, one.pinned);
    all.push([windows.groups, windows.waiting, windows.overflowed]);
  }
  for (const name of 'abcdefghij') windows.pin(name, false);
  advance(time + 1000);
  expect(windows.groups).toBe(0);
  return all;
}

describe('groups that have too few events to matter', () => {
  it.each([
    ['count', { kind: 'count' }],
    ['rate', { kind: 'rate' }],
  ] as [string, Measure][])('sleep, and nobody can tell by what is closed: %s', (_, measure) => {
    const lengths = fc.constantFrom<[Millis, Millis, Millis | undefined]>(
      [10, 10, undefined],
      [60, 10, undefined],
      [60, 25, undefined],
      [60, 10, 60],
      [10, 10, 10],
    );
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 120 }),
        lengths,
        (steps, [over, every, recordEvery]) => {
          const options = {
            over,
            every,
            measure,
            matters,
            maxGroups: 8,
            ...(recordEvery && { recordEvery }),
          };
          const awake = seen(steps, () => open(options));
          expect(seen(steps, () => open({ ...options, risesWithEvents: true }))).toEqual(awake);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('have no head that anybody would look at, until they have enough', () => {
    const windows = open({ over: 30, every: 10, matters, risesWithEvents: true });
    windows.add(1, 'a', undefined);
    windows.add(2, 'a', undefined);
    expect(windows.newestOpen('a')).toBeUndefined();
    windows.add(3, 'a', undefined);
    expect(windows.newestOpen('a')).toMatchObject({ end: 10, count: 3 });
    windows.add(45, 'a', undefined);
    expect(windows.newestOpen('a')).toMatchObject({ end: 50, count: 1 });
    // The first three leave; the one that stays is too few again.
    closing(windows, 40);
    expect(windows.newestOpen('a')).toBeUndefined();
    windows.add(46, 'a', undefined);
    windows.add(47, 'a', undefined);
    expect(windows.newestOpen('a')).toMatchObject({ end: 50, count: 3 });
  });

  it('never sleep where less matters more', () => {
    const windows = open({ over: 20, every: 10, matters: (_, count) => count < 2 });
    windows.add(1, 'a', undefined);
    expect(windows.newestOpen('a')).toMatchObject({ count: 1 });
    expect(closing(windows, 100)).toEqual(['a [-10, 10) 1', 'a [10, 30) 0']);
  });
});
