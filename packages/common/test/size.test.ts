import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSize, parseSize, sizeText } from '../src/index.ts';

const KB = 2 ** 10;
const MB = 2 ** 20;
const GB = 2 ** 30;

describe('a size for people', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [999, '999 B'],
    [1_000, '1,000 B'],
    [1_023, '1,023 B'],
    [1_023.4, '1,023 B'],
    [1_023.5, '1 KB'],
    [1_024, '1 KB'],
    [1_500, '1.46 KB'],
    [999.5 * KB, '1,000 KB'],
    [MB - 1, '1 MB'],
    [1.005 * MB, '1 MB'],
    [12.345 * MB, '12.3 MB'],
    [184 * MB, '184 MB'],
    [1_002.5 * MB, '1,003 MB'],
    [1.5 * GB, '1.5 GB'],
    [320 * GB, '320 GB'],
    [2 ** 50, '1 PB'],
    [2 ** 70, '1,048,576 PB'],
    [0.123_4, '0.123 B'],
    [-5 * MB, '-5 MB'],
  ])('of %d bytes is %s', (bytes, text) => expect(sizeText(bytes)).toBe(text));

  it('is at most half a percent from the size, and has at most eight columns below 1,024 PB', () => {
    const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
    fc.assert(
      fc.property(fc.double({ min: 1, max: 2 ** 59, noNaN: true }), (bytes) => {
        const text = sizeText(bytes);
        const [digits, unit] = text.split(' ');
        const read = Number(digits!.replace(',', '')) * 1_024 ** units.indexOf(unit!);
        expect(Math.abs(read - bytes) / bytes, text).toBeLessThanOrEqual(0.005);
        expect(text.length).toBeLessThanOrEqual(8);
      }),
    );
  });

  it('never falls while the size grows', () => {
    const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
    const read = (text: string) => {
      const [digits, unit] = text.split(' ');
      return Number(digits!.replaceAll(',', '')) * 1_024 ** units.indexOf(unit!);
    };
    const size = fc.double({ min: 0, max: 2 ** 60, noNaN: true });
    fc.assert(
      fc.property(size, size, (one, other) => {
        const [less, more] = one < other ? [one, other] : [other, one];
        expect(read(sizeText(less))).toBeLessThanOrEqual(read(sizeText(more)));
      }),
    );
  });

  it('that a person copies into a setting is read again', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999 }),
        fc.constantFrom(1, KB, MB, GB, 2 ** 40),
        (count, unit) => {
          expect(parseSize(sizeText(count * unit))).toBe(count * unit);
        },
      ),
    );
  });
});

describe('a size of a setting', () => {
  it.each([
    ['512b', 512],
    ['64kb', 64 * KB],
    ['256MB', 256 * MB],
    ['1.5gb', 1.5 * GB],
    ['10 mb', 10 * MB],
    ['1.0001kb', 1_024],
    ['2tb', 2 ** 41],
  ])('%s is %d bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each(['', '5', 'mb', '-1mb', '1.mb', '.5mb', '1e3kb', '1 m', '10mbs', ' 10mb', '1,5gb', 'Infinitykb'])(
    'is not %j',
    (text) => expect(parseSize(text)).toBeUndefined(),
  );

  it.each([
    [0, '0b'],
    [1_023, '1023b'],
    [KB, '1kb'],
    [1_536, '1.5kb'],
    [320 * MB, '320mb'],
    [4 * GB, '4gb'],
  ])('%d bytes are written %s, and read again', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
    expect(parseSize(text)).toBe(bytes);
  });
});
