import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../src/index.ts';

describe('a length of time', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['10ms', 10],
    ['1.5s', 1_500],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1d', 86_400_000],
    ['1w2d', 777_600_000],
    ['1m1ms', 60_001],
    // 1.005 × 1,000 and 2.3 × 60,000 are no whole numbers in binary fractions.
    ['1.005s', 1_005],
    ['0.29m', 17_400],
    ['8.7h', 31_320_000],
    ['0.001s', 1],
  ])('%s has %d milliseconds', (text, millis) => expect(parseDuration(text)).toBe(millis));

  it.each(['', '10', '5 m', '5M', '-5m', '1.m', '.5s', '1h 30m', '1y', 'h', '1e3s', '1,5s', '5m ', '5µs'])(
    '%j is none',
    (text) => expect(parseDuration(text)).toBeUndefined(),
  );

  it.each([
    [0, '0s'],
    [0.4, '0s'],
    [0.5, '1ms'],
    [999, '999ms'],
    [1_000, '1s'],
    [59_999.6, '1m'],
    [5_400_000, '1h30m'],
    [90_061_001, '1d1h1m1s1ms'],
    [604_800_000, '7d'],
  ])('%d milliseconds are written %s', (millis, text) => expect(formatDuration(millis)).toBe(text));

  it('is read as it is written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e13 }), (millis) => {
        expect(parseDuration(formatDuration(millis))).toBe(millis);
      }),
    );
  });

  it('in decimal fractions has the milliseconds that their digits say', () => {
    const unit = fc.constantFrom(['s', 1_000] as const, ['m', 60_000] as const, ['h', 3_600_000] as const);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999 }), unit, (thousandths, [name, millis]) => {
        const text = `${Math.floor(thousandths / 1_000)}.${String(thousandths % 1_000).padStart(3, '0')}`;
        expect(parseDuration(`${text}${name}`)).toBe((thousandths * millis) / 1_000);
      }),
    );
  });
});
