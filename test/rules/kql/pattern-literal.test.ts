import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { literalIn } from '../../../src/rules/kql/pattern-literal.ts';
import { patternTest } from '../../../src/rules/kql/text.ts';

const literal = (source: string) => literalIn({ kind: 'regex', source, ignoreCase: false });

describe('the text that a pattern needs', () => {
  it.each([
    ['timed? out', 'time'],
    ['connection refused', 'connection refused'],
    ['^user \\d+ failed$', ' failed'],
    ['(?:disk|memory) full', ' full'],
    ['/api/v[12]/orders', '/orders'],
    ['a\\.b\\.c', 'a.b.c'],
    ['ab+cde', 'cde'],
    ['ab{2,3}cdef', 'cdef'],
    ['x{0}abc', 'abc'],
    ['\\p{L}error', 'error'],
    ['[^\\]a]bcd', 'bcd'],
  ])('/%s/ is %j', (source, text) => {
    expect(literal(source)).toBe(text);
  });

  it.each(['error|fatal', 'a.b', '.*', '', 'ab*', '(error)?', '\\d+'])('/%s/ is none', (source) => {
    expect(literal(source)).toBeUndefined();
  });

  it('is in every value that the pattern matches', () => {
    const parts = fc.constantFrom(
      'abc',
      'de',
      'f?',
      'g*',
      'h+',
      '.',
      '[xyz]',
      '(ij|k)',
      '\\d',
      '\\.',
      'l{2}',
      '(?:mn)?',
      '^',
      '$',
      ' ',
    );
    const texts = fc.array(
      fc.constantFrom('abc', 'de', 'f', 'g', 'h', 'x', 'ij', 'k', '1', '.', 'l', 'll', 'mn', ' ', 'q'),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 6 }), texts, (pieces, words) => {
        const source = pieces.join('');
        const made = patternTest({ kind: 'regex', source, ignoreCase: false });
        const needed = literal(source);
        const text = words.join('');
        if ('test' in made && needed !== undefined && made.test(text)) expect(text).toContain(needed);
      }),
      { numRuns: 2_000 },
    );
  });
});
