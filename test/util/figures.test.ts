import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundsIn, conditionText, lengthText, timeText, valueText } from '../../src/util/figures.ts';

describe('a length of time for people', () => {
  it.each([
    [0, '0 ms'],
    [450, '450 ms'],
    [1_234, '1.23 s'],
    [5_000, '5 s'],
    [59_999, '1 m'],
    [200_000, '3 m 20 s'],
    [3_599_999, '1 h'],
    [7_500_000, '2 h 5 m'],
    [86_399_999, '1 d'],
    [90_061_000, '1 d 1 h'],
    [-200_000, '3 m 20 s'],
  ])('of %i ms is %s', (length, text) => expect(lengthText(length)).toBe(text));

  it('has at most two units', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e11 }), (length) => {
        expect(lengthText(length)).toMatch(/^[\d.,]+ (ms|s|m|h|d)( \d+ (s|m|h))?$/);
      }),
    );
  });
});

describe('a value for people', () => {
  it.each([
    [0.1237, 'share(http.response.status_code >= 500)', '12.4 %'],
    [1, 'share(x: 1)', '100 %'],
    [1_234_567, 'avg(http.response.bytes)', '1.18 MB'],
    [50 * 2 ** 20, 'max(http.response.bytes)', '50 MB'],
    [1_023.7, 'max(file.size)', '1 KB'],
    [12, 'sum(http.response.bytes)', '12 B'],
    [3.456, 'rate', '3.46/s'],
    [12_345, 'count', '12,345'],
    [1_234.567, 'avg(system.load.1)', '1,235'],
    [0.001_234_56, 'avg(x)', '0.00123'],
    [3.2e9, 'percentile(event.duration, 95)', '3.2 s'],
    [250, 'avg(latency_ms)', '250 ms'],
    [80.04, 'avg of temperature', '80'],
    [undefined, 'avg(x)', 'nothing to measure'],
    [7, '', '7'],
  ])('%s of %s is %s', (value, measure, text) => expect(valueText(value, measure)).toBe(text));

  it('never has more than three digits after the point', () => {
    const measures = [
      'count',
      'rate',
      'share(a: 1)',
      'avg(http.response.bytes)',
      'avg(x)',
      'avg(event.duration)',
    ];
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1e15, noNaN: true }),
        fc.constantFrom(...measures),
        (value, measure) => {
          expect(valueText(value, measure)).toMatch(/^[\d,]+(\.\d{1,4})?[ /\w%]*$/);
        },
      ),
    );
  });
});

describe('a condition for people', () => {
  it.each([
    ['>= 0.05', 'share(a: 1)', '>= 5 %'],
    ['>= 5%', 'share(a: 1)', '>= 5 %'],
    ['outside 1024..5242880', 'avg(http.response.bytes)', 'outside 1 KB..5 MB'],
    ['> 12345', 'count', '> 12,345'],
    ['< -3', 'avg(x)', '< -3'],
    ['>= .5', 'share(a: 1)', '>= 50 %'],
    ['>= .5%', 'share(a: 1)', '>= 0.5 %'],
    ['> 1E3', 'count', '> 1,000'],
    ['> 1e6', 'avg(http.response.bytes)', '> 977 KB'],
    ['inside -5..-1', 'avg(x)', 'inside -5..-1'],
    ['outside .25..0.5', 'share(a: 1)', 'outside 25 %..50 %'],
    ['not >= 5', 'count', 'not >= 5'],
    ['x2 > 5', 'count', 'x2 > 5'],
    ['a.5 > 5', 'count', 'a.5 > 5'],
  ])('%s of %s is %s', (condition, measure, text) => expect(conditionText(condition, measure)).toBe(text));

  it.each([
    ['>= 5', [5]],
    ['outside 1..5', [1, 5]],
    ['> -3', [-3]],
    ['>= 5%', [0.05]],
    ['>= .5', [0.5]],
    ['< -.5%', [-0.005]],
    ['> 2.5E3', [2500]],
    ['inside .1...9', [0.1, 0.9]],
    ['outside -1..-.5', [-1, -0.5]],
    ['', []],
  ])('%s compares with %j', (condition, bounds) => expect(boundsIn(condition)).toEqual(bounds));
});

it('a time for people names its zone', () => {
  expect(timeText(Date.parse('2026-01-02T03:04:05.678Z'))).toBe('2026-01-02 03:04:05 UTC');
});
