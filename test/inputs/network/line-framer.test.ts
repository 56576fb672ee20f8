import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineFramer } from '../../../src/inputs/network/line-framer.ts';

interface Got {
  text: string;
  offset: number;
  flags?: readonly string[];
}

function aFramer({ maxMessage = 100, syslogFraming = true, room = (): boolean => true } = {}) {
  const got: Got[] = [];
  let held = 0;
  const framer = new LineFramer({
    ...{ maxMessage, syslogFraming },
    hold(change) {
      held += change;
      return room();
    },
    take: (bytes, from, to, offset, flags) =>
      void got.push({ text: bytes.toString('utf8', from, to), offset, ...(flags && { flags }) }),
  });
  return {
    got,
    framer,
    texts: () => got.map(({ text }) => text),
    get held() {
      return held;
    },
  };
}

const flags = ['truncated'];

describe('lines of a stream', () => {
  it.each([
    ['LF', 'one\ntwo\n', ['one', 'two']],
    ['CR LF and empty lines', 'one\r\n\r\n\ntwo\r\n', ['one', 'two']],
    ['a NUL at the end', 'one\0\ntwo\0\n', ['one', 'two']],
    [
      'a NUL alone, as Python sends',
      '<11>shop: a\0<11>shop: b\0<11>c\n',
      ['<11>shop: a', '<11>shop: b', '<11>c'],
    ],
    ['a NUL after a counted line with one inside', '5 a\0b\0cone\0', ['a\0b\0c', 'one']],
    ['lengths in front', '7 <34>one8 <34>two ', ['<34>one', '<34>two ']],
    ['a line feed inside a counted line', '5 a\nb\nc3 xyz', ['a\nb\nc', 'xyz']],
    ['both in one stream', '3 onetwo\n5 three', ['one', 'two', 'three']],
    ['a number that is no length', '12a4 x\n2026-11-29 y\n', ['12a4 x', '2026-11-29 y']],
    ['a number too long for a length', '1234567890 x\n', ['1234567890 x']],
    ['a zero in front', '0 x\n', ['0 x']],
  ])('end by %s, however the bytes arrive', (_, text, expected) => {
    for (let size = 1; size <= text.length; size += 1) {
      const one = aFramer();
      for (let at = 0; at < text.length; at += size) one.framer.push(Buffer.from(text.slice(at, at + size)));
      expect(one.texts(), `chunks of ${size}`).toEqual(expected);
      expect(one.held).toBe(0);
    }
  });

  it('keep a NUL within them where the stream has plain lines only', () => {
    const one = aFramer({ syslogFraming: false });
    one.framer.push(Buffer.from('a\0b\nc\0\n'));
    expect(one.texts()).toEqual(['a\0b', 'c']);
  });

  it('are not counted where the stream has plain lines only', () => {
    const one = aFramer({ syslogFraming: false });
    one.framer.push(Buffer.from('200 OK\n404 Not found\n'));
    expect(one.texts()).toEqual(['200 OK', '404 Not found']);
  });

  it('carry their place in the stream', () => {
    const one = aFramer();
    one.framer.push(Buffer.from('one\nt'));
    one.framer.push(Buffer.from('wo\n3 abc'));
    expect(one.got.map(({ offset }) => offset)).toEqual([0, 4, 8]);
  });

  it('are cut at the limit, between two characters, and their rest is passed over', () => {
    const one = aFramer({ maxMessage: 4 });
    one.framer.push(Buffer.from('abcüdefg\nnext\n10 0123456789ok\n'));
    expect(one.got).toMatchObject([
      { text: 'abc', flags },
      { text: 'next' },
      { text: '0123', flags },
      { text: 'ok' },
    ]);
  });

  it('are cut at the limit before their end arrives, so that no sender can fill the memory', () => {
    const one = aFramer({ maxMessage: 10 });
    for (let i = 0; i < 1000; i += 1) {
      one.framer.push(Buffer.alloc(7, 'x'));
      expect(one.held).toBeLessThan(20);
    }
    one.framer.push(Buffer.from('\nnext\n'));
    expect(one.got).toMatchObject([{ text: 'x'.repeat(10), flags }, { text: 'next' }]);
  });

  it('with a length are cut before their end arrives', () => {
    const one = aFramer({ maxMessage: 10 });
    one.framer.push(Buffer.from('5000 '));
    for (let i = 0; i < 500; i += 1) one.framer.push(Buffer.alloc(10, 'x'));
    one.framer.push(Buffer.from('4 next'));
    expect(one.got).toMatchObject([{ text: 'x'.repeat(10), flags }, { text: 'next' }]);
  });

  it('are cut while the memory for incomplete lines is used up', () => {
    const one = aFramer({ room: () => false });
    one.framer.push(Buffer.from('half'));
    one.framer.push(Buffer.from(' rest\nnext\n'));
    expect(one.got).toMatchObject([{ text: 'half', flags }, { text: 'next' }]);
  });

  it.each([
    ['in an orderly way', true, 'last', { text: 'last' }],
    ['in the middle', false, 'last', { text: 'last', flags }],
    ['within a counted line', true, '9 last', { text: 'last', flags }],
  ])('have a last one when the stream ends %s', (_, complete, text, expected) => {
    const one = aFramer();
    one.framer.push(Buffer.from(`first\n${text}`));
    one.framer.end(complete);
    one.framer.end(complete);
    expect(one.got.slice(1)).toEqual([{ offset: 6, ...expected }]);
    expect(one.held).toBe(0);
  });

  it('are those that were sent, whatever their length and however the stream is divided', () => {
    const line = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).map((text) => `<1>${text}.`);
    const framed = fc.tuple(line, fc.boolean());
    fc.assert(
      fc.property(fc.array(framed), fc.array(fc.nat(50)), (lines, cuts) => {
        const plain = lines.map(([text, counted]) => [text.replaceAll(/[\n\r]/g, ' '), counted] as const);
        const bytes = Buffer.concat(
          plain.map(([text, counted]) =>
            Buffer.from(counted ? `${Buffer.byteLength(text)} ${text}` : `${text}\n`),
          ),
        );
        const one = aFramer({ maxMessage: 1000 });
        let at = 0;
        for (const cut of cuts) {
          one.framer.push(bytes.subarray(at, at + cut));
          at += cut;
        }
        one.framer.push(bytes.subarray(at));
        expect(one.texts()).toEqual(plain.map(([text]) => text));
      }),
    );
  });
});
