import fc from 'fast-check';
import { expect, it } from 'vitest';
import { firstOf } from '../../src/aggs/order.ts';
import { phraseFrequency } from '../../src/query/phrase.ts';

const word = fc.constantFrom('a', 'b', 'ab', 'c', 'abc');

/** The definition: for each place from which on all words are found, how far the farthest one is. */
function widthByHand(words: string[], tokens: string[], isPrefix: boolean): number {
  const places = words.map((one, at) =>
    tokens.flatMap((token, place) =>
      (isPrefix && at === words.length - 1 ? token.startsWith(one) : token === one) ? [place - at] : [],
    ),
  );
  let width = Number.POSITIVE_INFINITY;
  for (const low of places.flat()) {
    const nearest = places.map((ones) => ones.find((place) => place >= low) ?? Number.POSITIVE_INFINITY);
    width = Math.min(width, Math.max(...nearest) - low);
  }
  return width;
}

it('finds how close together the words of a phrase are, as the definition says', () => {
  const words = fc.array(word, { minLength: 2, maxLength: 5 });
  const tokens = fc.array(word, { maxLength: 30 });
  fc.assert(
    fc.property(
      words,
      tokens,
      fc.integer({ min: 1, max: 12 }),
      fc.boolean(),
      (asked, text, slop, isPrefix) => {
        const width = widthByHand(asked, text, isPrefix);
        const expected = width <= slop ? 1 / (1 + width) : 0;
        expect(phraseFrequency({ words: asked, slop, isPrefix }, text)).toBe(expected);
      },
    ),
    { numRuns: 2_000 },
  );
});

it('counts words that follow each other exactly', () => {
  const words = fc.array(word, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(words, fc.array(word, { maxLength: 30 }), (asked, text) => {
      const found = text.filter((_, at) => asked.every((one, place) => text[at + place] === one));
      expect(phraseFrequency({ words: asked, slop: 0, isPrefix: false }, text)).toBe(found.length);
    }),
  );
});

it('looks through a text of 200,000 words for a phrase of 180 in moments', () => {
  const tokens = Array.from({ length: 200_000 }, (_, at) => `w${at % 1_000}`);
  const words = Array.from({ length: 180 }, (_, at) => `w${(at * 7) % 1_000}`);
  const began = performance.now();
  expect(phraseFrequency({ words, slop: 2_000, isPrefix: false }, tokens)).toBeGreaterThan(0);
  expect(performance.now() - began).toBeLessThan(5_000);
});

it('chooses the first of many as sorting all does', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(50), { maxLength: 200 }),
      fc.integer({ min: 1, max: 20 }),
      (numbers, size) => {
        const compare = (a: number, b: number) => a - b;
        expect(firstOf([...numbers], size, compare)).toEqual([...numbers].sort(compare).slice(0, size));
      },
    ),
  );
});
