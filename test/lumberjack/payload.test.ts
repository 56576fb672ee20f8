import { describe, expect, it } from 'vitest';
import { readPayload } from '../../src/lumberjack/payload.ts';
import { C, D, documentsOf, J, rawC, W } from '../support/lumberjack/frames.ts';

const documents = (...frames: Buffer[]) => documentsOf(readPayload(Buffer.concat(frames)));

describe('a payload', () => {
  it.each<[string, Buffer[], string[]]>([
    ['no frames', [], []],
    ['bare frames', [J(1), J(2)], ['{"n":1}', '{"n":2}']],
    ['one compressed frame', [C(J(1), J(2))], ['{"n":1}', '{"n":2}']],
    [
      'several kinds of frames',
      [J(1), C(J(2), D(3, { a: 'x' })), D(4, { b: 'y' })],
      ['{"n":1}', '{"n":2}', '{"a":"x"}', '{"b":"y"}'],
    ],
  ])('of %s is read', (_, frames, expected) => {
    expect(documents(...frames)).toEqual(expected);
  });

  it('of bare frames is read without copying it', () => {
    const payload = Buffer.concat([J(1), J(2)]);
    expect(readPayload(payload).bytes.buffer).toBe(payload.buffer);
  });

  it('may be larger than the limits of today', () => {
    const large = 'x'.repeat(20 * 2 ** 20);
    expect(documents(C(J(1, large)))[0]).toHaveLength(large.length);
  });

  it('of many events is read whole', () => {
    const frames = Array.from({ length: 5_000 }, (_, i) => J(i));
    expect(documents(...frames)).toEqual(frames.map((_, i) => `{"n":${i}}`));
  });

  it.each<[string, Buffer]>([
    ['a partial header', J(1).subarray(0, 9)],
    ['a partial event', J(1).subarray(0, -1)],
    ['a partial D frame', D(1, { a: 'b' }).subarray(0, -1)],
    ['a partial compressed frame', C(J(1)).subarray(0, -1)],
    ['a partial event inside a compressed frame', C(J(1).subarray(0, -1))],
    ['nested compressed frames', C(C(J(1)))],
    ['a window frame', W(1)],
    ['anything else', Buffer.from('{"n":1}\n')],
    ['no zlib stream', rawC(Buffer.from('abc'))],
  ])('with %s is refused', (_, payload) => {
    expect(() => readPayload(payload)).toThrow(expect.objectContaining({ code: 'LUMBERJACK_PROTOCOL' }));
  });
});

describe('a D frame', () => {
  it.each<[string, Record<string, string>, string]>([
    [
      'gives its line as the message, too',
      { line: 'x', file: '/a' },
      '{"line":"x","file":"/a","message":"x"}',
    ],
    ['keeps its own message', { line: 'x', message: 'y' }, '{"line":"x","message":"y"}'],
    [
      'keeps what would break out of JSON inside its string',
      { a: '"}\n{"b":"\u2028' },
      '{"a":"\\"}\\n{\\"b\\":\\"\u2028"}',
    ],
    ['may be empty', {}, '{}'],
    ['may have an empty key and an empty value', { '': '' }, '{"":""}'],
    ['keeps text beyond ASCII', { ключ: 'знач 🙂' }, '{"ключ":"знач 🙂"}'],
  ])('%s', (_, pairs, document) => {
    expect(documents(D(1, pairs))).toEqual([document]);
  });

  it('has no special keys', () => {
    const pairs = JSON.parse('{"__proto__":"p","constructor":"c"}');
    expect(documents(D(1, pairs))).toEqual(['{"__proto__":"p","constructor":"c"}']);
  });

  it('gives the last of two pairs of the same key', () => {
    const twice = D(1, { a: '1', b: '2' });
    twice[twice.indexOf('b')] = 'a'.charCodeAt(0);
    expect(documents(twice)).toEqual(['{"a":"2"}']);
  });
});
