import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeColumn } from '../../src/storage/column-codec.ts';
import { TextBuilder } from '../../src/storage/text-builder.ts';

/** Ends longer and shorter than those that are kept, with escapes and with characters that join words. */
const ends = [
  ' "Mozilla/5.0 (X11; Linux x86_64) Safari/537.36"',
  ' "https://example.org/" "Mozilla/5.0 (X11; Linux x86_64) Safari/537.36"',
  ` x${'.5 \\n\\ ab_c '.repeat(4)}`,
  ' \\\\ and some more words that are long enough',
  ' no end',
  '',
];

it('texts that end alike have the tokens of each of them', () => {
  const start = fc.string({ unit: fc.constantFrom(...'aZ1._, \\n"\n'), maxLength: 60 });
  const texts = fc.array(fc.tuple(start, fc.constantFrom(...ends)), { minLength: 20, maxLength: 80 });
  fc.assert(
    fc.property(texts, (all) => {
      const [expected, found] = [new TextBuilder(), new TextBuilder()];
      const lines = all.map(([begin, end]) => JSON.stringify(`${begin}${end}`));
      const body = Buffer.from(lines.join(''));
      let from = 0;
      for (const [doc, line] of lines.entries()) {
        expected.add(doc, JSON.parse(line) as string);
        found.addSpan(doc, body, from + 1, from + line.length - 1);
        from += line.length;
      }
      expect(encodeColumn(found.build(all.length))).toEqual(encodeColumn(expected.build(all.length)));
    }),
    { numRuns: 500 },
  );
});
