import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detached } from '../../src/util/text.ts';
import { keptBytes } from '../support/rules/heap.ts';

describe('a detached text', () => {
  it.each([
    '',
    'a',
    'ASCII',
    'ümlauts',
    '漢字',
    '👩‍🚀',
    'half of a pair: \ud83d',
    '\udc00 the other half',
    '\u0000\u00ff\u0100',
  ])('is the same text: %j', (text) => expect(detached(text)).toBe(text));

  it('is the same text, whatever that is', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary-ascii' }), (one, other) => {
        expect(detached(one + other)).toBe(one + other);
      }),
    ));

  it('does not keep the long text in memory of which it is a part', () => {
    const before = keptBytes();
    const kept = Array.from({ length: 100 }, (_, index) =>
      detached(`${index} ${'x'.repeat(500_000)}`.slice(0, 100)),
    );
    expect(keptBytes() - before).toBeLessThan(5 * 2 ** 20);
    expect(kept[99]).toHaveLength(100);
  });

  it('takes no more memory than the text, although it was put together from many parts', () => {
    const made = (make: (text: string) => string) => {
      const before = keptBytes();
      const kept = Array.from({ length: 20_000 }, (_, index) => {
        let text = '';
        for (let part = 0; part < 16; part += 1) text += `${(index + part) % 10}-`;
        return make(`${text}${index}`);
      });
      const bytes = keptBytes() - before;
      expect(kept).toHaveLength(20_000);
      return bytes;
    };
    expect(made(detached)).toBeLessThan(made((text) => text) / 2);
  });
});
