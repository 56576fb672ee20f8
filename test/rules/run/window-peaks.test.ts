import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WindowResult } from '../../../src/model.ts';
import { type Condition, parseCondition } from '../../../src/rules/condition.ts';
import { WindowPeaks } from '../../../src/rules/run/window-peaks.ts';
import { ruleConfig } from '../../support/rules/rules.ts';
import { event, play, type Step, ten } from '../../support/rules/runs.ts';

const over = { over: '10s', every: '1s', lateness: '0s', when: '>= 4', record: true };
const peaksOf = (steps: Step[], changes: object = {}, restartAfter: number[] = []) =>
  play(ruleConfig({ ...over, ...changes }), steps, { restartAfter }).outputs.flatMap((output) => {
    if (output.kind !== 'window') return [];
    const { end, value, peak, group }: WindowResult = output.window;
    return [[(end - ten) / 1000, group, value, peak].filter((one) => one !== '')];
  });

/** Three events before a recorded window ends and three after: six within ten seconds, three in each document. */
const across = [7, 8, 9, 11, 12, 13].map((at) => event(at));

describe('the document of a window', () => {
  it('has the peak of the windows since the one before, where the condition held in one', () => {
    expect(peaksOf([...across, { until: 40 }])).toEqual([
      [10, 3, undefined],
      [20, 3, 6],
    ]);
  });

  it.each([
    ['the condition never held', [event(1), event(12), { until: 40 }], {}],
    ['windows do not slide', [...across, { until: 40 }], { every: '10s' }],
    ['its own value is the peak', [11, 12, 13, 14].map((at) => event(at)).concat(event(40)), {}],
    ['there is no condition', [...across, { until: 40 }], { when: undefined }],
  ])('has none where %s', (_, steps, changes) => {
    for (const [, , peak] of peaksOf(steps as Step[], changes)) expect(peak).toBeUndefined();
  });

  it('has the lowest value where a low one raises the alert', () => {
    const many = [1, 2, 3, 4, 5, 16, 17, 18, 19, 20].map((at) => event(at));
    const peaks = peaksOf([...many, { until: 40 }], { when: '< 4' });
    expect(peaks[1]).toEqual([20, 4, 0]);
  });

  it('keeps groups apart', () => {
    const hosts = across.map((_, at) =>
      event([7, 8, 9, 11, 12, 13][at]!, { 'host.name': at % 3 === 0 ? 'b' : 'a' }),
    );
    const peaks = peaksOf([...hosts, { until: 40 }], { by: ['host.name'] });
    expect(peaks).toEqual([
      [10, 'a', 2, undefined],
      [10, 'b', 1, undefined],
      [20, 'a', 2, 4],
      [20, 'b', 1, undefined],
    ]);
  });

  it.each([2, 3, 4, 5])('is the same after a restart behind event %i', (place) => {
    expect(peaksOf([...across, { until: 40 }], {}, [place])).toEqual(peaksOf([...across, { until: 40 }]));
  });

  it('has the farthest value of all windows that slide, in any sequence', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 59 }), { maxLength: 60 }), (times) => {
        const sorted = [...times].sort((one, other) => one - other);
        const found = peaksOf([...sorted.map((at) => event(at)), { until: 90 }]);
        const countAt = (end: number) => sorted.filter((at) => at >= end - 10 && at < end).length;
        for (const [end, value, peak] of found as [number, number, number | undefined][]) {
          const all = Array.from({ length: 11 }, (_, back) => countAt(end - back));
          const most = Math.max(...all);
          expect(peak).toBe(most >= 4 && most > value ? most : undefined);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('peaks', () => {
  const peaks = (end?: number) => {
    const { ok: condition } = parseCondition('>= 4') as { ok: Condition };
    const rule = { over: 10, every: 1, condition, config: ruleConfig({ record: true }) };
    const found = new WindowPeaks(rule, { holds: (value) => value !== undefined && value >= 4 });
    if (end !== undefined) found.startAfter(end);
    return found;
  };
  const window = (end: number, value: number) => ({ group: 'a', start: end - 10, end, value, count: value });

  it('of a stretch that was not seen as a whole are not known', () => {
    const whole = peaks(10);
    whole.note(window(15, 8));
    expect(whole.take(window(20, 5))).toEqual({ peak: 8 });
    const part = peaks(13);
    part.note(window(15, 8));
    expect(part.take(window(20, 5))).toEqual({});
    part.note(window(25, 9));
    expect(part.take(window(30, 5))).toEqual({ peak: 9 });
  });

  it('of a recorded window without events are not shown by the next one', () => {
    const found = peaks();
    found.note(window(15, 8));
    expect(found.take(window(30, 5))).toEqual({});
    found.note(window(35, 8));
    found.trim(40);
    expect(found.state()).toBeUndefined();
  });

  it('last from one recorded window to the next', () => {
    const found = peaks();
    found.note(window(20, 8));
    expect(found.take(window(30, 5))).toEqual({ peak: 8 });
    found.note(window(30, 5));
    expect(found.take(window(40, 6))).toEqual({});
  });
});
