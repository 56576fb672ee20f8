import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClockStep, ReceiptClock } from '../../src/util/receipt-clock.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const t = 1_700_000_000_000;

/** A machine whose wall clock can be set, and which can sleep. Readings come every 250 ms. */
function machine({ from }: { from?: number } = {}) {
  let passed = 0;
  let slept = 0;
  let set = 0;
  const steps: ClockStep[] = [];
  const clock = new ReceiptClock({
    wall: () => t + passed + slept + set,
    monotonic: () => 5_000 + passed,
    sinceBoot: () => 900_000 + Math.floor((passed + slept) / 10) * 10,
    from,
    onStep: (step) => steps.push(step),
  });
  const run = (length: number) => {
    for (let at = 0; at < length; at += 250) {
      passed += 250;
      clock.now();
    }
    return clock.now() - t;
  };
  return {
    clock,
    steps,
    run,
    set: (by: number) => {
      set += by;
    },
    sleep: (length: number) => {
      slept += length;
    },
    get passed() {
      return passed;
    },
  };
}

describe('the clock of receipt times', () => {
  it('shows wall time while nobody sets the wall clock', () => {
    const { run, steps } = machine();
    expect(run(hour)).toBe(hour);
    expect(steps).toEqual([]);
  });

  it.each([hour, -hour, 30 * second, -3 * minute])(
    'is not changed by a step of %d ms that is taken back after 5 s',
    (by) => {
      const { run, set, steps } = machine();
      run(minute);
      set(by);
      expect(run(5 * second)).toBe(minute + 5 * second);
      set(-by);
      expect(run(hour)).toBe(hour + minute + 5 * second);
      expect(steps.map((step) => step.by)).toEqual([by, -by]);
    },
  );

  it('goes on at nine tenths of its speed after the wall clock was set back by an hour', () => {
    const { clock, run, set, steps } = machine();
    run(minute);
    set(-hour);
    expect(run(30 * second)).toBe(minute + 30 * second);
    const before = run(second);
    expect(run(100 * second) - before).toBeCloseTo(90 * second, -2);
    expect(clock.difference).toBeLessThan(-hour + 12 * second);
    run(10.1 * hour);
    expect(clock.difference).toBeCloseTo(0, 0);
    expect(steps).toEqual([{ by: -hour, at: t + minute + 250 - hour }]);
  });

  it('takes a large step forwards over as a whole, but only when it lasts', () => {
    const { clock, run, set } = machine();
    run(minute);
    set(hour);
    expect(run(29 * second)).toBe(minute + 29 * second);
    expect(run(2 * second)).toBe(hour + minute + 31 * second);
    expect(clock.difference).toBe(0);
  });

  it('slews after a small step, which is reported', () => {
    const { clock, run, set, steps } = machine();
    set(5 * second);
    run(31 * second);
    expect(clock.difference).toBeGreaterThan(4.5 * second);
    run(minute);
    expect(clock.difference).toBeCloseTo(0, 0);
    expect(steps).toHaveLength(1);
  });

  it('follows the drift of the wall clock without a report', () => {
    const { clock, run, set, steps } = machine();
    for (let n = 0; n < 600; n += 1) {
      set(20);
      run(second);
    }
    expect(steps).toEqual([]);
    expect(Math.abs(clock.difference)).toBeLessThan(30);
  });

  it('takes the time in which the machine slept over at once: nobody set a clock', () => {
    const { run, sleep, steps } = machine();
    run(minute);
    sleep(8 * hour);
    expect(run(250)).toBe(8 * hour + minute + 250);
    expect(steps).toEqual([]);
  });

  it('does not begin before the latest receipt time of an earlier run', () => {
    const { clock, run, steps } = machine({ from: t + hour });
    expect(clock.now()).toBe(t + hour);
    expect(steps).toEqual([{ by: -hour, at: t }]);
    expect(run(10 * second)).toBe(hour + 10 * second);
  });

  it.each([t - hour, t + 25 * hour, undefined])(
    'begins with the wall clock where the latest receipt time is %s',
    (from) => {
      expect(machine(from === undefined ? {} : { from }).clock.now()).toBe(t);
    },
  );

  it('never goes back, and never by more than a tenth faster or slower unless it takes over a large step', () => {
    const change = fc.record({
      by: fc.integer({ min: -2 * hour, max: 2 * hour }),
      for: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), (changes) => {
        const { clock, run, set } = machine();
        let before = clock.now();
        for (const { by, for: readings } of changes) {
          set(by);
          for (let n = 0; n < readings; n += 1) {
            run(250);
            const now = clock.now();
            expect(now - before).toBeGreaterThanOrEqual(224);
            if (now - before > 276) expect(now - before).toBeGreaterThan(10 * second);
            before = now;
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
