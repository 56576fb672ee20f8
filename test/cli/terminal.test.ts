import { describe, expect, it } from 'vitest';
import { safe } from '../../src/cli/terminal.ts';
import { hostile, isHarmless } from '../support/hostile.ts';

describe('what is printed', () => {
  it.each(hostile)('does nothing to a terminal: %s', (_, text) => {
    for (const isTerminal of [true, false]) expect(isHarmless(safe(`a${text}b\nc`, isTerminal))).toBe(true);
  });

  it('keeps its lines, and its colours on a terminal', () => {
    expect(safe('\u001b[1mUsage\u001b[22m\nlogboom', true)).toBe('\u001b[1mUsage\u001b[22m\nlogboom');
    expect(safe('\u001b[1mUsage\u001b[22m\nlogboom', false)).toBe('Usage\nlogboom');
  });

  it('keeps JSON the same JSON', () => {
    const value = { message: 'a\u009b31m\u202eb\u2028' };
    expect(JSON.parse(safe(JSON.stringify(value), true))).toEqual(value);
  });
});
