import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTime, parseIso, parseTime } from '../../src/parsers/event-time.ts';

const iso = (millis: number) => (Number.isNaN(millis) ? 'no time' : new Date(millis).toISOString());

describe('an ISO 8601 time', () => {
  it.each([
    ['2026-11-21T05:40:07.490Z', '2026-11-21T05:40:07.490Z'],
    ['2026-11-21T05:40:07Z', '2026-11-21T05:40:07.000Z'],
    ['2026-11-21T05:40Z', '2026-11-21T05:40:00.000Z'],
    ['2026-11-21 05:40:07', '2026-11-21T05:40:07.000Z'],
    ['2026-11-21 05:40:07,490', '2026-11-21T05:40:07.490Z'],
    ['2026-11-21T05:40:07.4Z', '2026-11-21T05:40:07.400Z'],
    ['2026-11-21T05:40:07.49Z', '2026-11-21T05:40:07.490Z'],
    ['2026-11-21T05:40:07.490999999Z', '2026-11-21T05:40:07.490Z'],
    ['2026-11-21T05:40:07+01:00', '2026-11-21T04:40:07.000Z'],
    ['2026-11-21T05:40:07.1-0530', '2026-11-21T11:10:07.100Z'],
    ['2026-11-21T05:40:07+01', '2026-11-21T04:40:07.000Z'],
    ['2026-11-21', '2026-11-21T00:00:00.000Z'],
    ['2024-02-29T12:00:00z', '2024-02-29T12:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(iso(parseIso(text))).toBe(expected);
  });

  it.each([
    '',
    'yesterday',
    '2026',
    '2026-11',
    '2026-13-01',
    '2026-00-01',
    '2026-11-31',
    '2025-02-29',
    '1900-02-29T00:00:00Z',
    '2026-11-21T',
    '2026-11-21T05',
    '2026-11-21T05:4',
    '2026-11-21T24:00:00Z',
    '2026-11-21T05:60:00Z',
    '2026-11-21T05:40:61Z',
    '2026-11-21T05:40:07.Z',
    '2026-11-21T05:40:07.1234567890Z',
    '2026-11-21T05:40:07Zx',
    '2026-11-21T05:40:07+',
    '2026-11-21T05:40:07+1',
    '2026-11-21T05:40:07+25:00',
    '2026-11-21T05:40:07 CET',
    ' 2026-11-21',
    '2026-11-21X05:40:07',
    '２０２６-11-21',
  ])('%j is none', (text) => {
    expect(parseIso(text)).toBeNaN();
  });

  it('is what Date reads, at any moment', () => {
    const noInvalid = {
      noInvalidDate: true,
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
    };
    fc.assert(
      fc.property(fc.date(noInvalid), (date) => {
        expect(parseIso(date.toISOString())).toBe(date.getTime());
      }),
    );
  });

  it.each([
    ['Europe/Berlin', '2026-07-01 12:00:00', '2026-07-01T10:00:00.000Z'],
    ['Europe/Berlin', '2026-01-01 12:00:00', '2026-01-01T11:00:00.000Z'],
    ['Europe/Berlin', '2026-03-29 03:00:00', '2026-03-29T01:00:00.000Z'],
    ['Europe/Berlin', '2026-03-29 01:59:59', '2026-03-29T00:59:59.000Z'],
    ['America/New_York', '2026-07-01T12:00:00', '2026-07-01T16:00:00.000Z'],
    ['Asia/Kathmandu', '2026-07-01', '2026-06-30T18:15:00.000Z'],
    ['Europe/Berlin', '2026-07-01 12:00:00Z', '2026-07-01T12:00:00.000Z'],
  ])('that names no zone is in %s: %s', (zone, text, expected) => {
    expect(iso(parseIso(text, zone))).toBe(expected);
  });
});

describe('a time in a JSON line', () => {
  it.each([
    [1_774_000_000, 1_774_000_000_000],
    [1_774_000_000.123, 1_774_000_000_123],
    [1_774_000_000_123, 1_774_000_000_123],
    [1_774_000_000_123_456, 1_774_000_000_123],
    [Number('1774000000123456789'), 1_774_000_000_123],
    [0, 0],
    ['1970-01-01T00:00:01Z', 1000],
    ['1774000000123', 1_774_000_000_123],
    ['1774000000123456', 1_774_000_000_123],
    ['1774000000123456789', 1_774_000_000_123],
  ])('may be a number whose size tells its unit: %s', (value, expected) => {
    expect(parseTime(value)).toBe(expected);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 1e300, null, true, {}, [], '1774000000'])(
    'is not %s',
    (value) => {
      expect(parseTime(value)).toBeNaN();
    },
  );
});

describe('a time that is written', () => {
  it('is what Date writes, at any moment', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        expect(formatTime(date.getTime())).toBe(date.toISOString());
      }),
    );
  });
});
