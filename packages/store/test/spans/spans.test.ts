import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokensOf } from '../../src/mapping/analyzer.ts';
import { defaultFormats, documentDate } from '../../src/mapping/date-parse.ts';
import { isoTime } from '../../src/spans/iso-time.ts';
import { JsonScanner } from '../../src/spans/json-scanner.ts';
import { hashOf, SpanDictionary } from '../../src/spans/span-dictionary.ts';
import { SpanTokens } from '../../src/spans/span-tokens.ts';

describe('a dictionary of spans', () => {
  const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\0', '.'), maxLength: 12 }), {
    maxLength: 400,
  });

  it('knows the number of each text that was added, and of no other', () => {
    fc.assert(
      fc.property(texts, texts, (added, asked) => {
        const dictionary = new SpanDictionary();
        const numbers = new Map<string, number>();
        const find = (text: string) => {
          const bytes = Buffer.from(`<${text}>`);
          return dictionary.find(bytes, 1, bytes.length - 1, hashOf(bytes, 1, bytes.length - 1));
        };
        for (const text of added) {
          expect(find(text)).toBe(numbers.get(text) ?? -1);
          if (numbers.has(text)) continue;
          numbers.set(text, numbers.size);
          const bytes = Buffer.from(text);
          dictionary.add(bytes, 0, bytes.length, hashOf(bytes, 0, bytes.length), numbers.get(text)!);
        }
        for (const text of [...asked, ...added]) expect(find(text)).toBe(numbers.get(text) ?? -1);
      }),
    );
  });

  it('tells texts with the same hash apart', () => {
    const [one, other] = ['aA', 'b"'].map((text) => Buffer.from(text));
    expect(hashOf(one!, 0, 2)).toBe(hashOf(other!, 0, 2));
    const dictionary = new SpanDictionary();
    dictionary.add(one!, 0, 2, hashOf(one!, 0, 2), 7);
    expect(dictionary.find(other!, 0, 2, hashOf(other!, 0, 2))).toBe(-1);
    dictionary.add(other!, 0, 2, hashOf(other!, 0, 2), 8);
    expect([one!, other!].map((text) => dictionary.find(text, 0, 2, hashOf(text, 0, 2)))).toEqual([7, 8]);
  });

  it('stays bounded, and forgets rather than names a wrong number', () => {
    const dictionary = new SpanDictionary();
    const bytesOf = (number: number) => Buffer.from(`value-${number}`.padEnd(20, '.'));
    for (let number = 0; number < 100_000; number += 1) {
      const bytes = bytesOf(number);
      dictionary.add(bytes, 0, bytes.length, hashOf(bytes, 0, bytes.length), number);
    }
    const found = Array.from({ length: 100_000 }, (_, number) => {
      const bytes = bytesOf(number);
      return dictionary.find(bytes, 0, bytes.length, hashOf(bytes, 0, bytes.length));
    });
    expect(found.filter((number, place) => number !== -1 && number !== place)).toEqual([]);
    expect(found.at(-1)).toBe(99_999);
    expect(found.filter((number) => number !== -1).length).toBeLessThan(20_000);
  });
});

describe('a string of JSON', () => {
  const text = fc.string({
    unit: fc.constantFrom(...'abcZ09 /-', '"', '\\', '\n', '\u0001', 'é', '😀'),
    maxLength: 24,
  });
  const scan = (bytes: Buffer, at: number) => {
    const scanner = new JsonScanner();
    scanner.open(bytes);
    scanner.at = at;
    return { scanner, isRead: scanner.string() };
  };

  it('is read to its end, with the hash of its bytes and what is in it', () => {
    fc.assert(
      fc.property(text, fc.nat(3), (value, at) => {
        const bytes = Buffer.from(`${' '.repeat(at)}${JSON.stringify(value)}:`);
        const { scanner, isRead } = scan(bytes, at);
        const { start, end, hash, isEscaped, isWide } = scanner;
        expect([isRead, scanner.text(), scanner.at]).toEqual([true, value, bytes.length - 1]);
        expect([isEscaped, isWide]).toEqual([bytes.includes('\\'), /[é😀]/u.test(value)]);
        if (!isEscaped) expect(hash).toBe(hashOf(bytes, start, end));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is refused where it is cut off, and where it has a control character', () => {
    fc.assert(
      fc.property(text, fc.nat(0x1f), (value, control) => {
        const bytes = Buffer.from(JSON.stringify(value));
        for (let place = 1; place < bytes.length; place += 1) {
          expect(scan(bytes.subarray(0, place), 0).isRead).toBe(false);
          const changed = Buffer.from(bytes);
          changed[place] = control;
          expect(scan(changed, 0).isRead).toBe(false);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('tokens of bytes', () => {
  it('are those of the text', () => {
    const unit = fc.constantFrom(...'aZ09_.,:;\'" /\\\t\n-@', 'é');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 300 }), (text) => {
        const json = Buffer.from(JSON.stringify(text.replaceAll('é', '~')));
        const tokens: string[] = [];
        const reader = new SpanTokens((bytes, length, hash) => {
          tokens.push(Buffer.from(bytes.subarray(0, length)).toString());
          expect(hash).toBe(hashOf(bytes, 0, length));
        });
        reader.read(json, 1, json.length - 1);
        expect(tokens).toEqual(tokensOf(text.replaceAll('é', '~')));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a time of bytes', () => {
  const read = (text: string) => isoTime(Buffer.from(`"${text}"`), 1, Buffer.byteLength(text) + 1);

  it('is that of the text', () => {
    const digits = (count: number, most: number) =>
      fc.nat(most).map((number) => String(number).padStart(count, '0'));
    const time = fc
      .tuple(
        digits(4, 2999),
        digits(2, 13),
        digits(2, 32),
        digits(2, 25),
        digits(2, 60),
        digits(2, 61),
        digits(3, 999),
      )
      .map(
        ([year, month, day, hour, minute, second, millis]) =>
          `${year}-${month}-${day}T${hour}:${minute}:${second}.${millis}Z`,
      );
    fc.assert(
      fc.property(time, (text) => {
        const found = read(text);
        if (!Number.isNaN(found)) expect(found).toBe(documentDate(text, defaultFormats));
        else if (text > '1000' && text.slice(11, 13) !== '24')
          expect(documentDate(text, defaultFormats)).toBeUndefined();
      }),
      { numRuns: 5_000 },
    );
  });

  it.each(['2024-02-29T00:00:00.000Z', '2026-12-31T23:59:59.999Z', '1970-01-01T00:00:00.000Z'])(
    '%s is one',
    (text) => {
      expect(read(text)).toBe(Date.parse(text));
    },
  );

  it.each([
    '2023-02-29T00:00:00.000Z',
    '2026-11-31T00:00:00.000Z',
    '2026-00-10T00:00:00.000Z',
    '2026-11-30 00:00:00.000Z',
    '2026-11-30T00:00:00.00Z',
    '2026-11-30T0a:00:00.000Z',
  ])('%s is none', (text) => {
    expect(read(text)).toBeNaN();
  });
});
