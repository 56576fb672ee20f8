/** What happened between two recorded windows, where events come after their windows were closed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Millis, WindowResult } from '../../src/model.ts';
import { aBatch, aTick, at, engineWith, journaled, t } from '../support/journal/records.ts';
import type { AnyInput } from '../support/rules/rules.ts';

const second = 1_000;
const over = 10 * second;
/** The end of the first recorded window within the lines. */
const first = Math.ceil(t / over) * over + over;

interface Line {
  time: Millis;
  receivedAt: Millis;
}

const burst: AnyInput = {
  name: 'burst',
  where: 'n: 1',
  over: '10s',
  every: '1s',
  lateness: '0s',
  when: '>= 4',
};

/** The last document of each recorded window, by seconds after the first boundary. Another host moves the clock. */
function windowsOf(lines: readonly Line[]): Map<number, WindowResult> {
  const engine = engineWith([burst], { time: { correctFor: '1h' } });
  const clock = Array.from({ length: 60 }, (_, n) => first - over + n * second);
  const records = [
    ...clock.map((time) => ({ receivedAt: time, events: [at(time, { n: 0, host: { name: 'clock' } })] })),
    ...lines.map(({ time, receivedAt }) => ({
      receivedAt,
      events: [at(time, { n: 1, host: { name: 'late' }, agent: { id: 'late' } })],
    })),
  ].sort((a, b) => a.receivedAt - b.receivedAt);
  const end = records.at(-1)!.receivedAt;
  const found = new Map<number, WindowResult>();
  const all = [
    ...records.map(({ receivedAt, events }) => aBatch(events, { receivedAt })),
    ...Array.from({ length: 60 }, (_, n) => aTick(end + (n + 1) * second)),
  ];
  for (const record of journaled(all))
    for (const output of engine.process(record))
      if (output.kind === 'window') found.set((output.window.end - first) / second, output.window);
  return found;
}

const inTime = (lines: readonly Line[]) => lines.map(({ time }) => ({ time, receivedAt: time }));
const linesAt = (times: readonly number[], late: readonly number[] = [], delay = 0): Line[] => [
  ...times.map((after) => ({ time: first + after * second, receivedAt: first + after * second })),
  ...late.map((after) => ({ time: first + after * second, receivedAt: first + (after + delay) * second })),
];
const peaks = (lines: readonly Line[]) =>
  [...windowsOf(lines)].sort(([a], [b]) => a - b).map(([end, { peak }]) => [end, peak]);

describe('late events before the end of a recorded window', () => {
  it.each([
    ['after the next one was recorded', 25],
    ['before the next one was recorded', 8],
  ])('correct the peak of the next one, where they come %s', (_, delay) => {
    const lines = linesAt([-3, 2, 3], [-2, -1], delay);
    expect(peaks(inTime(lines))).toEqual([
      [0, undefined],
      [10, 5],
    ]);
    expect(peaks(lines)).toEqual(peaks(inTime(lines)));
  });

  it('write the next one again as a further revision, without a late event of its own', () => {
    const found = windowsOf(linesAt([-3, 2, 3], [-2, -1], 25));
    expect(found.get(0)).toMatchObject({ count: 3, lateCount: 2, revision: 2 });
    expect(found.get(10)).toMatchObject({ count: 2, lateCount: 0, revision: 2, peak: 5 });
  });
});

it('the peaks are those of all events in order, or not known of a window that holds late events', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -9, max: 30 }), { maxLength: 20 }),
      fc.array(fc.integer({ min: -9, max: 30 }), { maxLength: 10 }),
      fc.integer({ min: 1, max: 30 }),
      (times, late, delay) => {
        const lines = linesAt(times, late, delay);
        const expected = windowsOf(inTime(lines));
        for (const [end, window] of windowsOf(lines)) {
          if (window.peak === undefined && (window.lateCount ?? 0) > 0) continue;
          expect([end, window.peak]).toEqual([end, expected.get(end)!.peak]);
        }
      },
    ),
    { numRuns: 60 },
  );
});
