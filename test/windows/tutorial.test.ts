import { describe, expect, it } from 'vitest';
import type { Millis } from '../../src/model.ts';
import { EventClock } from '../../src/windows/clocks/event-clock.ts';
import { Windows } from '../../src/windows/windows.ts';

/**
 * The window of the tutorial: one second every 10 ms, lateness 0.1 s, an alert at five events. Its traffic: one event
 * a second for 100 s, then 100 events 10 ms apart. So a repetition lasts 101 s: its slow events are at 0, 1, … 99 s
 * and its burst at 100.000, 100.010, … 100.990 s; the next begins at 101 s.
 */
const lateness = 100;
const origin = 1_700_000_000_000;
const time = { idleAfter: 10_000, maxLag: 600_000, maxAhead: 300_000, settle: 2_000, zone: 'UTC' };

function traffic(repetitions: number): Millis[] {
  const once = [
    ...Array.from({ length: 100 }, (_, index) => index * 1000),
    ...Array.from({ length: 100 }, (_, index) => 100_000 + index * 10),
  ];
  return Array.from({ length: repetitions }, (_, index) => once.map((at) => at + index * 101_000)).flat();
}

/** Feeds the traffic event by event; returns when the head and when the closed windows crossed the threshold. */
function crossings(repetitions: number) {
  const windows = new Windows({ over: 1000, every: 10, measure: { kind: 'count' }, maxGroups: 10 });
  const clock = new EventClock(time);
  const heads: { message: number; at: Millis }[] = [];
  const closed: { end: Millis; count: number; above: boolean }[] = [];
  let above = false;
  const advance = (receivedAt: Millis) => {
    clock.advance(receivedAt);
    windows.advance(clock.now - lateness, ({ end, count }) => {
      if (count >= 5 !== above) closed.push({ end: end - origin, count, above: !above });
      above = count >= 5;
    });
  };
  traffic(repetitions).forEach((at, index) => {
    clock.observe('tutorial', origin + at, origin + at);
    windows.add(origin + at, '', undefined);
    if (windows.newestOpen('')!.count >= 5) heads.push({ message: index + 1, at });
    advance(origin + at);
  });
  const lastAt = origin + traffic(repetitions).at(-1)!;
  for (let tick = 1; tick <= 15; tick += 1) advance(lastAt + tick * 1000);
  return { heads, closed, waiting: windows.waiting };
}

describe('the window of the tutorial', () => {
  it('reaches five events with message 105, at 100.040 s, the moment it arrives', () => {
    // The window that ends first after 100.040 is [99.050, 100.050). It holds 100.000, .010, .020, .030 and .040; the
    // slow event at 99.000 is out. The window of message 104, [99.040, 100.040), holds four.
    expect(crossings(1).heads[0]).toEqual({ message: 105, at: 100_040 });
  });

  it('closes above the threshold and below it again once for each burst', () => {
    expect(crossings(2).closed).toEqual([
      // [99.050, 100.050) holds the first five events of the burst, as derived above.
      { end: 100_050, count: 5, above: true },
      // The next repetition's slow event at 101.000 is counted as well. [100.960, 101.960) holds 100.960, .970, .980,
      // .990 and 101.000, which is five; [100.970, 101.970) holds one less.
      { end: 101_970, count: 4, above: false },
      // The second burst begins at 201.000; 200.000 is out of [200.050, 201.050).
      { end: 201_050, count: 5, above: true },
      // Nothing follows. [201.950, 202.950) holds 201.950, .960, .970, .980 and .990; the next window lacks the first.
      { end: 202_960, count: 4, above: false },
    ]);
  });

  it('falls below the threshold in silence, too, and then waits for nothing', () => {
    // One repetition: after 100.990 s nothing comes, ticks carry the clock on.
    const { closed, waiting } = crossings(1);
    expect(closed.at(-1)).toEqual({ end: 101_960, count: 4, above: false });
    expect(waiting).toBe(false);
  });
});
