import { describe, expect, it } from 'vitest';
import { type ConfigInput, schema } from '../../../src/config/schema/schema.ts';
import { intervalOf } from '../../../src/notifiers/control/time-interval.ts';

type Span = NonNullable<ConfigInput['time_intervals']>[number]['time_intervals'][number];

function holds(span: Span, at: string): boolean {
  const { time_intervals } = schema.parse({ time_intervals: [{ name: 'a', time_intervals: [span] }] });
  return intervalOf(time_intervals[0]!.time_intervals)(Date.parse(at));
}

describe('a span of time', () => {
  const night = {
    times: [
      { start_time: '22:00', end_time: '24:00' },
      { start_time: '00:00', end_time: '06:00' },
    ],
  };
  const berlin = { ...night, location: 'Europe/Berlin' };

  it.each<[string, Span, string, boolean]>([
    ['everything', {}, '2026-11-29T12:00:00Z', true],
    ['a time of day', night, '2026-11-29T23:59:59Z', true],
    ['a time of day', night, '2026-11-29T05:59:59Z', true],
    ['not its end', night, '2026-11-29T06:00:00Z', false],
    ['the clocks of its zone in winter', berlin, '2026-11-29T21:00:00Z', true],
    ['the clocks of its zone in summer', berlin, '2026-07-29T20:00:00Z', true],
    ['the clocks of its zone in summer', berlin, '2026-07-29T19:59:59Z', false],
    [
      'the hour that comes twice, both times',
      { times: [{ start_time: '02:00', end_time: '03:00' }], location: 'Europe/Berlin' },
      '2026-10-25T00:30:00Z',
      true,
    ],
    [
      'the hour that comes twice, both times',
      { times: [{ start_time: '02:00', end_time: '03:00' }], location: 'Europe/Berlin' },
      '2026-10-25T01:30:00Z',
      true,
    ],
    ['days of the week', { weekdays: ['monday:friday'] }, '2026-11-29T12:00:00Z', false],
    ['days of the week', { weekdays: ['monday:friday', 'Sunday'] }, '2026-11-29T12:00:00Z', true],
    ['days over the end of the week', { weekdays: ['saturday:monday'] }, '2026-11-30T12:00:00Z', true],
    ['the day of its zone', { weekdays: ['monday'], location: 'Asia/Tokyo' }, '2026-11-29T15:00:00Z', true],
    ['days of the month', { days_of_month: ['1:5'] }, '2026-11-05T12:00:00Z', true],
    ['days from the end', { days_of_month: ['-3:-1'] }, '2026-11-28T00:00:00Z', true],
    ['days from the end', { days_of_month: ['-3:-1'] }, '2026-11-27T00:00:00Z', false],
    ['days from the end of a short month', { days_of_month: ['-1'] }, '2028-02-29T00:00:00Z', true],
    ['from a day to the end', { days_of_month: ['15:-1'] }, '2026-11-30T00:00:00Z', true],
    ['months by name', { months: ['november:january'] }, '2027-01-01T00:00:00Z', true],
    ['months by number', { months: ['3:5', '11'] }, '2026-11-29T00:00:00Z', true],
    ['years', { years: ['2027:2030'] }, '2026-11-29T00:00:00Z', false],
    ['all of its parts', { weekdays: ['sunday'], months: ['12'] }, '2026-11-29T00:00:00Z', false],
  ])('has %s: %j at %s is %s', (_, span, at, expected) => {
    expect(holds(span, at)).toBe(expected);
  });

  it.each<[Span, RegExp]>([
    [{ times: [{ start_time: '22:00', end_time: '06:00' }] }, /Write two spans/],
    [{ weekdays: ['mon'] }, /`mon` is none of sunday/],
    [{ weekdays: ['a:b:c'] }, /is no range/],
    [{ days_of_month: ['0'] }, /no day 0/],
    [{ days_of_month: ['5:1'] }, /ends before it begins/],
    [{ days_of_month: ['32'] }, /no number from -31 to 31/],
    [{ months: ['13'] }, /no number from 1 to 12/],
    [{ years: ['last'] }, /no number from 1970/],
  ])('is not %j', (span, message) => {
    expect(() => holds(span, '2026-11-29T00:00:00Z')).toThrow(message);
  });
});
