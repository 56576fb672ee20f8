import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intervalOf, readSpan, readTime } from '../../src/dashboards/search/time-span.ts';

const now = Date.parse('2026-06-01T12:00:00Z');

describe('a time of a request', () => {
  it.each([
    ['now', now],
    ['now-15m', now - 900_000],
    ['now-24h', now - 86_400_000],
    ['now-7d', now - 7 * 86_400_000],
    ['2026-06-01T11:00:00Z', now - 3_600_000],
    ['2026-06-01T13:00:00+02:00', now - 3_600_000],
    [String(now), now],
  ])('is read from %s', (text, expected) => expect(readTime('from', text, now)).toBe(expected));

  it.each([
    '',
    'yesterday',
    'now-',
    'now-5x',
    'now+5m',
    '9999999999999999',
    'NaN',
    'last 5',
    'May 5',
    '2026-06-99',
  ])('is refused in %j', (text) => {
    expect(() => readTime('from', text, now)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('`from` is no time') }),
    );
  });

  it('is the last 15 minutes by default', () => {
    expect(readSpan({}, now)).toEqual({ from: now - 900_000, to: now });
  });

  it('begins before it ends', () => {
    expect(() => readSpan({ from: 'now', to: 'now-1m' }, now)).toThrow('`from` must be before `to`');
  });
});

describe('the interval of a histogram', () => {
  it.each([
    [60_000, 1_000],
    [900_000, 10_000],
    [3_600_000, 60_000],
    [86_400_000, 1_800_000],
    [30 * 86_400_000, 43_200_000],
  ])('of %i ms is %i ms', (span, expected) =>
    expect(intervalOf({ from: now - span, to: now })).toBe(expected),
  );

  it('needs at most 90 bars for any time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8e15 }), (span) => {
        expect(span / intervalOf({ from: 0, to: span })).toBeLessThanOrEqual(90);
      }),
    );
  });
});
