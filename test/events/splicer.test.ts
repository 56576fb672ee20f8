import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Additions, ByteWriter, type EventView, Splicer } from '../../src/events/index.ts';
import { viewOf } from '../support/events.ts';

function splice(view: EventView, additions: Additions): string {
  const out = new ByteWriter(16);
  new Splicer().write(view, additions, out);
  return out.toString();
}

function spliced(document: string, fields: Record<string, unknown>): unknown {
  const additions = new Additions();
  additions.fields(fields);
  const text = splice(viewOf(document), additions);
  expect(text).not.toMatch(/[\r\n]/);
  const keys = [...viewOf(text).names('*')];
  expect(new Set(keys).size).toBe(keys.length);
  return JSON.parse(text);
}

describe('a spliced document', () => {
  it.each([
    ['nothing', '{}', {}, {}],
    ['nothing but additions', '{}', { a: 1 }, { a: 1 }],
    ['@metadata cut out', '{"@metadata":{"beat":"x"},"a":1}', { b: 2 }, { a: 1, b: 2 }],
    ['@metadata cut out at the end', '{"a":1,"@metadata":{"beat":"x"}}', {}, { a: 1 }],
    ['only @metadata', '{"@metadata":{}}', {}, {}],
    ['@metadata with a dot', '{"@metadata.beat":"x","a":1}', {}, { a: 1 }],
    [
      'an object that both have',
      '{"http":{"id":1},"x":2}',
      { 'http.version': '2' },
      { x: 2, http: { id: 1, version: '2' } },
    ],
    ['a field that both have: the addition wins', '{"a":{"b":1}}', { 'a.b': 2 }, { a: { b: 2 } }],
    [
      'dotted keys beside an added object',
      '{"event.dataset":"nginx","event.kind":"old","eventful":1}',
      { event: { kind: 'event' } },
      { eventful: 1, event: { dataset: 'nginx', kind: 'event' } },
    ],
    ['tags of both', '{"tags":["a","b"]}', { tags: ['b', 'c'] }, { tags: ['a', 'b', 'c'] }],
    ['a single tag', '{"tags":"a"}', { tags: ['c'] }, { tags: ['a', 'c'] }],
    [
      'a value where an object comes: it moves to its ECS place',
      '{"source":"web1","labels":{"x":"y"}}',
      { source: { ip: '::1' } },
      { source: { address: 'web1', ip: '::1' }, labels: { x: 'y' } },
    ],
    [
      'a value deep within where an object comes',
      '{"http":{"response":"fine"}}',
      { 'http.response.status_code': 200 },
      { http: { response: { status_code: 200 } }, labels: { http_response: 'fine' } },
    ],
    [
      'keys that already stood in each other’s way',
      '{"event":"x","event.dataset":"d"}',
      { 'event.kind': 'k' },
      { event: { action: 'x', dataset: 'd', kind: 'k' } },
    ],
    ['not ASCII', '{"ä":"💥","@metadata":{},"b":"\u2028"}', { c: 'ö' }, { ä: '💥', b: '\u2028', c: 'ö' }],
    ['spaces', '{ "a" : 1 , "@metadata" : { } , "b" : 2 }', { c: 3 }, { a: 1, b: 2, c: 3 }],
  ])('has %s', (_, document, fields, expected) => {
    expect(spliced(document, fields)).toEqual(expected);
  });

  it('keeps the digits of numbers that it does not touch', () => {
    const additions = new Additions();
    additions.value('b', '1');
    expect(splice(viewOf('{"a":12345678901234567890,"@metadata":1}'), additions)).toBe(
      '{"a":12345678901234567890,"b":1}',
    );
  });

  it('takes __proto__ for a key like any other', () => {
    const additions = new Additions();
    additions.members('a', '"c":2');
    const text = splice(viewOf('{"__proto__":{"x":1},"a":{"__proto__":{"y":1}}}'), additions);
    expect(text).toBe('{"__proto__":{"x":1},"a":{"__proto__":{"y":1},"c":2}}');
    expect(({} as Record<string, unknown>).y).toBeUndefined();
  });

  it.each(['.', '.e', '5', 'e+', ','])(
    'ends a number at the end of an addition, though the buffer holds %j behind it',
    (stale) => {
      const additions = new Additions();
      additions.members('a', `"c":2${stale}`.padEnd(64, stale));
      additions.clear();
      additions.members('a', '"c":2');
      expect(splice(viewOf('{"a":{"b":1,"d":3}}'), additions)).toBe('{"a":{"b":1,"d":3,"c":2}}');
    },
  );

  it('is the merge of event and additions, on one line, whatever both are', () => {
    const key = fc.constantFrom('a', 'b', 'c', '@metadata', 'd');
    const leaf = fc.oneof(fc.string(), fc.integer());
    const fields = fc.dictionary(key, fc.dictionary(key, leaf, { maxKeys: 3 }), { maxKeys: 4 });
    fc.assert(
      fc.property(fields, fields, fc.boolean(), (document, added, pretty) => {
        const { '@metadata': _, ...expected } = structuredClone(document);
        const { '@metadata': __, ...additions } = added;
        for (const [name, value] of Object.entries(additions))
          if (Object.keys(value).length > 0) expected[name] = { ...expected[name], ...value };
        expect(spliced(JSON.stringify(document, null, pretty ? 2 : 0), additions)).toEqual(expected);
      }),
    );
  });
});

describe('additions', () => {
  it('gather the members of one object from several sides', () => {
    const additions = new Additions();
    additions.members('event', '"kind":"event"');
    additions.members('event', '"type":["access"]');
    additions.fields({ 'event.kind': 'alert', event: { module: 'nginx' }, 'a.b.c': 1, 'a.b': { d: 2 } });
    expect(additions.parsed('event')).toEqual({ kind: 'alert', type: ['access'], module: 'nginx' });
    expect(additions.parsed('a')).toEqual({ b: { c: 1, d: 2 } });
    expect(additions.parsed('z')).toBeUndefined();
  });
});
