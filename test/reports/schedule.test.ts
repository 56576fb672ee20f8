import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scheduleOf } from '../../src/reports/schedule.ts';

const at = (iso: string) => Date.parse(iso);
const iso = (time: number) => new Date(time).toISOString().slice(0, 16);

describe('the interval that ended last', () => {
  it.each([
    ['5m', 'UTC', '2026-11-29T10:07:00Z', '2026-11-29T10:00', '2026-11-29T10:05'],
    ['hourly', 'Asia/Kolkata', '2026-11-29T10:07:00Z', '2026-11-29T08:30', '2026-11-29T09:30'],
    ['daily', 'UTC', '2026-11-29T00:00:00Z', '2026-11-28T00:00', '2026-11-29T00:00'],
    ['1d', 'Europe/Berlin', '2026-11-29T10:00:00Z', '2026-11-27T23:00', '2026-11-28T23:00'],
    ['daily', 'Europe/Berlin', '2026-10-26T10:00:00Z', '2026-10-24T22:00', '2026-10-25T23:00'],
    ['weekly', 'Europe/Berlin', '2026-11-29T10:00:00Z', '2026-11-15T23:00', '2026-11-22T23:00'],
    ['7d', 'UTC', '2026-11-30T00:00:00Z', '2026-11-23T00:00', '2026-11-30T00:00'],
    ['monthly', 'America/New_York', '2026-03-20T00:00:00Z', '2026-02-01T05:00', '2026-03-01T05:00'],
    ['monthly', 'UTC', '2026-01-01T00:00:00Z', '2025-12-01T00:00', '2026-01-01T00:00'],
  ])('every %s in %s at %s is %s to %s', (every, zone, now, from, to) => {
    const span = scheduleOf({ every, zone }).last(at(now));
    expect([iso(span.from), iso(span.to)]).toEqual([from, to]);
  });

  it('lies between two times of a cron expression, in its zone', () => {
    const schedule = scheduleOf({ cron: '0 8 * * 1-5', zone: 'Europe/Berlin' });
    const monday = at('2026-11-30T07:00:00Z');
    expect(schedule.last(monday)).toEqual({ from: at('2026-11-27T07:00:00Z'), to: monday });
    expect(schedule.last(monday - 1).to).toBe(at('2026-11-27T07:00:00Z'));
    expect(schedule.nextEnd(monday)).toBe(at('2026-12-01T07:00:00Z'));
  });
});

describe('intervals', () => {
  const every = fc.constantFrom('1m', '5m', '15m', 'hourly', '6h', 'daily', 'weekly', 'monthly');
  const zone = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
  );
  const moments = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-12-31T00:00:00Z') });

  it('follow one another without a gap, also where clocks change', () => {
    fc.assert(
      fc.property(every, zone, moments, (length, place, now) => {
        const schedule = scheduleOf({ every: length, zone: place });
        const end = schedule.nextEnd(now);
        expect(end).toBeGreaterThan(now);
        const { from, to } = schedule.last(end);
        expect(to).toBe(end);
        expect(from).toBeLessThanOrEqual(now);
        expect(schedule.last(now).to).toBe(from);
      }),
      { numRuns: 500 },
    );
  });

  it.each(['7m', '10s', '36h', 'sometimes', '-5m'])('of %s are refused', (length) => {
    expect(() => scheduleOf({ every: length, zone: 'UTC' })).toThrow(TypeError);
  });

  it.each(['0 25 * * *', 'whenever', '0 0 30 2 *'])('by the cron expression %s are refused', (cron) => {
    expect(() => scheduleOf({ cron, zone: 'UTC' })).toThrow();
  });
});
