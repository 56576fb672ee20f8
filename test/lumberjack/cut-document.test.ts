import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutDocument } from '../../src/lumberjack/oversized-event.ts';

const cut = (head: string | Buffer) => JSON.parse(cutDocument(Buffer.from(head)).toString());
const flag = { 'log.flags': ['truncated'] };

describe('a document that is cut', () => {
  it.each([
    ['in a string', '{"a":1,"message":"some te', { a: 1, message: 'some te' }],
    ['in a string of an inner object', '{"a":{"b":"te', { a: { b: 'te' } }],
    ['in a string of an array', '{"a":["x","te', { a: ['x', 'te'] }],
    ['in an escape', '{"message":"x\\', { message: 'x' }],
    ['in a longer escape', '{"message":"x\\\\\\u00', { message: 'x\\' }],
    ['in a key', '{"a":1,"mess', { a: 1 }],
    ['behind a key', '{"a":1,"message"', { a: 1 }],
    ['behind a colon', '{"a":1,"message":', { a: 1 }],
    ['in a number', '{"a":1,"b":12', { a: 1 }],
    ['in a literal', '{"a":{"c":1,"b":tru', { a: { c: 1 } }],
    ['behind a comma', '{"a":1,', { a: 1 }],
    ['at once', '{', {}],
  ])('%s is whole again', (_, head, expected) => {
    expect(cut(head)).toEqual({ ...expected, ...flag });
  });

  it('in a character is whole again', () => {
    const head = Buffer.from('{"message":"xß');
    expect(cut(head.subarray(0, -1))).toEqual({ message: 'x', ...flag });
  });

  it.each(['no JSON', '[1,2', '{nonsense:1,"a":"'])('that is %s becomes a message', (head) => {
    expect(cut(head)).toEqual({ message: head, ...flag });
  });

  it('anywhere is an object with the members before the cut', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (object, place) => {
        const whole = Buffer.from(JSON.stringify(object));
        const document = cut(whole.subarray(0, 1 + (place % whole.length)));
        expect(document).toMatchObject(flag);
      }),
    );
  });
});
