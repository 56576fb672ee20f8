import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countBits,
  docsOf,
  firstBits,
  hasBit,
  intersect,
  noBits,
  segmentSize,
  setBit,
  subtract,
  unite,
} from '../../src/storage/bits.ts';
import {
  documentsBetween,
  documentsWith,
  documentsWithTerms,
  documentsWithToken,
  valuesOf,
} from '../../src/storage/column.ts';
import { NumberBuilder, TermBuilder } from '../../src/storage/column-builder.ts';
import { ColumnCache } from '../../src/storage/column-cache.ts';
import { decodeColumn, encodeColumn } from '../../src/storage/column-codec.ts';
import { StringTable } from '../../src/storage/string-table.ts';
import { TextBuilder } from '../../src/storage/text-builder.ts';

const docSets = fc.uniqueArray(fc.nat(segmentSize - 1), { maxLength: 200 });
const bitsOf = (docs: number[]) => {
  const bits = noBits();
  for (const doc of docs) setBit(bits, doc);
  return bits;
};
const sorted = (docs: Iterable<number>) => [...new Set(docs)].sort((a, b) => a - b);

describe('sets of documents', () => {
  it('are what sets are', () => {
    fc.assert(
      fc.property(docSets, docSets, (a, b) => {
        expect([...docsOf(bitsOf(a))]).toEqual(sorted(a));
        expect(countBits(bitsOf(a))).toBe(a.length);
        expect([...docsOf(intersect(bitsOf(a), bitsOf(b)))]).toEqual(
          sorted(a.filter((doc) => b.includes(doc))),
        );
        expect([...docsOf(unite(bitsOf(a), bitsOf(b)))]).toEqual(sorted([...a, ...b]));
        expect([...docsOf(subtract(bitsOf(a), bitsOf(b)))]).toEqual(
          sorted(a.filter((doc) => !b.includes(doc))),
        );
        for (const doc of a) expect(hasBit(bitsOf(a), doc)).toBe(true);
      }),
    );
  });

  it.each([0, 1, 31, 32, 33, 16_383, 16_384])('the first %i', (count) => {
    expect(docsOf(firstBits(count))).toHaveLength(count);
  });
});

/** Values of up to 40 documents, none, one or several each. */
const rows = <T>(value: fc.Arbitrary<T>) => fc.array(fc.array(value, { maxLength: 3 }), { maxLength: 40 });

describe('columns', () => {
  it('of numbers come back from their bytes, and find ranges', () => {
    fc.assert(
      fc.property(
        rows(fc.integer({ min: -50, max: 50 })),
        fc.integer({ min: -50, max: 50 }),
        (values, low) => {
          const builder = new NumberBuilder();
          for (const [doc, ones] of values.entries()) for (const one of ones) builder.add(doc, one);
          const column = decodeColumn(encodeColumn(builder.build(values.length)));
          if (column.kind !== 'number') throw new Error(column.kind);
          const expected = [...values.keys()].filter((doc) =>
            values[doc]!.some((one) => one >= low && one <= low + 10),
          );
          expect([...docsOf(documentsBetween(column, low, low + 10))]).toEqual(expected);
          expect([...docsOf(documentsWith(column))]).toEqual(
            [...values.keys()].filter((doc) => values[doc]!.length > 0),
          );
          for (const [doc, ones] of values.entries())
            expect([...column.values.slice(...valuesOf(column, doc))]).toEqual(ones);
        },
      ),
    );
  });

  it('of terms come back from their bytes, each term of a document once', () => {
    fc.assert(
      fc.property(rows(fc.constantFrom('', 'a', 'b', 'ä', 'abc', 'z'.repeat(100))), (values) => {
        const builder = new TermBuilder();
        for (const [doc, ones] of values.entries()) for (const one of ones) builder.add(doc, one);
        const column = decodeColumn(encodeColumn(builder.build(values.length)));
        if (column.kind !== 'term') throw new Error(column.kind);
        for (const [doc, ones] of values.entries()) {
          const [from, to] = valuesOf(column, doc);
          const terms = [...column.ordinals.slice(from, to)].map((ordinal) => column.terms.get(ordinal - 1));
          expect(terms).toEqual([...new Set(ones)]);
        }
        const place = column.terms.find('a');
        const having = [...values.keys()].filter((doc) => values[doc]!.includes('a'));
        expect(place === -1 ? [] : [...docsOf(documentsWithTerms(column, place, place + 1))]).toEqual(having);
      }),
    );
  });

  it('of text know each word, how often, and how long a text is', () => {
    const builder = new TextBuilder();
    builder.add(0, 'to be or not to be');
    builder.add(2, '');
    builder.add(3, 'be');
    const column = decodeColumn(encodeColumn(builder.build(5)));
    if (column.kind !== 'text') throw new Error(column.kind);
    const be = column.tokens.find('be');
    expect([...docsOf(documentsWithToken(column, be))]).toEqual([0, 3]);
    expect(column.frequencies[column.offsets[be]!]).toBe(2);
    expect([...column.lengths]).toEqual([7, 0, 1, 2, 0]);
    expect([...docsOf(documentsWith(column))]).toEqual([0, 2, 3]);
  });

  it('keep ordinals as narrow as their terms allow', () => {
    for (const [count, width] of [
      [10, 1],
      [300, 2],
      [70_000, 4],
    ] as const) {
      const builder = new TermBuilder();
      for (let at = 0; at < count; at++) builder.add(at, `t${at}`);
      expect(builder.build(count).ordinals.BYTES_PER_ELEMENT).toBe(width);
    }
  });
});

describe('a string table', () => {
  it('finds what it has and where the rest would be', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string()), fc.string(), (strings, other) => {
        const inOrder = strings.slice().sort((a, b) => (a < b ? -1 : 1));
        const table = StringTable.of(inOrder);
        expect(inOrder.map((one) => table.find(one))).toEqual(inOrder.map((_, at) => at));
        expect(table.lowerBound(other)).toBe(inOrder.filter((one) => one < other).length);
      }),
    );
  });
});

describe('the column cache', () => {
  const column = (size: number) => {
    const builder = new NumberBuilder();
    builder.add(0, 1);
    return builder.build(size);
  };

  it('forgets what was not used for longest when it is full', () => {
    const cache = new ColumnCache(3 * 800);
    const loads: string[] = [];
    const use = (key: string) =>
      cache.get(key, () => {
        loads.push(key);
        return column(100);
      });
    for (const key of ['a', 'b', 'c', 'a', 'd', 'a', 'b']) use(key);
    expect(loads).toEqual(['a', 'b', 'c', 'd', 'b']);
    expect(cache.bytes).toBe(2400);
    cache.forget('a');
    expect(cache.bytes).toBe(1600);
  });

  it('holds one column however large it is', () => {
    const cache = new ColumnCache(1);
    cache.get('a', () => column(100));
    expect(cache.bytes).toBe(800);
  });
});
