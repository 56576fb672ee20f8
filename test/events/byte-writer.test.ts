import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter, Constant } from '../../src/events/index.ts';
import { writeJson, writeMembers } from '../../src/events/json-writer.ts';

const written = (write: (to: ByteWriter) => void, size = 1): string => {
  const to = new ByteWriter(size);
  to.byte(0x5b);
  write(to);
  to.byte(0x5d);
  const text = to.toString();
  expect([text[0], text.at(-1)]).toEqual(['[', ']']);
  return text.slice(1, -1);
};

/** Lengths about which the way of copying changes. */
const lengths = [0, 1, 7, 8, 9, 15, 16, 47, 48, 49, 63, 64, 191, 192, 193, 200, 5000];

describe('a byte writer', () => {
  it.each(lengths)('copies spans, constants and texts of %i bytes', (length) => {
    const text = 'abcdefghij'.repeat(501).slice(0, length);
    const around = Buffer.from(`<<<${text}>>>`);
    const other = new ByteWriter(4);
    other.text(`<${text}>`);
    expect(written((to) => to.text(text))).toBe(text);
    expect(written((to) => to.constant(new Constant(text)))).toBe(text);
    expect(written((to) => to.span(around, 3, 3 + length))).toBe(text);
    expect(written((to) => to.copyOf(other, 1, 1 + length))).toBe(text);
    expect(written((to) => to.string(text))).toBe(`"${text}"`);
  });

  it('copies from one source after the other, and after it was released', () => {
    const sources = ['one, of some length', 'two, which is another', 'three'].map((text) =>
      Buffer.from(text),
    );
    const text = written((to) => {
      for (const source of [...sources, ...sources]) {
        to.span(source, 0, source.length);
        to.release();
        to.span(source, 1, 3);
      }
    });
    const once = sources.map((source) => `${source}${source.subarray(1, 3)}`).join('');
    expect(text).toBe(once + once);
  });

  it.each([
    ['plain', 'plain'],
    ['with a quote', 'a "b"'],
    ['with a backslash', 'a\\b'],
    ['with control characters', 'a\n\t\u0000\u001f'],
    ['with DEL', 'a\u007fb'],
    ['Latin-1', 'é'],
    ['of three bytes', '€uro'],
    ['of four bytes', '💥'],
    ['with half a character', 'a\ud800b'],
    ['with line separators', 'a\u2028b\u2029'],
    ['empty', ''],
    ['long and plain', 'x'.repeat(300)],
    ['long with quotes', '"'.repeat(300)],
    ['long and not ASCII', 'ä'.repeat(300)],
    ['plain, up to its last character', `${'x'.repeat(47)}"`],
  ])('writes a text as JSON, %s', (_, text) => {
    expect(written((to) => to.string(text))).toBe(JSON.stringify(text));
  });

  it('writes any text as UTF-8, and as JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), fc.nat(40), (text, size) => {
        expect(written((to) => to.text(text), size + 1)).toBe(text);
        expect(written((to) => to.string(text), size + 1)).toBe(JSON.stringify(text));
      }),
      { numRuns: 500 },
    );
  });

  it.each([0, 1, 9, 10, 99, 100, 12_345, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 1.5, -1, -0, 1e21, 1e-7, Number.NaN])(
    'writes the number %d as JSON',
    (value) => {
      expect(written((to) => to.number(value))).toBe(JSON.stringify(value));
    },
  );

  it('writes whole numbers with the base 36', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), (value) => {
        expect(written((to) => to.base36(value))).toBe(value.toString(36));
      }),
    );
  });
});

describe('JSON that is written', () => {
  const values = fc.letrec<{ value: unknown; object: Record<string, unknown> }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      ...[fc.string(), fc.double(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant(undefined)],
      ...[fc.array(tie('value'), { maxLength: 3 }), tie('object')],
    ),
    object: fc.dictionary(fc.string({ maxLength: 5 }), tie('value'), { maxKeys: 4 }),
  }));

  it('is that of JSON.stringify', () => {
    fc.assert(
      fc.property(values.object, (object) => {
        const json = JSON.stringify(object);
        expect(written((to) => writeJson(to, object))).toBe(json);
        expect(written((to) => writeMembers(to, object))).toBe(json.slice(1, -1));
      }),
      { numRuns: 500 },
    );
  });

  it('has the texts that somebody else writes', () => {
    const texts = {
      write(text: string, to: ByteWriter): boolean {
        if (text !== 'known') return false;
        to.text('"\\u006bnown"');
        return true;
      },
    };
    const object = { a: 'known', b: { c: 'known', d: 'other' }, e: ['known'], f: undefined };
    expect(written((to) => writeJson(to, object, texts))).toBe(
      '{"a":"\\u006bnown","b":{"c":"\\u006bnown","d":"other"},"e":["known"]}',
    );
  });

  it('has the keys of more objects than are kept', () => {
    for (let index = 0; index < 5_000; index += 1)
      expect(written((to) => writeJson(to, { [`key ${index}"`]: index }))).toBe(
        `{"key ${index}\\"":${index}}`,
      );
  });
});
