import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasDuplicateKeys, type JsonObject, parseJson } from '../../src/json.ts';
import { DocumentWalker } from '../../src/mapping/document-walker.ts';
import { Mapping } from '../../src/mapping/mapping.ts';
import { KnownBytes } from '../../src/spans/known-bytes.ts';
import { SpanWalker } from '../../src/spans/span-walker.ts';
import { encodeColumn } from '../../src/storage/column-codec.ts';
import { OpenSegment } from '../../src/storage/open-segment.ts';

const keyword = { type: 'keyword' };
const definition = (): JsonObject => ({
  properties: {
    '@timestamp': { type: 'date' },
    message: { type: 'text', fields: { keyword } },
    n: { type: 'long' },
    ip: { type: 'ip' },
    host: {
      properties: { name: keyword, ip: { type: 'ip' }, os: { properties: { name: keyword, v: keyword } } },
    },
    list: { properties: { a: keyword, n: { type: 'long' } } },
  },
});

/** Objects whose members stand in an order that changes only in where it begins, as Go writes them. */
function turned(value: object, turn: number): object {
  const members = Object.entries(value).map(([key, member]) => [
    key,
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? turned(member, turn >> 1)
      : member,
  ]);
  const first = turn % Math.max(members.length, 1);
  return Object.fromEntries([...members.slice(first), ...members.slice(0, first)]);
}

const few = (...values: unknown[]) => fc.constantFrom(...values);
const document = fc.record(
  {
    '@timestamp': few(
      '2026-11-30T10:00:00.000Z',
      '2026-11-30T10:00:00.001Z',
      ['2026-11-30T10:00:00.000Z'],
      null,
    ),
    message: few('GET /a 200', 'GET /a 404', 'a "quoted" text', 'straße'),
    n: few(1, 12, 123, 1.5, -1, [1, 2], '12', null),
    ip: few('10.0.0.1', '10.0.0.11', '::1', ['10.0.0.1', '::1']),
    host: fc.record({
      name: few('web-1', 'web-12', 'web-123456789', ''),
      ip: few('10.0.0.1', ['fe80::1', '10.0.0.9']),
      os: fc.record({ name: few('Debian', 'Debian GNU/Linux'), v: few('12', '12 (bookworm)') }),
    }),
    list: fc.array(fc.record({ a: few('x', 'y'), n: few(1, 2) }), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);

describe('values that documents repeat', () => {
  it('are in the columns as often as they occur, in whatever order keys stand', () => {
    const changes = fc.record({
      at: fc.nat(),
      byte: fc.constantFrom(...Buffer.from('{}[],:"1 a\n')),
      isMade: fc.boolean(),
    });
    const documents = fc.array(fc.tuple(document, fc.nat(7), changes), { minLength: 30, maxLength: 120 });
    let read = 0;
    const property = fc.property(documents, (cases) => {
      const mapping = new Mapping(definition());
      const [walker, spans] = [new DocumentWalker(mapping), new SpanWalker(mapping)];
      // Small segments, so that values are known from the one before.
      let [expected, found] = [new OpenSegment(0), new OpenSegment(0)];
      const compare = () => {
        for (const field of mapping.fields.values()) {
          const columns = [expected, found].map((segment) => segment.column(field));
          const [one, other] = columns.map((column) => column && encodeColumn(column).toString('latin1'));
          expect(other, field.name).toEqual(one);
        }
      };
      for (const [place, [value, turn, { at, byte, isMade }]] of cases.entries()) {
        const line = Buffer.from(JSON.stringify(turned(value, turn)));
        if (isMade && place % 4 === 0) line[at % line.length] = byte;
        const body = Buffer.concat([Buffer.from('{"create":{}}\n'), line, Buffer.from('\n{"n":1}')]);
        const start = body.indexOf(10) + 1;
        if (spans.read(body, start, start + line.length)) {
          read += 1;
          const parsed = parseJson(line) as JsonObject;
          expect(hasDuplicateKeys(line, parsed)).toBe(false);
          const time = parsed['@timestamp'];
          expect(spans.isTimed).toBe(time !== undefined && time !== null && !Array.isArray(time));
          walker.walk(parsed, 'id', () => line.toString());
          expected.add(walker.fields, walker.values, line.length, 1);
          found.addSpans(spans, body, 1, line.length);
        } else if (!isMade) expect(line.toString()).toBe('usual');
        if (place % 50 !== 49) continue;
        compare();
        [expected, found] = [new OpenSegment(0), new OpenSegment(0)];
      }
      compare();
    });
    fc.assert(property, { numRuns: 150 });
    expect(read).toBeGreaterThan(5_000);
  });
});

it('more addresses than are kept as bytes are in the column like the others', () => {
  const mapping = new Mapping(definition());
  const [walker, spans] = [new DocumentWalker(mapping), new SpanWalker(mapping)];
  const [expected, found] = [new OpenSegment(0), new OpenSegment(0)];
  const addresses = Array.from({ length: 200 }, (_, n) =>
    n % 9 === 8 ? `fe80::${n}` : `10.0.${n}.${255 - n}`,
  );
  const document = { ip: addresses, host: { ip: addresses.slice(50, 130) } };
  const source = Buffer.from(JSON.stringify(document));
  for (let round = 0; round < 3; round++) {
    expect(spans.read(source)).toBe(true);
    found.addSpans(spans, source, 1);
    walker.walk(document, 'id', () => source.toString());
    expected.add(walker.fields, walker.values, source.length, 1);
  }
  for (const name of ['ip', 'host.ip']) {
    const field = mapping.field(name)!;
    expect(encodeColumn(found.column(field)!)).toEqual(encodeColumn(expected.column(field)!));
  }
});

describe('known bytes', () => {
  it('are found where they are, and nowhere else', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', '"', 'é', '\u{7ff}', '😀'),
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(text, text, fc.nat(20), (wanted, around, at) => {
        const [known, other] = [Buffer.from(wanted), Buffer.from(`${around}${wanted}${around}`)];
        const view = new DataView(other.buffer, other.byteOffset, other.length);
        const place = at % (other.length - known.length);
        const isThere = other.subarray(place, place + known.length).equals(known);
        expect(new KnownBytes(known).isAt(other, view, place)).toBe(isThere);
        expect(new KnownBytes(known).isAt(other, view, Buffer.byteLength(around))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
