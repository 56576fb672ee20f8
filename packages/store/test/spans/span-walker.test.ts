import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasDuplicateKeys, isObject, type JsonObject, parseJson } from '../../src/json.ts';
import { DocumentWalker } from '../../src/mapping/document-walker.ts';
import { Mapping } from '../../src/mapping/mapping.ts';
import { SpanWalker } from '../../src/spans/span-walker.ts';
import { encodeColumn } from '../../src/storage/column-codec.ts';
import { OpenSegment } from '../../src/storage/open-segment.ts';

const definition = (): JsonObject => ({
  date_detection: false,
  properties: {
    '@timestamp': { type: 'date' },
    message: { type: 'match_only_text' },
    title: { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 20 } } },
    host: {
      properties: {
        name: { type: 'keyword', fields: { words: { type: 'text' } } },
        ip: { type: 'ip' },
        os: { properties: { name: { type: 'keyword' }, version: { type: 'keyword', ignore_above: 8 } } },
      },
    },
    list: { properties: { a: { type: 'keyword' }, n: { type: 'long' } } },
    long: { type: 'long' },
    byte: { type: 'byte' },
    double: { type: 'double' },
    float: { type: 'float' },
    scaled: { type: 'scaled_float', scaling_factor: 100 },
    strict: { type: 'long', coerce: false },
    flag: { type: 'boolean' },
    instead: { type: 'keyword', null_value: 'none' },
    day: { type: 'date', format: 'yyyy/MM/dd' },
    hidden: { type: 'keyword', index: false, doc_values: false },
    place: { type: 'geo_point' },
    labels: { type: 'flattened' },
    kind: { type: 'constant_keyword', value: 'logs' },
    other: { type: 'alias', path: 'host.name' },
    raw: { type: 'object', enabled: false },
    über: { type: 'keyword' },
  },
});

/** What the parser and the walker of objects make of a document; undefined where they refuse it. */
function accepted(source: Buffer, walker: DocumentWalker): JsonObject | undefined {
  try {
    const value = parseJson(source);
    if (!isObject(value) || hasDuplicateKeys(source, value)) return undefined;
    walker.walk(value, 'id', () => source.toString());
    return value;
  } catch {
    return undefined;
  }
}

/** Both readers over one mapping, each with its segment. */
function readers() {
  const mapping = new Mapping(definition());
  const [walker, spans] = [new DocumentWalker(mapping), new SpanWalker(mapping)];
  const [expected, found] = [new OpenSegment(0), new OpenSegment(0)];
  /** Returns whether it was read from its bytes. */
  const read = (text: string | Buffer): boolean => {
    const source = Buffer.from(text);
    const isUsual = spans.read(source);
    // It stays until somebody has taken it.
    walker.grown = false;
    const document = accepted(source, walker);
    if (!isUsual) return false;
    expect(document, `refused: ${source.toString()}`).toBeDefined();
    expect(walker.grown, source.toString()).toBe(false);
    const time = document!['@timestamp'];
    expect(spans.isTimed).toBe(time !== undefined && time !== null && !Array.isArray(time));
    expected.add(walker.fields, walker.values, source.length, 1);
    found.addSpans(spans, source, 1);
    return true;
  };
  const compare = () => {
    for (const field of [...mapping.fields.values(), mapping.ignored]) {
      const [one, other] = [expected.column(field), found.column(field)];
      expect(other && encodeColumn(other).toString('latin1'), field.name).toEqual(
        one && encodeColumn(one).toString('latin1'),
      );
    }
  };
  return { read, compare, spans, mapping };
}

const rareText = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'web-1',
    '10.0.0.1',
    '::1',
    '2026-11-30T10:00:00.123Z',
    '2026/01/02',
    '5',
    'true',
    'logs',
  ),
  fc.string({
    unit: fc.constantFrom('a', 'B', '1', '.', ',', ':', "'", '_', ' ', '/', '"', '\\', '\n', 'é', '漢', '😀'),
  }),
  fc.string({ unit: 'grapheme' }),
);
const scalar = fc.oneof(rareText, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
const value = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
);
const names = [
  '@timestamp',
  'message',
  'title',
  'long',
  'byte',
  'double',
  'float',
  'scaled',
  'strict',
  'flag',
];
const more = [
  'instead',
  'day',
  'hidden',
  'place',
  'labels',
  'kind',
  'other',
  'raw',
  'über',
  'new',
  '_x',
  'host.name',
];
const members = (keys: string[], of: fc.Arbitrary<unknown> = value) =>
  fc.record(Object.fromEntries(keys.map((key) => [key, of])), { requiredKeys: [] });
const host = fc.record(
  {
    name: value,
    ip: fc.constantFrom('10.1.2.3', '::1', ['fe80::1', '10.0.0.9']),
    os: members(['name', 'version']),
  },
  { requiredKeys: [] },
);
const usual = fc.record(
  {
    '@timestamp': fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
    message: rareText,
    title: rareText,
    host: fc.record({ name: rareText, ip: fc.ipV4() }),
    list: fc.array(fc.record({ a: rareText, n: fc.integer() }), { maxLength: 3 }),
    long: fc.integer(),
    double: fc.double({ noNaN: true, noDefaultInfinity: true }),
    flag: fc.boolean(),
    über: rareText,
  },
  { requiredKeys: [] },
);
const anything = fc
  .tuple(
    members(names),
    members(more),
    fc.record(
      { host, list: fc.oneof(members(['a', 'n']), fc.array(members(['a', 'n']))) },
      { requiredKeys: [] },
    ),
  )
  .map((parts) => Object.assign({}, ...parts) as object);
const indent = fc.constantFrom(undefined, ' ', '\t');

describe('a document that is read from its bytes', () => {
  it('has in the columns what one that is parsed has', () => {
    let fast = 0;
    const property = fc.property(
      fc.array(fc.oneof(usual, anything), { maxLength: 20 }),
      indent,
      (documents, space) => {
        const { read, compare } = readers();
        for (const document of documents) if (read(JSON.stringify(document, undefined, space))) fast += 1;
        compare();
      },
    );
    fc.assert(property, { numRuns: 300, examples: [[[{ new: 0 }, {}], undefined]] });
    expect(fast).toBeGreaterThan(300);
  });

  it('is never what a parser refuses: bytes were changed, removed and doubled', () => {
    const change = fc.record({
      at: fc.nat(),
      kind: fc.nat(2),
      byte: fc.constantFrom(...Buffer.from('{}[],:"\\u0e-+. \t\x01\xc3tfn19')),
    });
    fc.assert(
      fc.property(usual, fc.array(change, { minLength: 1, maxLength: 3 }), (document, changes) => {
        let source = Buffer.from(JSON.stringify(document));
        for (const { at, kind, byte } of changes) {
          const place = at % source.length;
          const middle = [[byte], [], [byte, source[place]!]][kind]!;
          source = Buffer.concat([
            source.subarray(0, place),
            Buffer.from(middle),
            source.subarray(place + 1),
          ]);
        }
        const { read, compare } = readers();
        read(source);
        compare();
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['an empty one', '{}'],
    ['white space', ' {\n"long" :\t1 ,\r"list": [ {"a":"x"} , {} ] , "host":{ } } \n'],
    ['a key of letters beyond ASCII', '{"über":"straße"}'],
    [
      'escapes',
      '{"message":"a\\"b\\\\c\\/d\\b\\f\\n\\r\\te","title":"\\u0041\\ud83d\\ude00","host":{"name":"a\\"b"}}',
    ],
    ['a text for a number', '{"long":"17","flag":"true"}'],
    ['a number for a text', '{"host":{"name":5.0},"message":[1,2.50,true]}'],
    ['null', '{"long":null,"host":null,"instead":null,"message":null,"place":null}'],
    ['lists', '{"long":[],"list":[],"flag":[true,null,false],"host":{"ip":["::1","10.0.0.1"]}}'],
    ['the same key in objects of a list', '{"list":[{"a":"1"},{"a":"2"}]}'],
    ['numbers in all forms', '{"double":[-0,0.5,1e3,-1.5E-3,123456789012345678901234567890],"long":-9}'],
    ['a 29th of February', '{"@timestamp":"2024-02-29T23:59:59.999Z"}'],
    ['another form of time', '{"@timestamp":"2024-02-29T23:59:59+02:00"}'],
    ['milliseconds', '{"@timestamp":1700000000000}'],
    ['the constant of its index', '{"kind":"logs"}'],
    ['a place as text', '{"place":"1,2"}'],
    ['what is not indexed', '{"hidden":"x"}'],
    ['bytes that are no UTF-8', Buffer.from('{"host":{"name":"a\xff"},"message":"b\xc3"}', 'latin1')],
    ['a token of 600 letters', `{"message":"${'Ab1_'.repeat(150)} ${'_'.repeat(300)} ${'_'.repeat(254)}ab"}`],
    [
      'words that are joined',
      '{"message":"host.name 127.0.0.1 it\'s 1,000 a:b a;1 1;2 _a_ . \' a. .b 1.a x..y"}',
    ],
  ])('may have %s', (_, text) => {
    const { read, compare } = readers();
    expect(read(text)).toBe(true);
    expect(read(text)).toBe(true);
    compare();
  });

  it.each([
    ['an unknown field', '{"new":1}'],
    ['a dot in a key', '{"host.name":"a"}'],
    ['an escaped key', '{"l\\u006fng":1}'],
    ['a key twice', '{"long":1,"long":2}'],
    ['a key twice in an object', '{"host":{"os":{"name":"a","name":"b"}}}'],
    ['a key twice in an object of a list', '{"list":[{"a":"1"},{"a":"2","a":"3"}]}'],
    ['metadata', '{"_id":"x"}'],
    ['an object for a value', '{"long":{"a":1}}'],
    ['a value for an object', '{"host":"a"}'],
    ['a list of lists', '{"long":[[1]]}'],
    ['a number that does not fit', '{"byte":128}'],
    ['a text that is no number', '{"long":"x"}'],
    ['an empty text for a number', '{"long":""}'],
    ['an address that is none', '{"host":{"ip":"10.0.0.256"}}'],
    ['a 30th of February', '{"@timestamp":"2024-02-30T00:00:00.000Z"}'],
    ['an hour that is none', '{"@timestamp":"2024-02-20T24:00:01.000Z"}'],
    ['a keyword that is too long', '{"host":{"os":{"version":"123456789"}}}'],
    ['another value than the constant', '{"kind":"metrics"}'],
    ['a flattened object', '{"labels":{"a":"b"}}'],
    ['an alias', '{"other":"a"}'],
    ['what is not read', '{"raw":{"a":1}}'],
    ['an object for a place', '{"place":{"lat":1,"lon":2}}'],
    ['a leading zero', '{"long":01}'],
    ['a plus', '{"long":+1}'],
    ['a dot without digits', '{"double":1.}'],
    ['an exponent without digits', '{"double":1e}'],
    ['a minus alone', '{"double":-}'],
    ['a word that is none', '{"flag":tru}'],
    ['a line break in a text', '{"message":"a\nb"}'],
    ['an escape that is none', '{"message":"\\x41"}'],
    ['an escape with three digits', '{"message":"\\u004"}'],
    ['a comma too many', '{"long":1,}'],
    ['a comma first', '{,"long":1}'],
    ['a comma too many in a list', '{"long":[1,]}'],
    ['no colon', '{"long" 1}'],
    ['no end', '{"long":1'],
    ['no end of a text', '{"message":"a'],
    ['more behind it', '{"long":1}{}'],
    ['a list around it', '[{"long":1}]'],
    ['nothing', ''],
  ])('has not %s, which is left to the parser', (_, text) => {
    const { read, spans } = readers();
    expect(read(text)).toBe(false);
    expect(spans.read(Buffer.from('{"long":1}'))).toBe(true);
  });

  it('may have fields that were added since, and none that were taken back', () => {
    const { spans, mapping } = readers();
    const walker = new DocumentWalker(mapping);
    expect(spans.read(Buffer.from('{"later":1}'))).toBe(false);
    walker.walk({ later: 1 }, undefined, () => '{"later":1}');
    expect(spans.read(Buffer.from('{"later":1}'))).toBe(true);
    expect(() => walker.walk({ never: 1, host: 5 }, undefined, () => '')).toThrow();
    expect(spans.read(Buffer.from('{"never":1}'))).toBe(false);
    walker.walk({ last: 1 }, undefined, () => '{"last":1}');
    expect(spans.read(Buffer.from('{"last":1}'))).toBe(true);
    expect(spans.read(Buffer.from('{"never":1}'))).toBe(false);
  });
});
