import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeIp, encodeV4 } from '../../src/mapping/ip.ts';

const read = (text: string) => {
  const bytes = Buffer.from(`"${text}"`);
  return encodeV4(bytes, 1, bytes.length - 1);
};

describe('an IPv4 address read from bytes', () => {
  it.each([
    '0.0.0.0',
    '255.255.255.255',
    '192.0.2.7',
    '256.0.0.1',
    '01.2.3.4',
    '1.2.3.00',
    '1.2.3',
    '1.2.3.',
    '1.2.3.4.',
    '1.2.3.4.5',
    '.1.2.3',
    '1..2.3',
    '1.2.3.4 ',
    '1.2.3.-4',
    '1.2.3.4444',
    '1234567890123456.1.1.1',
    '1.2.3.٤',
    '::1',
    '',
  ])('is what the text of it is: %s', (text) => {
    expect(read(text)).toBe(text.includes(':') ? undefined : encodeIp(text));
  });

  it('is what the text of it is, whatever the text', () => {
    const part = fc.oneof(
      fc.integer({ min: 0, max: 300 }).map(String),
      fc.constantFrom('', '00', '7a', '-1'),
    );
    const texts = fc.array(part, { minLength: 3, maxLength: 5 }).map((parts) => parts.join('.'));
    fc.assert(fc.property(texts, (text) => read(text) === encodeIp(text)));
  });
});
