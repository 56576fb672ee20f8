import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inColumns, short, sparkline } from '../../../src/dashboards/top/text.ts';
import { columnsOf } from '../../../src/util/columns.ts';
import { hostileText, isHarmless } from '../../support/hostile.ts';

describe('a text in columns', () => {
  it.each<[string, number, string]>([
    ['abc', 5, 'abc  '],
    ['abcdef', 5, 'abcd…'],
    ['日本語', 6, '日本語'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日… '],
    ['💣x', 3, '💣x'],
    ['e\u0301a', 3, 'e\u0301a '],
    ['abc', 1, '…'],
    ['abc', 0, ''],
    ['', 2, '  '],
  ])('%s in %i', (text, columns, expected) => expect(inColumns(text, columns)).toBe(expected));

  it('is aligned to the right', () => expect(inColumns('12', 5, 'right')).toBe('   12'));

  it('takes exactly so many columns, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 60 }), (text, columns) => {
        expect(columnsOf(inColumns(text, columns))).toBe(columns);
      }),
    );
  });

  it('acts on no terminal', () => expect(isHarmless(inColumns(hostileText, 300))).toBe(true));
});

describe('a sparkline', () => {
  it('shows the greatest value at full height, and nothing for nothing', () => {
    expect(sparkline([0, 1, 4, 8], 4)).toBe(' ▂▅█');
  });
  it('ends at the right, and keeps the newest', () => {
    expect(sparkline([8], 3)).toBe('  █');
    expect(sparkline([8, 0, 8], 2)).toBe(' █');
  });
  it('is empty without values', () => expect(sparkline([], 3)).toBe('   '));
});

it.each([
  [0, '0'],
  [7.25, '7.25'],
  [999, '999'],
  [999.7, '1.00k'],
  [12_345, '12.3k'],
  [4_560_000, '4.56M'],
  [2.5e15, '2500T'],
  [0.5, '0.500'],
  [0.012_34, '0.012'],
  [0.001_23, '0.001'],
  [1e-9, '0.000'],
  [-7.25, '-7.25'],
  [-12_345.6, '-12.3k'],
])('%d is short as %s', (value, text) => expect(short(value)).toBe(text));
