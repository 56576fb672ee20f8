import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Differ } from '../../../src/dashboards/top/differ.ts';

/** A terminal that knows what the differ writes. */
class Terminal {
  rows: string[] = [];
  write(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is written.
    for (const [, row, line] of text.matchAll(/\u001b\[(\d+);1H([^\u001b]*)\u001b\[K/g))
      this.rows[Number(row) - 1] = line!;
    if (text.startsWith('\u001b[2J')) this.rows.length = [...text.matchAll(/;1H/g)].length;
  }
}

const screen = fc.array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 3, maxLength: 3 });

describe('the differ', () => {
  it('shows each screen of any sequence', () => {
    fc.assert(
      fc.property(fc.array(screen), (screens) => {
        const [differ, terminal] = [new Differ(), new Terminal()];
        for (const lines of screens) {
          terminal.write(differ.draw(lines));
          expect(terminal.rows).toEqual(lines);
        }
      }),
    );
  });

  it('writes only what changed', () => {
    const differ = new Differ();
    differ.draw(['a', 'b', 'c']);
    expect(differ.draw(['a', 'x', 'c'])).toBe('\u001b[2;1Hx\u001b[K');
    expect(differ.draw(['a', 'x', 'c'])).toBe('');
  });

  it('draws everything after a resize, and where the terminal may show something else', () => {
    const differ = new Differ();
    differ.draw(['a', 'b']);
    expect(differ.draw(['a', 'b', 'c'])).toBe(
      '\u001b[2J\u001b[1;1Ha\u001b[K\u001b[2;1Hb\u001b[K\u001b[3;1Hc\u001b[K',
    );
    differ.forget();
    expect(differ.draw(['a', 'b', 'c'])).toBe(
      '\u001b[2J\u001b[1;1Ha\u001b[K\u001b[2;1Hb\u001b[K\u001b[3;1Hc\u001b[K',
    );
  });
});
