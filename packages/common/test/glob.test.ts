import { describe, expect, it } from 'vitest';
import { starPattern } from '../src/glob.ts';

describe('a pattern with stars', () => {
  it.each([
    ['logs-*', 'logs-nginx', true],
    ['logs-*', 'metrics', false],
    ['*', '', true],
    ['a*b*c', 'axbxc', true],
    ['a*b*c', 'acb', false],
    ['ab*ba', 'aba', false],
    ['a.b', 'axb', false],
    ['*.*', 'line\nbreak.x', true],
    ['', '', true],
    ['', 'a', false],
  ])('%j and %j: %s', (pattern, name, expected) => {
    expect(starPattern(pattern).test(name)).toBe(expected);
  });

  it('takes no time that grows with the power of its stars', () => {
    expect(starPattern('*a'.repeat(5_000)).test(`${'a'.repeat(60_000)}b`)).toBe(false);
  });
});
