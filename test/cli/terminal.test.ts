import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { columns, safe } from '../../src/cli/terminal.ts';
import { columnsOf } from '../../src/util/columns.ts';
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

describe('a table', () => {
  const rows = (names: string[]) => columns(names.map((name) => [name, '|']));
  /** Where the second column begins, in columns of the terminal. */
  const begins = (line: string) => columnsOf(stripVTControlCharacters(line.slice(0, line.indexOf('|'))));

  it.each([
    ['letters', ['a', 'abcdef']],
    ['characters that take two columns', ['日本', 'abcdef', '🔥']],
    ['marks that take none', ['e\u0301a', 'abc', 'ab\u200d']],
    ['halves of an emoji', ['🔥🔥🔥', 'a']],
    ['colours', ['\u001b[31mred\u001b[0m', 'crimson']],
    ['empty cells', ['', 'abc']],
  ])('has its columns below one another, with %s', (_, names) => {
    const lines = rows(names).split('\n');
    const widest = Math.max(...names.map((name) => columnsOf(stripVTControlCharacters(name))));
    expect(lines.map(begins)).toEqual(names.map(() => 2 + widest + 2));
  });

  it('has no spaces at the ends of its lines', () => {
    expect(
      columns(
        [
          ['a', ''],
          ['abc', 'b'],
        ],
        '',
      ),
    ).toBe('a\nabc  b');
  });
});
