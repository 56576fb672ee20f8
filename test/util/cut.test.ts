import { describe, expect, it } from 'vitest';
import { cutToBytes, cutToLength, withEllipsis } from '../../src/util/text.ts';

// '😀' is two UTF-16 code units and four bytes of UTF-8, 'é' is one and two, '€' one and three.
describe('the beginning of a text', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abc', 2, 'ab'],
    ['abc', 0, ''],
    ['a😀', 3, 'a😀'],
    ['a😀b', 2, 'a'],
    ['a😀b', 3, 'a😀'],
    ['😀', 1, ''],
    ['é€x', 2, 'é€'],
  ])('%j within %i code units is %j', (text, most, wanted) => {
    expect(cutToLength(text, most)).toBe(wanted);
  });

  it.each([
    ['abc', 3, 'abc'],
    ['abc', 2, 'ab'],
    ['abc', 0, ''],
    ['é€x', 6, 'é€x'],
    ['é€x', 5, 'é€'],
    ['é€x', 4, 'é'],
    ['é€x', 1, ''],
    ['a😀b', 4, 'a'],
    ['a😀b', 5, 'a😀'],
  ])('%j within %i bytes is %j', (text, most, wanted) => {
    expect(cutToBytes(text, most)).toBe(wanted);
  });

  it.each([
    ['abc', 'abc', 'abc'],
    ['ab', 'abc', 'ab …'],
    ['', 'abc', ' …'],
    ['', '', ''],
  ])('%j of %j is shown as %j', (beginning, whole, wanted) => {
    expect(withEllipsis(beginning, whole)).toBe(wanted);
  });
});
