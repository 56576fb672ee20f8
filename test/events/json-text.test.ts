import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextBackslash, resetTraits, skipString, traits } from '../../src/events/json-text.ts';

/** What it stands for, byte by byte. */
function naive(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; at += 1) if (bytes[at] === 0x5c) return at;
  return end;
}

describe('the next backslash', () => {
  it('is where a loop over the bytes finds it, wherever the bytes begin in memory', () => {
    const byte = fc.oneof(
      fc.constant(0x5c),
      fc.constantFrom(0x5b, 0x5d, 0xdc, 0x00, 0x01, 0xff),
      fc.nat(255),
    );
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 80 }),
        fc.array(byte, { maxLength: 60 }),
        fc.nat(9),
        fc.nat(60),
        fc.nat(60),
        (padding, content, skipped, one, other) => {
          const memory = Uint8Array.from([...padding.subarray(0, skipped), ...content, 0x5c, 0x5c]);
          const bytes = memory.subarray(Math.min(skipped, padding.length), memory.length - 2);
          const [from, end] = [Math.min(one, other), Math.max(one, other)].map((at) =>
            Math.min(at, bytes.length),
          );
          expect(nextBackslash(bytes, from!, end!)).toBe(naive(bytes, from!, end!));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each(['\\', 'a\\', 'abcd\\', 'abcdefg\\h\\', '', 'abcdefghijkl'])('of %j', (text) => {
    const bytes = Buffer.from(text);
    expect(nextBackslash(bytes, 0, bytes.length)).toBe(naive(bytes, 0, bytes.length));
  });

  it('is not a byte of which only the highest bit differs', () => {
    const bytes = Uint8Array.from([0xdc, 0xdc, 0xdc, 0xdc, 0x5d, 0x5d, 0x5d, 0x5d]);
    expect(nextBackslash(bytes, 0, 8)).toBe(8);
  });
});

describe('the end of a string', () => {
  /** The offset behind the first quote that is in no escape; -1 where JSON does not allow the text before it. */
  function naiveEnd(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at += 1) {
      if (bytes[at] === 0x5c) at += 1;
      else if (bytes[at] === 0x22) {
        try {
          JSON.parse(`"${bytes.toString('latin1', from, at)}"`);
          return at + 1;
        } catch {
          return -1;
        }
      }
    }
    return -1;
  }

  it('is where JSON has it, whatever lengths lie between escapes, wherever the bytes begin in memory', () => {
    const plain = fc.nat(40).map((length) => 'x'.repeat(length));
    const special = fc.constantFrom(
      '\\"',
      '\\\\',
      '\\n',
      '\\u00e4',
      '\\u00g4',
      '\\x',
      '\t',
      '\u0080',
      '"',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(plain, special), { maxLength: 8 }), fc.nat(7), (parts, shift) => {
        const text = parts.flat().join('');
        const memory = Buffer.from(`${' '.repeat(shift)}${text}"}`, 'latin1');
        const bytes = memory.subarray(shift);
        resetTraits();
        const end = skipString(bytes, 0, bytes.length);
        expect(end).toBe(naiveEnd(bytes, 0));
        if (end === -1) return;
        const found = bytes.toString('latin1', 0, end);
        expect(traits).toMatchObject({ escape: found.includes('\\'), notAscii: found.includes('\u0080') });
      }),
      { numRuns: 2_000 },
    );
  });
});
