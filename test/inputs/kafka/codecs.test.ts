import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decompressLz4, decompressSnappy } from '../../../src/inputs/kafka/codecs.ts';

const varint = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 128))];
const u32be = (value: number) => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255];
const u32le = (value: number) => u32be(value).reverse();
const text = (value: string) => [...Buffer.from(value)];
const bytes = (...parts: number[][]) => Buffer.from(parts.flat());

/** `abcd`, then copies of what came before, by each of the three kinds of copies. */
const snappy = bytes(
  varint(4 + 6 + 5 + 5),
  [(4 - 1) << 2, ...text('abcd')],
  [((6 - 4) << 2) | 1, 4],
  [((5 - 1) << 2) | 2, 2, 0],
  [((5 - 1) << 2) | 3, 1, 0, 0, 0],
);
const plain = 'abcdabcdabababaaaaaa';

/** Frame with independent blocks: one compressed, one not. */
const lz4 = bytes(
  u32le(0x184d2204),
  [0x60, 0x40, 0],
  u32le(3 + 5 + 3),
  [(5 << 4) | 3, ...text('hello'), 5, 0, (3 << 4) | 0, ...text('end')].slice(0, 12),
);

describe('snappy', () => {
  it('is read as a block, and in the framing of Java', () => {
    expect(decompressSnappy(snappy).toString()).toBe(plain);
    const framed = bytes(
      [0x82, ...text('SNAPPY'), 0],
      u32be(1),
      u32be(1),
      u32be(snappy.length),
      [...snappy],
      u32be(snappy.length),
      [...snappy],
    );
    expect(decompressSnappy(framed).toString()).toBe(plain + plain);
  });

  it('is read with literals of any length', () => {
    for (const length of [1, 59, 60, 61, 255, 256, 257, 70_000]) {
      const content = Buffer.alloc(length, 'x');
      const size = length <= 60 ? 0 : length <= 256 ? 1 : length <= 65_536 ? 2 : 3;
      const more = Array.from({ length: size }, (_, i) => ((length - 1) >> (8 * i)) & 255);
      const tag = size === 0 ? (length - 1) << 2 : (59 + size) << 2;
      expect(decompressSnappy(bytes(varint(length), [tag, ...more], [...content])).equals(content)).toBe(
        true,
      );
    }
  });

  it.each([
    ['a copy from before its beginning', bytes([4], [1, 9])],
    ['a literal that is cut off', bytes([9], [(9 - 1) << 2, ...text('abc')])],
    ['another length than announced', bytes([9], [(3 - 1) << 2, ...text('abc')])],
    ['a length that no batch has', bytes(varint(2 ** 34), [0, 0])],
    ['nothing', Buffer.alloc(0)],
    ['a frame that is cut off', bytes([0x82, ...text('SNAPPY'), 0], u32be(1), u32be(1), u32be(99), [1])],
  ])('with %s is refused', (_, damaged) => {
    expect(() => decompressSnappy(damaged)).toThrow('damaged');
  });
});

describe('LZ4', () => {
  const frame = (flags: number, blocks: number[][], descriptor: number[] = []) =>
    bytes(u32le(0x184d2204), [flags, 0x40, ...descriptor, 0], blocks.flat(), u32le(0));
  const compressed = (content: number[]) => [...u32le(content.length), ...content];
  const stored = (content: number[]) => [...u32le(content.length + 2 ** 31), ...content];

  it('is read with compressed and stored blocks, and with copies that overlap', () => {
    // "ab", then 8 bytes from 2 before; a block ends in literals.
    const block = [(2 << 4) | 4, ...text('ab'), 2, 0, 3 << 4, ...text('end')];
    expect(decompressLz4(frame(0x60, [compressed(block), stored(text('!'))])).toString()).toBe(
      'ababababab' + 'end!',
    );
  });

  it('is read with long lengths, sizes and checksums of blocks', () => {
    const literals = Buffer.alloc(15 + 255 + 10, 'x');
    const block = [0xf0, 255, 10, ...literals];
    const withSum = [...compressed(block), 1, 2, 3, 4];
    const whole = frame(0x78, [withSum], [0, 1, 0, 0, 0, 0, 0, 0]);
    expect(decompressLz4(whole).equals(literals)).toBe(true);
  });

  it('is read with blocks that depend on those before', () => {
    const second = [0x00, 4, 0, 1 << 4, ...text('!')];
    expect(decompressLz4(frame(0x40, [stored(text('abcd')), compressed(second)])).toString()).toBe(
      'abcdabcd!',
    );
    expect(() => decompressLz4(frame(0x60, [stored(text('abcd')), compressed(second)]))).toThrow('damaged');
  });

  it('of another format is refused', () => {
    expect(() => decompressLz4(lz4.subarray(1))).toThrow('damaged');
    expect(() => decompressLz4(Buffer.alloc(3))).toThrow('damaged');
  });
});

it.each([
  ['snappy', decompressSnappy, snappy],
  ['LZ4', decompressLz4, lz4],
])('%s of arbitrary bytes ends with an error or a result, and nothing else', (_, decompress, seed) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(40), (noise, at) => {
      const mixed = Buffer.concat([seed.subarray(0, at), noise]);
      try {
        expect(decompress(mixed)).toBeInstanceOf(Buffer);
      } catch (error) {
        expect((error as Error).message).toContain('damaged');
      }
    }),
    { numRuns: 500 },
  );
});
