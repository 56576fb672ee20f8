import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Samples } from '../../../src/rules/run/samples.ts';
import { readEvent } from '../../support/events.ts';
import { t } from '../../support/journal/records.ts';

const anEvent = (after: number, more: object = {}) =>
  readEvent({ '@timestamp': new Date(t + after).toISOString(), message: `at ${after}`, ...more });

function samplesOf(...times: number[]): Samples {
  const samples = new Samples({ over: 1000 });
  for (const after of times) samples.offer('g', anEvent(after));
  return samples;
}
const messages = (samples: Samples, start: number) =>
  samples.since('g', t + start).map(({ message }) => message);

describe('samples', () => {
  it('are the first five lines of a window, wherever it begins', () => {
    const samples = samplesOf(100, 600, 700, 1100, 1200, 1300, 1400, 1500, 1600);
    expect(messages(samples, 0)).toEqual(['at 100', 'at 600', 'at 700', 'at 1100', 'at 1200']);
    expect(messages(samples, 500)).toEqual(['at 600', 'at 700', 'at 1100', 'at 1200', 'at 1300']);
    expect(messages(samples, 1000)).toEqual(['at 1100', 'at 1200', 'at 1300', 'at 1400', 'at 1500']);
  });

  it('are in order of time, though a line came late', () => {
    expect(messages(samplesOf(900, 1100, 800, 1050), 0)).toEqual(['at 800', 'at 900', 'at 1050', 'at 1100']);
  });

  it('are the first five by their times, in whatever order lines of a window arrive', () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { minLength: 1, maxLength: 40 }),
        (times) => {
          const first = times.toSorted((a, b) => a - b).slice(0, 5);
          expect(messages(samplesOf(...times), 0)).toEqual(first.map((time) => `at ${time}`));
        },
      ),
    ));

  it('are ten a group at the most, and a line older than two windows is none', () => {
    const samples = samplesOf(...Array.from({ length: 300 }, (_, index) => index * 10), 0);
    expect(JSON.stringify(samples.snapshot()).match(/"message"/g)).toHaveLength(10);
    expect(messages(samples, 0)[0]).toBe('at 1000');
  });

  it.each<[object, object]>([
    [
      { source: { ip: '10.0.0.1' }, user: { name: 'ann' } },
      { ip: '10.0.0.1', user: 'ann' },
    ],
    [{ event: { category: ['web', 'network'] } }, { category: 'web' }],
    [{ event: { category: 'iam' } }, { category: 'iam' }],
    [{ event: { category: [] }, user: { name: null } }, {}],
  ])('of %j show %j, by which alerts are related', (more, expected) => {
    const samples = new Samples({ over: 1000 });
    samples.offer('g', anEvent(100, more));
    const [{ ip, user, category } = {} as never] = samples.since('g', t);
    expect(JSON.parse(JSON.stringify({ ip, user, category }))).toEqual(expected);
  });

  it('tell where a line is from, and no more than its first 2,000 characters', () => {
    const samples = new Samples({ over: 1000 });
    const more = {
      message: 'x'.repeat(5_000),
      host: { name: 'web-1' },
      log: { offset: 7, file: { path: '/l' } },
    };
    samples.offer('g', anEvent(0, more));
    expect(samples.since('g', t)).toEqual([
      {
        '@timestamp': new Date(t).toISOString(),
        message: 'x'.repeat(2_000),
        host: 'web-1',
        file: '/l',
        offset: 7,
      },
    ]);
  });

  it('of groups gone by are forgotten', () => {
    const samples = samplesOf(100);
    samples.offer('other', anEvent(5_000));
    samples.forgetBefore(t + 999);
    expect(samples.size).toBe(2);
    samples.forgetBefore(t + 1000);
    expect(samples.size).toBe(1);
    expect(messages(samples, 0)).toEqual([]);
  });

  it.each([
    ['as long as the window', 1000],
    ['several windows long', 3500],
    ['many windows long', 70_000],
  ])('are kept until their window is judged, with a lateness that is %s', (_, lateness) => {
    const samples = new Samples({ over: 1000, lateness });
    for (let after = 0; after <= 1000 + lateness; after += 100) samples.offer('g', anEvent(after));
    const found = messages(samples, 0);
    expect(found).toHaveLength(5);
    expect(found[0]).toBe('at 0');
    expect(JSON.stringify(samples.snapshot()).match(/"message"/g)!.length).toBeLessThanOrEqual(24 * 5);
  });

  it('are kept for each stretch, in whatever order lines come within the lateness', () => {
    const lines = [100, 1100, 2100, 3100, 4100];
    for (const order of [lines, lines.toReversed(), [2100, 100, 4100, 1100, 3100]]) {
      const samples = new Samples({ over: 1000, lateness: 3000 });
      for (const after of order) samples.offer('g', anEvent(after));
      expect(messages(samples, 0)).toEqual(lines.map((after) => `at ${after}`));
      expect(samples.evidence('g', t + 1000, t + 2000).first).toMatchObject([{ time: t + 1100 }]);
    }
  });

  it('go on from a snapshot of two stretches, which earlier versions wrote', () => {
    const line = (time: number) => ({ time: t + time, sample: { message: `at ${time}` } });
    const now = { start: t + 1000, samples: [line(1100)] };
    const before = { start: t, samples: [line(100)] };
    const samples = new Samples({ over: 1000 });
    samples.restore([
      ['g', { now, before, count: 2 }],
      ['h', { now, before: undefined }],
    ] as never);
    expect(messages(samples, 0)).toEqual(['at 100', 'at 1100']);
    expect(samples.since('h', t).map(({ message }) => message)).toEqual(['at 1100']);
    samples.offer('g', anEvent(2100));
    expect(messages(samples, 0)).toEqual(['at 1100', 'at 2100']);
  });

  it('are the same after a snapshot', () => {
    const before = samplesOf(100, 1100);
    const after = new Samples({ over: 1000 });
    after.restore(structuredClone(before.snapshot()));
    for (const samples of [before, after]) samples.offer('g', anEvent(1200));
    expect(after.snapshot()).toEqual(before.snapshot());
    expect(messages(after, 0)).toEqual(['at 100', 'at 1100', 'at 1200']);
  });
});
