import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { History } from '../../src/model.ts';
import { type Saved, Series } from '../../src/rules/correction/series.ts';
import { GroupTimes } from '../../src/rules/kinds/absence/times.ts';
import { CorrectionMemory } from '../../src/windows/history/memory.ts';

const stride = 100;
const groups = ['a', 'b', 'c'];

/** An alert of a rule with a memory; none where nothing is known of the group. */
const saved = (at: number, isKnown = true): Saved => ({
  ...{ at, timers: [] },
  alert: { state: null, open: null, judge: isKnown ? 'x'.repeat(at % 50) : null },
});

interface Step {
  what: 'add' | 'gone' | 'changed' | 'replace' | 'trim';
  group: string;
  after: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom<Step['what']>('add', 'add', 'add', 'gone', 'changed', 'replace', 'trim'),
  group: fc.constantFrom(...groups),
  after: fc.integer({ min: 1, max: 2 * stride }),
});

function play(series: Series, steps: readonly Step[], check: () => void): void {
  let now = 1_000;
  for (const { what, group, after } of steps) {
    now += after;
    if (what === 'add') series.add(group, saved(now));
    else if (what === 'gone') series.end(group, now);
    else if (what === 'changed') series.changed(group, now, 1);
    else if (what === 'trim') series.trim(now - 5 * stride, () => false);
    else series.replaceAfter(group, now - 3 * stride, [saved(now - stride), saved(now, after > stride)]);
    check();
  }
}

describe('what is saved of alerts', () => {
  it('is bounded but for the newest alert of each group that is known, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 0, max: 2_000 }), (steps, limit) => {
        const memory = new CorrectionMemory(limit);
        const series = new Series(stride, memory);
        play(series, steps, () => {
          expect(memory.used).toBeLessThanOrEqual(limit);
          expect(memory.used).toBeGreaterThanOrEqual(0);
          expect(series.bound).toBeLessThanOrEqual(series.oldest);
          expect(series.groups.length).toBeLessThanOrEqual(groups.length);
          expect(memory.needed === 0).toBe(series.groups.length === 0);
        });
      }),
    );
  });

  it('takes as much after a restart as before, and gives all of it back', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const [memory, other] = [new CorrectionMemory(1_500), new CorrectionMemory(1_500)];
        const [series, again] = [new Series(stride, memory), new Series(stride, other)];
        play(series, steps, () => {});
        again.restore(structuredClone(series.state()));
        expect(other).toMatchObject({ used: memory.used, needed: memory.needed });
        series.release();
        expect(memory).toMatchObject({ used: 0, needed: 0 });
      }),
    );
  });

  it('of a group that is gone is dropped as a whole', () => {
    const memory = new CorrectionMemory(0);
    const series = new Series(stride, memory);
    series.add('a', saved(1_000));
    series.add('a', saved(1_300));
    expect(series.of('a')).toHaveLength(1);
    series.end('a', 1_500);
    expect(series.of('a')).toEqual([]);
    expect(memory).toMatchObject({ used: 0, needed: 0, forgotten: 3 });
    expect(series.reach).toBeGreaterThanOrEqual(1_500);
  });
});

describe('times of groups beyond so many', () => {
  it('are forgotten, of groups without events first, and counted', () => {
    const memory = new CorrectionMemory(10_000);
    const times = new GroupTimes(10, stride, memory);
    for (const [n, group] of ['a', 'b', 'c', 'd'].entries()) times.see(group, 1_000 + 100 * n);
    times.see('a', 2_000);
    times.limit(2, (group) => group === 'b');
    expect(['a', 'b', 'c', 'd'].map((group) => times.has(group))).toEqual([true, true, false, false]);
    expect(times.reach).toBe(1_310);
    expect(memory).toMatchObject({ used: 60, needed: 120, forgotten: 2 });
  });
});

describe('the memory for corrections', () => {
  /** Parts of so many histories, and how often a history searched itself. */
  function counting(histories: number, memory: CorrectionMemory) {
    const counts = { searches: 0 };
    const all = Array.from({ length: histories }, () => {
      const parts: number[] = [];
      const history: History = {
        get oldest() {
          counts.searches += 1;
          return parts[0] ?? Number.POSITIVE_INFINITY;
        },
        get bound() {
          return parts[0] ?? Number.POSITIVE_INFINITY;
        },
        dropOldest() {
          parts.shift();
          memory.changed(-10);
          return 1;
        },
      };
      memory.join(history);
      return parts;
    });
    return { counts, all };
  }

  it('searches no history because of what is needed', () => {
    const memory = new CorrectionMemory(100);
    const { counts } = counting(10, memory);
    for (let n = 0; n < 1_000; n += 1) memory.changed(0, 1_000);
    expect(counts.searches).toBe(0);
  });

  it('searches one history for each part that it drops', () => {
    const memory = new CorrectionMemory(100);
    const { counts, all } = counting(10, memory);
    for (let n = 0; n < 1_000; n += 1) {
      all[n % 10]!.push(n);
      memory.changed(10);
    }
    expect(memory.forgotten).toBe(990);
    expect(counts.searches).toBe(990);
  });
});
