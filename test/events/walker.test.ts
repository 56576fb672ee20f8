import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_DEPTH } from '../../src/events/index.ts';
import { Walker } from '../../src/events/walker.ts';
import { blockOf } from '../support/events.ts';

function walk(document: string | Buffer) {
  const { bytes, spans } = blockOf(document);
  const walker = new Walker();
  walker.open(bytes);
  return walker.walk(spans[0]!, spans[1]!);
}

const nested = (levels: number) => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;

/** Whether `JSON.parse` takes the text for an object on one line, without a top-level key twice or spelt with escapes. */
function isWhole(text: string): boolean {
  if (/[\r\n]/.test(text)) return false;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

describe('the strict walk', () => {
  it.each([
    '{}',
    ' { } ',
    '{"a":1}',
    '{\t"a" : 1 , "b" : [ 1 , 2 , [ ] ] , "c" : { } }',
    '{"a":-0.5e+10,"b":0,"c":1E5,"d":-0,"e":123456789012345678901234567890,"f":1e400}',
    '{"a":true,"b":false,"c":null}',
    '{"a":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4"}',
    '{"a":"\\ud800"}',
    '{"a":"\\u0000"}',
    '{"a":"\u2028 \u2029 ä 💥"}',
    '{"__proto__":{"a":1},"constructor":2}',
    '{"":1}',
    nested(MAX_DEPTH),
  ])('takes %s as it stands', (text) => {
    expect(walk(text)).toBe('whole');
  });

  it.each([
    '',
    ' ',
    '{',
    '}',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{,"a":1}',
    '{"a":1 "b":2}',
    "{'a':1}",
    '{a:1}',
    '{"a":1}}',
    '{"a":1}x',
    '{"a":{}',
    '{"a":[}',
    '{"a":[1,]}',
    '{"a":[1 2]}',
    '{"a":[1}',
    '{"a":"x}',
    '{"a":"\\x"}',
    '{"a":"\\u12g4"}',
    '{"a":"\\u12"}',
    '{"a":"\\"}',
    '{"a":"\t"}',
    '{"a":"\0"}',
    '{"a":"\x1f"}',
    '{"a":01}',
    '{"a":1.}',
    '{"a":.5}',
    '{"a":-}',
    '{"a":+1}',
    '{"a":1e}',
    '{"a":1e+}',
    '{"a":tru}',
    '{"a":trueish}',
    '{"a":nul}',
    '{"a":falsy}',
    '{"a":NaN}',
    '{"a":undefined}',
    '{"a":1}{"b":2}',
    '\ufeff{"a":1}',
    '[]',
    '"a"',
    '1',
    'null',
    nested(MAX_DEPTH + 1),
  ])('finds %j malformed', (text) => {
    expect(walk(text)).toBe('malformed');
  });

  it.each(['{"a":1,"a":2}', '{"\\u0061":1}', '{\n"a":1}', '{"a":[1,\r\n2]}', '{"a":{"b":1\n}}'])(
    'finds %j sound but in need of being written anew',
    (text) => {
      expect(walk(text)).toBe('irregular');
    },
  );

  it('does not mind a line’s end after the document', () => {
    expect(walk('{"a":1}\r\n')).toBe('whole');
  });

  it('finds a key twice among a great many, without comparing all with all', () => {
    const keys = Array.from({ length: 50_000 }, (_, index) => `"k${index}":0`);
    expect(walk(`{${keys.join(',')}}`)).toBe('whole');
    expect(walk(`{${keys.join(',')},"k7":1}`)).toBe('irregular');
  });

  it('never reads past the event, whatever follows it in the block', () => {
    const { bytes, spans } = blockOf('{"a":{"b":1}', '{"c":"d');
    const walker = new Walker();
    for (const rest of ['}', '"}', ']}', '}}', '1}']) {
      walker.open(Buffer.concat([bytes, Buffer.from(rest)]));
      expect(walker.walk(spans[0]!, spans[1]!)).toBe('malformed');
      expect(walker.walk(spans[2]!, spans[3]!)).toBe('malformed');
    }
  });

  it('takes an event cut off at any byte for malformed', () => {
    const text = '{"a":{"b":[1,"x\\u00e4",true]},"c":"ä","d":-1.5e3}';
    const bytes = Buffer.from(text);
    for (let length = 0; length < bytes.length; length += 1)
      expect(walk(bytes.subarray(0, length))).toBe('malformed');
  });

  it('refuses every invalid sequence of UTF-8', () => {
    for (const bad of [[0xff], [0x80], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80]])
      expect(walk(Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bad), Buffer.from('"}')]))).toBe(
        'malformed',
      );
  });

  it('accepts exactly what JSON.parse accepts as an object on one line', () => {
    const spaced = fc
      .tuple(fc.json(), fc.integer({ min: 0, max: 3 }))
      .map(([text, indent]) => JSON.stringify(JSON.parse(text), null, indent).replaceAll('\n', ' '));
    const damaged = fc
      .tuple(
        spaced,
        fc.nat(),
        fc.constantFrom('', '"', '{', '}', ',', ':', '\\', '0', '-', ' ', 'e', '\u0001', '[', ']'),
      )
      .map(([text, at, char]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + char + text.slice(place + (at % 2));
      });
    fc.assert(
      fc.property(fc.oneof(spaced, damaged), (text) => {
        const found = walk(text);
        // A damaged text may have a key twice or spelt with an escape: still sound.
        expect(found !== 'malformed').toBe(isWhole(text));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('the memory of repeated values', () => {
  it('changes no answer', () => {
    const value = fc.constantFrom(
      '{"x":"abcdefghijklmnopqrstuvwxyz"}',
      '{"x":"abcdefghijklmnopqrstuvwxyZ"}',
      '{"x":"ä"}',
      '{"x":[1,2,3,4,5,6,7,8,9,10]}',
      '{"x":1,}',
      '{"x":"abcdefghijklmnopqrstuvwxyz"',
    );
    const document = fc
      .array(value, { maxLength: 4 })
      .map((values) => `{${values.map((text, i) => `"k${i}":${text}`).join(',')}}`);
    fc.assert(
      fc.property(fc.array(document, { minLength: 1, maxLength: 20 }), (documents) => {
        const { bytes, spans } = blockOf(...documents);
        const walker = new Walker();
        walker.open(bytes);
        documents.forEach((text, i) => {
          expect(walker.walk(spans[2 * i]!, spans[2 * i + 1]!) === 'whole').toBe(isWhole(text));
        });
      }),
    );
  });

  it('does not let a remembered value hide that an event is not ASCII', () => {
    const long = '{"x":"abcdefghijklmnopqrstuvwxyz äöü"}';
    const { bytes, spans } = blockOf(`{"a":${long}}`, `{"a":${long}}`);
    const walker = new Walker();
    walker.open(bytes);
    for (const i of [0, 1]) {
      walker.walk(spans[2 * i]!, spans[2 * i + 1]!);
      expect(walker.ascii).toBe(false);
    }
  });

  it('judges every byte alike, wherever it stands in a long string', () => {
    const takesAt = (byte: number, place: number) => {
      const document = Buffer.from(`{"a":"${'x'.repeat(60)}"}`);
      document[6 + place] = byte;
      // A quote ends the string, a backslash stands before an x; so neither is right there.
      return walk(document) !== 'malformed';
    };
    for (let byte = 0; byte < 256; byte += 1) {
      const isSound = byte >= 0x20 && byte < 0x80 && byte !== 0x22 && byte !== 0x5c;
      for (let place = 0; place < 59; place += 1) expect(takesAt(byte, place)).toBe(isSound);
    }
  });
});
