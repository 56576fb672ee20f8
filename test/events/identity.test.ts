import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Identifier } from '../../src/events/index.ts';
import type { EventBlock } from '../../src/model.ts';
import { shuffledKeys } from '../support/lumberjack/shuffled-keys.ts';

const blockOf = (...documents: (string | Buffer)[]): EventBlock => {
  const parts = documents.map((document) => Buffer.from(document));
  const spans = new Uint32Array(2 * parts.length);
  let at = 0;
  parts.forEach((part, i) => {
    spans.set([at, at + part.length], 2 * i);
    at += part.length;
  });
  return { bytes: Buffer.concat(parts), spans, count: parts.length };
};

function identitiesOf(...documents: (string | Buffer)[]): number[] {
  const identifier = new Identifier(42);
  identifier.open(blockOf(...documents));
  return documents.map((_, index) => identifier.of(index));
}

function marksOf(...documents: string[]): number[] {
  const identifier = new Identifier(42);
  identifier.open(blockOf(...documents));
  return documents.map((_, index) => identifier.markOf(index));
}

describe('the identity of an event', () => {
  it('is the same whether its objects came before in the block or not', () => {
    const host = '{"name":"web-1","os":{"family":"debian","version":"12"}}';
    const turned = '{"os":{"version":"12","family":"debian"},"name":"web-1"}';
    const documents = [1, 2, 3, 1].map((n) => `{"host":${n === 2 ? turned : host},"n":${n}}`);
    const alone = documents.map((document) => identitiesOf(document)[0]);
    expect(identitiesOf(...documents)).toEqual(alone);
    expect(identitiesOf(...documents.toReversed())).toEqual(alone.toReversed());
    const [moved] = identitiesOf(`{"n":1,"host":${turned}}`);
    expect(alone[0]).toBe(moved);
  });

  it.each([
    ['keys in another order', '{"a":1,"b":{"c":2,"d":3}}', '{"b":{"d":3,"c":2},"a":1}'],
    ['keys in another order within a list', '[{"a":1,"b":2}]', '[{"b":2,"a":1}]'],
    ['space', '{"a":[1,{"b":2}]}', ' { "a" : [ 1 , { "b" : 2 } ] } '],
    ['line breaks', '{"a":1,"b":[]}', '{"a":1,\n"b":[\n]}'],
    ['escapes in a value', '{"a":"ü/\\n"}', '{"a":"\\u00fc\\/\\u000a"}'],
    ['escapes in a key', '{"a":1}', '{"\\u0061":1}'],
  ])('is the same in spite of %s', (_, one, other) => {
    const [first, second] = identitiesOf(`{"x":${one}}`, `{"x":${other}}`);
    expect(second).toBe(first);
  });

  it.each([
    ['a value', '{"a":1}', '{"a":2}'],
    ['digits that no float holds', '{"a":9007199254740992}', '{"a":9007199254740993}'],
    ['a text and a number', '{"a":"1"}', '{"a":1}'],
    ['a text and a word', '{"a":"null"}', '{"a":null}'],
    ['a value and a list of it', '{"a":1}', '{"a":[1]}'],
    ['the order of a list', '{"a":[1,2]}', '{"a":[2,1]}'],
    ['where a value is', '{"a":1,"b":2}', '{"a":2,"b":1}'],
    ['how deep a value is', '{"a":{"b":{"c":1}}}', '{"a":{"c":{"b":1}}}'],
    ['which object has a value', '{"a":{"x":1},"b":{"y":2}}', '{"a":{"y":2},"b":{"x":1}}'],
    ['a dotted and a nested key', '{"a.b":1}', '{"a":{"b":1}}'],
    ['an empty object and an empty list', '{"a":{}}', '{"a":[]}'],
    ['a missing key', '{"a":1}', '{"a":1,"b":null}'],
    ['broken bytes', '{"a":1', '{"a":2'],
  ])('is another where the events differ in %s', (_, one, other) => {
    const [first, second] = identitiesOf(one, other);
    expect(second).not.toBe(first);
  });

  it('is that of its bytes where it is no JSON', () => {
    const [one, same, other] = identitiesOf('nonsense', 'nonsense', 'nonsens');
    expect(same).toBe(one);
    expect(other).not.toBe(one);
    const [first, second] = identitiesOf(Buffer.from([0x7b, 0xff]), Buffer.from([0x7b, 0xfe]));
    expect(first).not.toBe(second);
  });

  it('depends on the secret seed', () => {
    const others = [1, 2].map((seed) => {
      const identifier = new Identifier(seed);
      identifier.open(blockOf('{"a":1}'));
      return identifier.of(0);
    });
    expect(others[0]).not.toBe(others[1]);
  });

  it('is the same for any object with its keys in any order, and another for any other object', () => {
    const objects = fc.uniqueArray(fc.dictionary(fc.string(), fc.jsonValue()), {
      minLength: 2,
      maxLength: 20,
      selector: (object) => JSON.stringify(shuffledKeys(object, () => 0)),
    });
    fc.assert(
      fc.property(objects, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (all, random) => {
        const dice = () => random.next().value as number;
        const plain = identitiesOf(...all.map((object) => JSON.stringify(object)));
        const anew = identitiesOf(...all.map((object) => JSON.stringify(shuffledKeys(object, dice))));
        expect(anew).toEqual(plain);
        expect(new Set(plain).size).toBe(all.length);
      }),
      { numRuns: 200 },
    );
  });

  it('does not repeat among very many events that differ in a number', () => {
    const seen = new Set<number>();
    const identifier = new Identifier(7);
    for (let i = 0; i < 200; i += 1) {
      identifier.open(
        blockOf(...Array.from({ length: 1_000 }, (_, k) => `{"log":{"offset":${i * 1_000 + k}}}`)),
      );
      for (let k = 0; k < 1_000; k += 1) seen.add(identifier.of(k));
    }
    expect(seen.size).toBe(200_000);
  });
});

describe('the mark of an event', () => {
  it('is that of its timestamp, wherever it stands', () => {
    const [first, last, other] = marksOf(
      '{"@timestamp":"2026-01-01T00:00:00.000Z","a":1}',
      '{"b":{"@timestamp":"no"},"@timestamp":"2026-01-01T00:00:00.000Z"}',
      '{"@timestamp":"2026-01-01T00:00:00.001Z","a":1}',
    );
    expect(last).toBe(first);
    expect(other).not.toBe(first);
  });

  it('is not that of another key that begins or is written in the same way', () => {
    const [exact, ...others] = marksOf(
      '{"@timestamp":"2026-01-01T00:00:00.000Z"}',
      '{"@timestamq":"2026-01-01T00:00:00.000Z"}',
      '["@timestamp":"2026-01-01T00:00:00.000Z"}',
      '{"@timestamp": "2026-01-01T00:00:00.000Z"}',
      '{"@timestamp" :"2026-01-01T00:00:00.000Z"}',
    );
    expect(exact).not.toBe(0);
    expect(others).toEqual([0, 0, exact, exact]);
  });

  it('is 0 where it has no text for one', () => {
    expect(marksOf('{"a":1}', 'nonsense', '{"a":{"@timestamp":"x"}}', '{"@timestamp"', '')).toEqual([
      0, 0, 0, 0, 0,
    ]);
  });
});
