import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf } from '../../src/spans/span-dictionary.ts';
import { TermTable } from '../../src/storage/term-table.ts';

/** The number of a text that is a span within other bytes. */
function numberOfSpan(table: TermTable, text: string | Buffer): number {
  const bytes = Buffer.concat([Buffer.from('<'), Buffer.from(text as string), Buffer.from('>')]);
  return table.numberOf(bytes, 1, bytes.length - 1, hashOf(bytes, 1, bytes.length - 1));
}

/** Adds the texts, those at odd places as spans, and compares the table with a map and with a sort of strings. */
function check(texts: string[]): void {
  const table = new TermTable();
  const numbers = new Map<string, number>();
  for (const [place, text] of [...texts, ...texts].entries()) {
    if (!numbers.has(text)) numbers.set(text, numbers.size);
    const number = place % 2 === 1 ? numberOfSpan(table, text) : table.numberOfText(text);
    expect(number).toBe(numbers.get(text));
  }
  const { table: strings, rank } = table.sorted();
  const inOrder = [...numbers.keys()].sort();
  expect(Array.from(inOrder, (_, place) => strings.get(place))).toEqual(inOrder);
  expect([...rank]).toEqual([...numbers.keys()].map((text) => inOrder.indexOf(text)));
  expect([table.size, strings.size]).toEqual([inOrder.length, inOrder.length]);
}

/** Texts of so many letters that all have one hash: `Aa` and `BB` have the same. */
const withOneHash = (pairs: number): string[] =>
  Array.from({ length: 2 ** pairs }, (_, number) =>
    Array.from({ length: pairs }, (__, bit) => ((number >> bit) & 1 ? 'Aa' : 'BB')).join(''),
  );

describe('a table of terms', () => {
  it.each([
    ['few letters, and zeros', fc.string({ unit: fc.constantFrom('a', 'b', '\0'), maxLength: 9 })],
    ['any characters', fc.string({ unit: 'binary', maxLength: 6 })],
    [
      'characters around the surrogates',
      fc.string({ unit: fc.constantFrom('a', '\ud7ff', '\ue000', '\uffff', '😀') }),
    ],
    ['long ones', fc.string({ unit: fc.constantFrom('a', 'ä'), minLength: 300, maxLength: 420 })],
  ])('numbers texts by arrival and sorts them as strings are sorted: %s', (_, text) => {
    fc.assert(fc.property(fc.array(text, { maxLength: 120 }), check), { numRuns: 60 });
  });

  it.each<[string, string[]]>([
    ['nothing', []],
    ['the empty text', ['']],
    ['numbers', Array.from({ length: 3_000 }, (_, at) => String((at * 7919) % 3_000))],
    ['a long beginning', Array.from({ length: 500 }, (_, at) => `${'/shop/item'.repeat(30)}/${at % 250}`)],
    ['each one begins as the next', Array.from({ length: 300 }, (_, at) => 'a'.repeat(300 - at))],
    ['each one goes on with zeros', Array.from({ length: 60 }, (_, at) => `a${'\0'.repeat(59 - at)}`)],
    ['one hash', withOneHash(10)],
  ])('numbers and sorts %s', (_, texts) => check(texts));

  it('does not look through all texts that somebody gave one hash', () => {
    const texts = withOneHash(13);
    const table = new TermTable();
    expect(new Set(texts.map((text) => hashOf(Buffer.from(text), 0, text.length))).size).toBe(1);
    expect(texts.map((text) => table.numberOfText(text))).toEqual(texts.map((_, number) => number));
    expect(texts.map((text) => numberOfSpan(table, text))).toEqual(texts.map((_, number) => number));
  });

  it('takes bytes that are no UTF-8 for the replacement character', () => {
    const table = new TermTable();
    const number = table.numberOfText('a\ufffd');
    expect(numberOfSpan(table, Buffer.from([0x61, 0xff]))).toBe(number);
    expect(numberOfSpan(table, Buffer.from([0x61, 0xc3]))).toBe(number);
    expect(table.sorted().table.get(0)).toBe('a\ufffd');
  });

  it('sorts again after further texts', () => {
    const table = new TermTable();
    for (const text of ['b', 'a']) table.numberOfText(text);
    expect([...table.sorted().rank]).toEqual([1, 0]);
    for (const text of ['ab', '😀', '\ue000']) table.numberOfText(text);
    const { table: strings, rank } = table.sorted();
    expect(Array.from({ length: 5 }, (_, place) => strings.get(place))).toEqual([
      'a',
      'ab',
      'b',
      '😀',
      '\ue000',
    ]);
    expect([...rank]).toEqual([2, 0, 1, 3, 4]);
  });
});
