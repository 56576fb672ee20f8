import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Condition, opposite, overlap, parseCondition } from '../../src/rules/condition.ts';

function condition(text: string): Condition {
  const parsed = parseCondition(text);
  if (!('ok' in parsed)) throw new Error(parsed.problem);
  return parsed.ok;
}

describe('a condition', () => {
  it.each<[string, number[], number[]]>([
    ['>= 5', [5, 6], [4.99, -5]],
    ['>5', [5.01], [5]],
    ['<= 5', [5, -1], [5.01]],
    [' < 0.99 ', [0.98], [0.99]],
    ['== 0', [0, -0], [1e-9]],
    ['= 0', [0], [1]],
    ['!= 3', [2, 4], [3]],
    ['outside 10..20', [9.9, 20.1], [10, 15, 20]],
    ['inside 10 .. 20', [10, 15, 20], [9.9, 20.1]],
    ['>= 5%', [0.05], [0.049]],
    ['< 7%', [0.0699], [0.07]],
    ['outside 0.5%..99.9%', [0.004, 1], [0.005, 0.999]],
    ['> -2.5e3', [-2499], [-2500]],
    ['inside -5..-1', [-5, -1], [0]],
  ])('%s holds for %j and not for %j', (text, yes, no) => {
    expect(yes.map(condition(text).test)).toEqual(yes.map(() => true));
    expect(no.map(condition(text).test)).toEqual(no.map(() => false));
  });

  it.each([
    '',
    '5',
    '>=',
    '=> 5',
    '>= five',
    '>= 5 6',
    'outside 10',
    'between 1..2',
    '>= 5 %',
    '>=5;',
    'outside 20..10',
  ])('%j is refused with a remedy', (text) => {
    expect(parseCondition(text)).toMatchObject({
      problem: expect.any(String),
      remedy: expect.stringMatching(/^write /),
    });
  });

  it.each([
    ['>= 52428800', 54_306_753, 'max(http.response.bytes)', '51.8 MB is >= 50 MB'],
    ['>= 52428800', 52_428_801, 'max(http.response.bytes)', '52428801 is >= 52428800'],
    ['>= 52428800', 52_428_800, 'max(http.response.bytes)', '50 MB is >= 50 MB'],
    ['< 2000000000', 2.5e9, 'percentile(event.duration, 95)', '2.5 s is not < 2 s'],
    ['>= 120', 121.3, 'percentile(event.duration, 95)', '121.3 is >= 120'],
    ['>= 5%', 0.0623, 'share(log.level: error)', '6.23% is >= 5%'],
    ['>= 0.05', 1, 'share(log.level: error)', '1 is >= 0.05'],
    ['outside 100..250', 300, 'avg(latency_ms)', '300 ms is outside 100 ms..250 ms'],
    ['>= 3', 4, 'distinct(http.response.bytes)', '4 is >= 3'],
    ['== 0', 0, 'max(event.duration)', '0 ms is == 0 ms'],
  ])('%s of %d of %s is described in the unit of the measure: %s', (text, value, measure, expected) => {
    expect(condition(text).describe(value, measure)).toBe(expected);
  });

  it('is never described in units with equal figures for different numbers', () => {
    const measures = ['max(http.response.bytes)', 'avg(event.duration)', 'min(latency_ms)'];
    fc.assert(
      fc.property(
        fc.constantFrom(...measures),
        fc.constantFrom('>=', '>', '<=', '<'),
        fc.double({ min: 0, max: 1e10, noNaN: true }),
        fc.double({ min: 0, max: 1e10, noNaN: true }),
        (measure, mark, bound, value) => {
          const found = condition(`${mark} ${bound}`).describe(value, measure);
          const [, left, right] = /^(.*) is (?:not )?(?:>=|>|<=|<) (.*)$/.exec(found)!;
          if (/[a-z%]/i.test(left!.replace(/e[+-]?\d/, ''))) expect(left === right).toBe(bound === value);
        },
      ),
    );
  });

  it.each([
    ['>=5', 7, '7 is >= 5'],
    ['>= 5', 4, '4 is not >= 5'],
    ['= 0', 0, '0 is == 0'],
    ['>= 5%', 0.0623, '6.23% is >= 5%'],
    ['outside 10..20', 25.123456, '25.12 is outside 10..20'],
    ['< 3', 1 / 3, '0.3333 is < 3'],
    ['>= 5', 4.99999, '4.99999 is not >= 5'],
    ['>= 5%', 0.0499999, '4.99999% is not >= 5%'],
    ['outside 1..5', 5.00001, '5.00001 is outside 1..5'],
    ['== 5', 4.99999, '4.99999 is not == 5'],
  ])('%s describes %d as %j', (text, value, words) => {
    expect(condition(text).describe(value)).toBe(words);
  });

  it.each([
    ['>= 5', 'as it grows'],
    ['> 5', 'as it grows'],
    ['< 5', 'as it falls'],
    ['<= 5', 'as it falls'],
    ['== 5', undefined],
    ['!= 5', undefined],
    ['outside 1..2', undefined],
    ['inside 1..2', undefined],
  ])('%s becomes truer: %s', (text, truer) => {
    expect(condition(text).truer).toBe(truer);
  });

  it.each([
    ['>= 5', 5, 9],
    ['< 5', 4, 1],
    ['outside 10..20', 21, 1],
    ['inside 10..20', 11, 15],
    ['!= 5', 6, 1],
  ])('%s finds %d nearer to its bound than %d', (text, near, far) => {
    expect(condition(text).distance(far)).toBeGreaterThan(condition(text).distance(near));
  });
});

describe('the opposite of a condition', () => {
  it('holds where the condition does not, and describes the condition', () => {
    const recovered = opposite(condition('>= 5'));
    expect([4, 5].map(recovered.test)).toEqual([true, false]);
    expect(recovered.describe(4)).toBe('4 is not >= 5');
  });
});

describe('two conditions', () => {
  it.each([
    ['>= 5', '< 3', false],
    ['>= 5', '< 5', false],
    ['>= 5', '<= 5', true],
    ['>= 5', '> 1', true],
    ['> 100', '< 200', true],
    ['outside 10..20', 'inside 12..18', false],
    ['outside 10..20', 'inside 10..20', false],
    ['outside 10..20', '< 5', true],
    ['== 0', '> 0', false],
  ])('%s and %s can both hold: %s', (one, other, both) => {
    expect(overlap(condition(one), condition(other)) !== undefined).toBe(both);
  });

  it.each<[string, string, number]>([
    ['> 5', '< 7', 6],
    ['> 7', '> 5', 10],
    ['>= 5', '>= 3', 5],
    ['> 5', '< 5.000000004', 5.000000002],
    ['< 3', '< 5', 2],
    ['> 5%', '< 7%', 0.060000000000000005],
    ['outside 10..20', '> 5', 7.5],
  ])('%s and %s both hold for %d, which people would name', (one, other, value) => {
    const both = overlap(condition(one), condition(other))!;
    expect([both, condition(one).test(both), condition(other).test(both)]).toEqual([value, true, true]);
  });
});
