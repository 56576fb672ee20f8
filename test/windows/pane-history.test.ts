import fc from 'fast-check';
import { pack, unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import type { Measure } from '../../src/model.ts';
import { CorrectionMemory } from '../../src/windows/history/memory.ts';
import type { WindowOptions } from '../../src/windows/options.ts';
import { Windows } from '../../src/windows/windows.ts';

const second = 1_000;
const limit = 10 ** 9;

function windowsWith(measure: Measure, keepFor: number, memory = new CorrectionMemory(limit)) {
  const options: WindowOptions = {
    ...{ over: 2 * second, every: second, measure, maxGroups: 1_000_000 },
    keep: { keepFor, memory },
  };
  return { windows: new Windows(options), memory, options };
}

type Event = [time: number, group: string, amount: number];
const count: Measure = { kind: 'count' };
const measures: Measure[] = [
  count,
  { kind: 'sum', field: 'n' },
  { kind: 'distinct', field: 'n' },
  { kind: 'percentile', field: 'n', percent: 90 },
];

const close = (windows: Windows, to: number) => windows.advance(to, () => {});
const stored = (snapshot: unknown) => unpack(pack(snapshot)) as never;

/** So many groups with an event in each of so many seconds. */
const crowd = (groups: number, seconds: number): Event[] =>
  Array.from({ length: groups * seconds }, (_, n) => [
    Math.floor(n / groups) * second,
    `group ${n % groups}`,
    n % 5,
  ]);

describe.each(measures)('the history of $kind', (measure) => {
  const shuffled = fc
    .array(
      fc.tuple(
        fc.integer({ min: 0, max: 5_000 }),
        fc.constantFrom('a', 'b', 'c', 'd'),
        fc.integer({ min: 0, max: 4 }),
      ),
      { minLength: 1, maxLength: 60 },
    )
    .chain((events) =>
      fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
    );

  it('holds the same whatever the order in which events came', () => {
    fc.assert(
      fc.property(shuffled, (orders) => {
        const [one, other] = orders.map((events) => {
          const { windows } = windowsWith(measure, 3_600 * second);
          for (const [time, group, amount] of events as Event[]) windows.add(time, group, amount);
          close(windows, 60 * second);
          return windows.history!;
        });
        for (const group of ['a', 'b', 'c', 'd']) {
          const [panes, others] = [one!, other!].map((history) => history.of(group, 0).panes);
          expect([...panes!].map(([pane, share]) => [pane, share.count])).toEqual(
            [...others!].map(([pane, share]) => [pane, share.count]),
          );
        }
      }),
      { numRuns: 50 },
    );
  });

  it('takes as much memory after a restart at any second as without one', () => {
    const events = crowd(300, 20);
    const lasting = windowsWith(measure, 3_600 * second);
    const memory = new CorrectionMemory(limit);
    let broken = windowsWith(measure, 3_600 * second, memory).windows;
    let now = 0;
    for (const [time, group, amount] of events) {
      if (time > now) {
        now = time;
        close(lasting.windows, now);
        close(broken, now);
        const snapshot = stored(broken.snapshot());
        const next = windowsWith(measure, 3_600 * second, new CorrectionMemory(limit));
        next.windows.restore(snapshot);
        broken = next.windows;
        expect(next.memory.used).toBe(lasting.memory.used);
      }
      lasting.windows.add(time, group, amount);
      broken.add(time, group, amount);
    }
    expect(lasting.memory.used).toBeGreaterThan(0);
    for (const group of ['group 0', 'group 7', 'group 299']) {
      const [one, other] = [broken, lasting.windows].map((windows) => windows.history!.of(group, 0));
      expect(one).toEqual(other);
    }
  });
});

describe('the limit of memory', () => {
  it('drops what is oldest, counts it, and says from when on nothing is missing', () => {
    const memory = new CorrectionMemory(100_000);
    const { windows } = windowsWith(count, 3_600 * second, memory);
    for (const [time, group, amount] of crowd(500, 120)) {
      close(windows, time);
      windows.add(time, group, amount);
    }
    close(windows, 200 * second);
    const history = windows.history!;
    expect(memory.used).toBeLessThanOrEqual(100_000);
    expect(memory.forgotten).toBeGreaterThan(40_000);
    expect(memory.forgotten % 500).toBe(0);
    expect(history.reach).toBe((memory.forgotten / 500) * second);
    const { panes } = history.of('group 7', Number.NEGATIVE_INFINITY);
    expect([...panes.keys()].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 120 - memory.forgotten / 500 }, (_, n) => n + memory.forgotten / 500),
    );
  });

  it('drops the oldest of any rule first', () => {
    const memory = new CorrectionMemory(60_000);
    const [one, other] = [
      windowsWith(count, 3_600 * second, memory),
      windowsWith(count, 3_600 * second, memory),
    ];
    for (const [time, group, amount] of crowd(500, 30)) one.windows.add(time, group, amount);
    close(one.windows, 60 * second);
    for (const [time, group, amount] of crowd(500, 60)) other.windows.add(time + 60 * second, group, amount);
    close(other.windows, 200 * second);
    expect(one.windows.history!.reach).toBeGreaterThan(0);
    expect(memory.used).toBeLessThanOrEqual(60_000);
  });

  it('counts nothing as forgotten that is older than is kept', () => {
    const { windows, memory } = windowsWith(count, 20 * second);
    for (const [time, group, amount] of crowd(500, 120)) {
      close(windows, time);
      windows.add(time, group, amount);
      windows.history!.trim(time);
    }
    expect(memory.forgotten).toBe(0);
    expect(windows.history!.reach).toBeGreaterThan(60 * second);
  });

  it('takes 12 bytes for a group in a hop, and its name for each time that is kept together', () => {
    const { windows, memory } = windowsWith(count, 3_600 * second);
    for (const [time, group, amount] of crowd(100, 600)) windows.add(time, group, amount);
    close(windows, 700 * second);
    expect(memory.used / (100 * 600)).toBeLessThan(14);
  });
});
