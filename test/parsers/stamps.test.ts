import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inZone, localTime, monthOf, readStamp, withoutYear } from '../../src/parsers/text/stamps.ts';

const receivedAt = Date.parse('2026-11-21T00:00:00Z');
const read = (value: unknown, zone = 'UTC', at = receivedAt) => {
  const time = readStamp(value, { zone, receivedAt: at });
  return Number.isNaN(time) ? 'no time' : new Date(time).toISOString();
};
const ten = '2026-11-20T10:00:00.000Z';
const withMillis = '2026-11-20T10:00:00.123Z';

describe('a stamp', () => {
  it.each<[unknown, string]>([
    // ISO 8601 and what is near it.
    ['2026-11-20T10:00:00Z', ten],
    ['2026-11-20 10:00:00', ten],
    ['2026-11-20 10:00:00.123456', withMillis],
    ['2026-11-20 10:00:00,123 +0100', '2026-11-20T09:00:00.123Z'],
    ['2026-11-20 10:00:00 UTC', ten],
    ['2026-11-20 10:00:00 CET', '2026-11-20T09:00:00.000Z'],
    ['2026-11-20 10:00:00 EST', '2026-11-20T15:00:00.000Z'],
    ['2026-11-20 10:00:00.5 PST', '2026-11-20T18:00:00.500Z'],
    // Slashes and dots, the year first.
    ['2026/11/20 10:00:00', ten],
    ['2026.11.20 10:00:00', ten],
    ['2026/11/20T10:00:00.123', withMillis],
    ['2026/11/20 10:00', ten],
    // Common log format, and names of months.
    ['20/Nov/2026:10:00:00 +0000', ten],
    ['20/Nov/2026:10:00:00 -0530', '2026-11-20T15:30:00.000Z'],
    ['20/nov/2026:10:00:00 +0000', ten],
    ['20/Nov/2026:10:00:00', ten],
    ['20-Nov-2026 10:00:00', ten],
    ['20 Nov 2026 10:00:00.123', withMillis],
    ['20 November 2026 10:00:00', ten],
    ['1 Nov 2026 10:00:00', '2026-11-01T10:00:00.000Z'],
    // RFC 2822 and `date`.
    ['Fri, 20 Nov 2026 10:00:00 +0000', ten],
    ['Fri, 20 Nov 2026 10:00:00 GMT', ten],
    ['Fri, 20 Nov 2026 11:00:00 +0100 (CET)', ten],
    ['Fri Nov 20 10:00:00 2026', ten],
    ['Fri Nov 20 10:00:00.123456 2026', withMillis],
    ['Fri Nov 20 10:00:00 UTC 2026', ten],
    ['Fri Nov  1 10:00:00 2026', '2026-11-01T10:00:00.000Z'],
    // Twelve hours.
    ['Nov 20, 2026 10:00:00 AM', ten],
    ['Nov 20, 2026 10:00:00 PM', '2026-11-20T22:00:00.000Z'],
    ['Nov 20, 2026 12:00:00 AM', '2026-11-20T00:00:00.000Z'],
    ['Nov 20, 2026 12:00:00 PM', '2026-11-20T12:00:00.000Z'],
    ['Nov 20, 2026, 10:00:00 AM', ten],
    ['November 20, 2026 10:00:00', ten],
    // The epoch, in four units.
    ['1795168800', ten],
    ['1795168800.123', withMillis],
    ['1795168800123', withMillis],
    ['1795168800123456', withMillis],
    ['1795168800123456789', withMillis],
    ['1.7951688e+09', ten],
    [1_795_168_800, ten],
    [1_795_168_800_123, withMillis],
    // Syslog, of the last such day.
    ['Nov 20 10:00:00', ten],
    ['Nov  1 10:00:00', '2026-11-01T10:00:00.000Z'],
    ['Nov 22 10:00:00', '2026-11-22T10:00:00.000Z'],
    ['Nov 24 10:00:00', '2025-11-24T10:00:00.000Z'],
    ['Dec 31 23:59:59', '2025-12-31T23:59:59.000Z'],
    ['Feb 29 10:00:00', '2024-02-29T10:00:00.000Z'],
    ['Nov 20 10:00:00.123', withMillis],
  ])('%j is %s', (value, wanted) => expect(read(value)).toBe(wanted));

  it.each<unknown>([
    ...[
      '',
      ' ',
      'soon',
      '2026',
      '10:00:00',
      '20.11.2026 10:00:00',
      '11/20/2026 10:00:00',
      '20/11/2026 10:00:00',
    ],
    ...['20/Xyz/2026:10:00:00 +0000', '32/Nov/2026:10:00:00 +0000', '20/Nov/2026:24:00:00 +0000'],
    ...['20/Nov/2026:10:60:00 +0000', '20/Nov/2026 10:00 00 +0000', '31 Nov 2026 10:00:00'],
    ...['Fri Nov 20 10:00:00', 'Nov 31 10:00:00', '12345678', '1795168800.'],
    ...['2026-11-20 10:00:00 2026-11-20 10:00:00', 'x'.repeat(65), null, undefined, true, {}, [], -1],
  ])('%j is none', (value) => expect(read(value)).toBe('no time'));

  it.each([
    ['Europe/Berlin', '2026/11/20 10:00:00', '2026-11-20T09:00:00.000Z'],
    ['Europe/Berlin', '2026/07/20 10:00:00', '2026-07-20T08:00:00.000Z'],
    ['America/New_York', 'Nov 20 10:00:00', '2026-11-20T15:00:00.000Z'],
    ['Asia/Kathmandu', '20 Nov 2026 10:00:00', '2026-11-20T04:15:00.000Z'],
    ['Europe/Berlin', '20/Nov/2026:10:00:00 +0000', ten],
    ['Europe/Berlin', '2026-11-20 10:00:00 UTC', ten],
    // An abbreviation that names several offsets, or none, counts as nothing.
    ['Europe/Berlin', '2026-11-20 10:00:00 CST', '2026-11-20T09:00:00.000Z'],
    ['Europe/Berlin', '2026-11-20 10:00:00 XYZ', '2026-11-20T09:00:00.000Z'],
  ])('in %s: %s is %s', (zone, value, wanted) => expect(read(value, zone)).toBe(wanted));

  it('without a year is of the last such day, at most two days ahead', () => {
    const at = (iso: string) => Date.parse(iso);
    expect(read('Jan  1 00:00:00', 'UTC', at('2026-12-31T23:59:00Z'))).toBe('2027-01-01T00:00:00.000Z');
    expect(read('Dec 31 23:59:59', 'UTC', at('2027-01-01T00:01:00Z'))).toBe('2026-12-31T23:59:59.000Z');
    expect(read('Jan  3 00:00:00', 'UTC', at('2026-12-31T23:59:00Z'))).toBe('2026-01-03T00:00:00.000Z');
    expect(read('Jan  1 00:30:00', 'Pacific/Auckland', at('2026-12-31T12:00:00Z'))).toBe(
      '2026-12-31T11:30:00.000Z',
    );
  });
});

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const two = (value: number) => String(value).padStart(2, '0');
const parts = (date: Date) => ({
  year: String(date.getUTCFullYear()).padStart(4, '0'),
  month: two(date.getUTCMonth() + 1),
  name: months[date.getUTCMonth()]!,
  day: two(date.getUTCDate()),
  clock: `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`,
});

describe('any moment', () => {
  const moment = fc
    .date({
      min: new Date('1971-01-01T00:00:00Z'),
      max: new Date('2099-12-31T00:00:00Z'),
      noInvalidDate: true,
    })
    .map((date) => new Date(Math.floor(date.getTime() / 1_000) * 1_000));

  it.each<[string, (date: Date) => string]>([
    [
      'the common log format',
      (d) => `${parts(d).day}/${parts(d).name}/${parts(d).year}:${parts(d).clock} +0000`,
    ],
    ['RFC 2822', (d) => d.toUTCString().replace('GMT', '+0000')],
    ['RFC 7231', (d) => d.toUTCString()],
    ['slashes', (d) => `${parts(d).year}/${parts(d).month}/${parts(d).day} ${parts(d).clock}`],
    ['dashes and a zone', (d) => `${parts(d).year}-${parts(d).month}-${parts(d).day} ${parts(d).clock} UTC`],
    ['a name and a comma', (d) => `${parts(d).name} ${parts(d).day}, ${parts(d).year} ${parts(d).clock}`],
    ['milliseconds', (d) => String(d.getTime()).padStart(12, '0')],
  ])('is read as it was written in %s', (_, write) => {
    fc.assert(
      fc.property(moment, (date) => {
        fc.pre(date.getTime() > 1e11);
        expect(read(write(date))).toBe(date.toISOString());
      }),
    );
  });

  it('is never an error, whatever the text', () => {
    const text = fc.stringMatching(/^[A-Za-z0-9 :/.,+-]{0,40}$/);
    fc.assert(fc.property(text, (one) => typeof readStamp(one, { zone: 'UTC', receivedAt }) === 'number'));
  });
});

describe('parts of a stamp', () => {
  it.each([
    ['Jan', 1],
    ['jan', 1],
    ['JAN', 1],
    ['January', 1],
    ['dec', 12],
    ['SEPT', 9],
    ['Mai', 0],
    ['', 0],
    ['xx', 0],
    ['Marvin', 0],
    ['Junebug', 0],
    ['Septem', 9],
    ['SEPTEMBER', 9],
  ])('%j is month %d', (name, month) => expect(monthOf(name)).toBe(month));

  it.each<[string | undefined, number]>([
    [undefined, 0],
    ['', 0],
    [' UTC ', 0],
    ['Z', 0],
    ['GMT', 0],
    ['+01:00', -60],
    ['+0100', -60],
    ['+01', -60],
    ['-05:30', 330],
    ['UTC+2', 0],
    ['UTC+02:00', -120],
    ['GMT-0300', 180],
    ['CEST', -120],
    ['toString', 0],
  ])('the zone %j moves noon by %d minutes', (zone, minutes) => {
    expect(inZone(0, zone, 'UTC') / 60_000).toBe(minutes);
  });

  it.each<[object, number]>([
    [{}, 0],
    [{ second: '59', fraction: '5' }, 59_500],
    [{ fraction: '123999999' }, 123],
    [{ second: undefined }, 0],
    [{ hour: '24' }, Number.NaN],
    [{ minute: '60' }, Number.NaN],
    [{ day: 31, month: 4 }, Number.NaN],
    [{ day: 0 }, Number.NaN],
    [{ month: 13 }, Number.NaN],
  ])('%j after midnight of 1970 is %d', (changes, time) => {
    expect(localTime({ year: 1970, month: 1, day: 1, hour: '0', minute: '00', ...changes })).toBe(time);
  });

  it('of a day that never was are no time', () => {
    const clock = { month: 2, day: 30, hour: '10', minute: '00' };
    expect(withoutYear(clock, { zone: 'UTC', receivedAt })).toBeNaN();
  });
});
