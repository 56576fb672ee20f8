import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokensOf } from '../src/mapping/analyzer.ts';
import { formatDate } from '../src/mapping/date-format.ts';
import { parseDateMath } from '../src/mapping/date-math.ts';
import { documentDate, parseDate } from '../src/mapping/date-parse.ts';
import { decodeIp, encodeIp, ipRange } from '../src/mapping/ip.ts';
import { addUnits, floorTo } from '../src/mapping/zone.ts';
import { minimumShould } from '../src/query/shape.ts';

const utc = (text: string) => Date.parse(text);

describe('the standard analyzer', () => {
  const table: [text: string, tokens: string][] = [
    ['GET /a/b.html HTTP/1.1', 'get a b.html http 1.1'],
    ["don't stop", "don't stop"],
    ['host.name 127.0.0.1 v1.a a.1', 'host.name 127.0.0.1 v1 a a 1'],
    ['1,000 3;4 a,b', '1,000 3;4 a b'],
    ['_ __x a_1-b', '__x a_1 b'],
    ['Grüße 東京 ひら カタカナ', 'grüße 東 京 ひ ら カタカナ'],
    ['😀 ok', '😀 ok'],
    ['', ''],
    ['... --- "', ''],
  ];
  it.each(table)('reads %j', (text, tokens) => {
    expect(tokensOf(text).join(' ')).toBe(tokens);
  });

  it('cuts tokens that are longer than 255 characters', () => {
    expect(tokensOf('x'.repeat(600)).map((token) => token.length)).toEqual([255, 255, 90]);
  });

  it('gives only lower-case tokens without spaces, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        for (const token of tokensOf(text)) expect(token).toMatch(/^\S+$/u);
      }),
    );
  });
});

describe('dates', () => {
  const read: [text: string, formats: string | undefined, start: string | undefined][] = [
    ['2026', undefined, '2026-01-01T00:00:00Z'],
    ['2026-11', undefined, '2026-11-01T00:00:00Z'],
    ['2026-11-21T05', undefined, '2026-11-21T05:00:00Z'],
    ['2026-11-21T05:40:07.490Z', undefined, '2026-11-21T05:40:07.490Z'],
    ['2026-11-21T05:40:07,4904242+01:00', undefined, '2026-11-21T04:40:07.490Z'],
    ['2026-11-21T05:40:07-0530', undefined, '2026-11-21T11:10:07Z'],
    ['1795239607490', undefined, '2026-11-21T05:40:07.490Z'],
    ['28/May/2026:20:26:40 +0000', 'dd/MMM/yyyy:HH:mm:ss Z', '2026-05-28T20:26:40Z'],
    ['21.11.2026', 'yyyy-MM-dd||dd.MM.yyyy', '2026-11-21T00:00:00Z'],
    ['1795239607', 'epoch_second', '2026-11-21T05:40:07Z'],
    ['2026-13-01', undefined, undefined],
    ['2026-02-29', undefined, undefined],
    ['2026-1-1', undefined, undefined],
    ['2026-11-21 05:40:07', undefined, undefined],
    ['tomorrow', undefined, undefined],
  ];
  it.each(read)('%j in the format %j', (text, formats, start) => {
    expect(parseDate(text, formats)?.start).toBe(start === undefined ? undefined : utc(start));
  });

  it('read fast are the same as read slowly', () => {
    const formats = 'strict_date_optional_time||epoch_millis';
    const moments = fc.date({
      min: new Date('1970-01-01'),
      max: new Date('2100-01-01'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(moments, (moment) => {
        expect(documentDate(moment.toISOString(), formats)).toBe(moment.getTime());
      }),
    );
  });

  const now = utc('2026-11-21T12:34:56.789Z');
  const math: [text: string | number, roundUp: boolean, zone: string, result: string][] = [
    ['now', false, 'UTC', '2026-11-21T12:34:56.789Z'],
    ['now-1h/h', false, 'UTC', '2026-11-21T11:00:00Z'],
    ['now/d', true, 'UTC', '2026-11-21T23:59:59.999Z'],
    ['now/w', false, 'UTC', '2026-11-16T00:00:00Z'],
    ['now-1M/M', false, 'UTC', '2026-10-01T00:00:00Z'],
    ['now/d', false, 'America/New_York', '2026-11-21T05:00:00Z'],
    ['2026-03-31||+1M', false, 'UTC', '2026-04-30T00:00:00Z'],
    ['2026-11-21', true, 'UTC', '2026-11-21T23:59:59.999Z'],
    ['2026-11', true, 'UTC', '2026-11-01T23:59:59.999Z'],
    ['2026-11-21', false, '+02:00', '2026-11-20T22:00:00Z'],
    ['2024-02-29||+1y', false, 'UTC', '2025-02-28T00:00:00Z'],
  ];
  it.each(math)('%j, rounded up: %j, in %s', (text, roundUp, zone, result) => {
    expect(new Date(parseDateMath(text, { now, roundUp, zone })).toISOString()).toBe(
      new Date(result).toISOString(),
    );
  });

  it.each(['now-', 'now+1', 'now-1x', 'now//d', '2026-11-21||', 'x||+1d', ''])(
    '%j is refused or plain',
    (text) => {
      const attempt = () => parseDateMath(text, { now, roundUp: false });
      if (text === '2026-11-21||') expect(attempt()).toBe(utc('2026-11-21'));
      else expect(attempt).toThrow('failed to parse date field');
    },
  );

  const written: [format: string, zone: string, text: string][] = [
    ['strict_date_optional_time', 'UTC', '2026-11-21T12:34:56.789Z'],
    ['strict_date_optional_time', 'Europe/Berlin', '2026-11-21T13:34:56.789+01:00'],
    ['yyyy-MM-dd', 'UTC', '2026-11-21'],
    ["EEE, d MMM yyyy 'at' HH:mm", 'UTC', 'Sat, 21 Nov 2026 at 12:34'],
    ['epoch_millis', 'UTC', '1795264496789'],
    ['epoch_second', 'UTC', '1795264496.789'],
    ['HH:mm:ss.SSS Z', '-03:30', '09:04:56.789 -0330'],
  ];
  it.each(written)('are written as %j in %s', (format, zone, text) => {
    expect(formatDate(now, format, zone)).toBe(text);
  });

  it('stand in calendar units of their zone, also where the clocks change', () => {
    const zone = 'Europe/Berlin';
    const day = floorTo(utc('2026-10-25T12:00:00Z'), 'day', zone);
    expect(day).toBe(utc('2026-10-24T22:00:00Z'));
    expect(addUnits(day, 'day', 1, zone) - day).toBe(25 * 3_600_000);
  });
});

describe('addresses', () => {
  const table: [text: string, shown: string | undefined][] = [
    ['10.0.0.1', '10.0.0.1'],
    ['::1', '::1'],
    ['::', '::'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['fe80::', 'fe80::'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['256.0.0.1', undefined],
    ['1.2.3', undefined],
    ['1:2', undefined],
    ['1::2::3', undefined],
    ['x', undefined],
  ];
  it.each(table)('%s', (text, shown) => {
    const hex = encodeIp(text);
    expect(hex && decodeIp(hex)).toBe(shown);
  });

  it('come back as they were, and sort as they do', () => {
    fc.assert(
      fc.property(fc.ipV4(), (ip) => {
        expect(decodeIp(encodeIp(ip)!)).toBe(ip);
      }),
    );
    fc.assert(
      fc.property(fc.ipV6(), (ip) => {
        expect(encodeIp(decodeIp(encodeIp(ip)!))).toBe(encodeIp(ip));
      }),
    );
    expect(encodeIp('9.0.0.0')! < encodeIp('10.0.0.0')!).toBe(true);
  });

  it('in networks are ranges', () => {
    expect(ipRange('10.1.2.3/8')!.map(decodeIp)).toEqual(['10.0.0.0', '10.255.255.255']);
    expect(ipRange('2001:db8::/126')!.map(decodeIp)).toEqual(['2001:db8::', '2001:db8::3']);
    expect(ipRange('10.0.0.1/33')).toBeUndefined();
  });
});

describe('minimum_should_match', () => {
  const table: [value: string | number, count: number, minimum: number][] = [
    [2, 5, 2],
    [-1, 5, 4],
    ['75%', 4, 3],
    ['75%', 5, 3],
    ['-25%', 4, 3],
    ['2<75%', 2, 2],
    ['2<75%', 4, 3],
    ['2<-25% 9<-3', 10, 7],
  ];
  it.each(table)('%s of %i is %i', (value, count, minimum) => {
    expect(minimumShould(value, count, 1)).toBe(minimum);
  });
});
