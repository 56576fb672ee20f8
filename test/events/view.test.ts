import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockOf, viewOf } from '../support/events.ts';

describe('a view', () => {
  it.each([
    ['{"host":{"name":"a"}}', 'a'],
    ['{"host.name":"a"}', 'a'],
    ['{"host":{"name":["a","b"]}}', ['a', 'b']],
    ['{"host":[{"name":"a"},{"name":"b"},{"other":1}]}', ['a', 'b']],
    ['{"host":{"name":"a"},"host.name":"b"}', ['a', 'b']],
    ['{"host":{"name":[["a"],[["b"]]]}}', ['a', 'b']],
    ['{"host":{"name":{"first":"a"}}}', undefined],
    ['{"host":{"name":[]}}', undefined],
    ['{"host":"name"}', 'name'],
    ['{"hostname":"a","host.names":"b","ost":{"name":"c"}}', undefined],
    ['{"host":{"name":null}}', null],
    ['{"host":{"name":true}}', true],
    ['{"host":{"name":-1.5e3}}', -1500],
    ['{ "host" : { "x" : 1 , "name" : "a" } }', 'a'],
    ['{"host":{"n\\u0061me":"a"}}', 'a'],
    ['{"host":{"name":"\\u00e4\\n\\"\\\\"}}', 'ä\n"\\'],
    ['{"host":{"name":"ä💥\u2028"}}', 'ä💥\u2028'],
    ['{"host":{"name":"\\ud800"}}', '\ud800'],
    ['{"host":{"name":"a\\u0000b"}}', 'a\0b'],
    ['{"host":{"name":""}}', ''],
    ['{}', undefined],
  ])('reads host.name of %s', (text, value) => {
    expect(viewOf(text).get('host.name')).toEqual(value);
  });

  it('reads names that are not ASCII and names with dots within objects', () => {
    expect(viewOf('{"größe":{"in.cm":5}}').get('größe.in.cm')).toBe(5);
  });

  it('takes __proto__ for a key like any other', () => {
    const view = viewOf('{"__proto__":{"polluted":"yes"},"constructor":{"name":"x"}}');
    expect(view.get('__proto__.polluted')).toBe('yes');
    expect(view.get('constructor.name')).toBe('x');
    expect(view.get('toString')).toBeUndefined();
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('reads huge numbers as JavaScript has them', () => {
    const view = viewOf('{"big":123456789012345678901234567890,"infinite":1e400,"small":1e-400}');
    expect(view.get('big')).toBe(1.2345678901234568e29);
    expect(view.get('infinite')).toBe(Number.POSITIVE_INFINITY);
    expect(view.get('small')).toBe(0);
  });

  it('reads a message of 1 MB', () => {
    const message = 'x"\\y'.repeat(262_144);
    expect(viewOf(JSON.stringify({ message })).get('message')).toBe(message);
  });

  it.each([
    ['host', true],
    ['host.name', true],
    ['host.os', true],
    ['host.os.type', true],
    ['host.nothing', false],
    ['host.empty', false],
    ['host.list', false],
    ['hos', false],
    ['dotted', true],
    ['dotted.key', true],
    ['dotted.k', false],
    ['many.a', true],
    ['host.name.more', false],
  ])('says whether there is a field %s: %s', (field, there) => {
    const view = viewOf(
      '{"host":{"name":"a","os":{"type":"x"},"nothing":null,"empty":{},"list":[]},"dotted.key.here":1,"many":[{"b":1},{"a":0}]}',
    );
    expect(view.has(field)).toBe(there);
  });

  it('names leaf fields by pattern', () => {
    const view = viewOf(
      '{"host":{"name":"a","os":{"type":"x"}},"host.ip":["1"],"b":[{"c":1},{"d":2}],"e":{}}',
    );
    expect(view.names('*')).toEqual(['host.name', 'host.os.type', 'host.ip', 'b.c', 'b.d']);
    expect(view.names('host.*')).toEqual(['host.name', 'host.os.type', 'host.ip']);
    expect(view.names('*.t*e')).toEqual(['host.os.type']);
    expect(view.names('h.st*')).toEqual([]);
  });

  it('finds in the bytes what a lookup finds in the parsed object, whatever the order of keys', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'ä', '__proto__', 'with space', '"');
    const scalar = fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.boolean(), fc.constant(null));
    const { object } = fc.letrec<{ object: Record<string, unknown>; value: unknown }>((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, scalar, tie('object')),
      object: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    }));
    fc.assert(
      fc.property(object, fc.array(key, { minLength: 1, maxLength: 4 }), (document, path) => {
        const text = JSON.stringify(document);
        let expected: unknown = JSON.parse(text);
        for (const name of path)
          expected =
            typeof expected === 'object' && expected !== null && Object.hasOwn(expected, name)
              ? (expected as Record<string, unknown>)[name]
              : undefined;
        if (typeof expected === 'object' && expected !== null) expected = undefined;
        const reversed = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).reverse()));
        for (const written of [text, reversed, JSON.stringify(document, null, 2)])
          expect(viewOf(written).get(path.join('.'))).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('values that a block repeats', () => {
  const agents = [
    '{"id":"one","name":"vm one, which is long"}',
    '{"name":"vm one, which is long","id":"one"}',
    '{"id":"two","name":"vm two, which is long"}',
    '{"id":["a","b"],"name":"vm of two, long"}',
    '{"id":null,"name":"vm of none, long"}',
    '{"id":"ä","name":"vm ümläut, which is long"}',
    '{"id":{"x":1},"name":"vm with an object"}',
  ];

  it('are read as if each stood alone', () => {
    const event = fc.record({
      agent: fc.constantFrom(...agents),
      offset: fc.nat(9),
      path: fc.constantFrom('/var/log/nginx/access.log', '/var/log/nginx/bccess.log', '/vär/log/\\"', ''),
      more: fc.constantFrom('', ',"agent.id":"more"'),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const texts = events.map(
          ({ agent, offset, path, more }) =>
            `{"log":{"offset":${offset},"path":"${path}"},"agent":${agent}${more}}`,
        );
        const view = viewOf('{}');
        view.open(blockOf(...texts));
        texts.forEach((text, index) => {
          view.read(index);
          const alone = viewOf(text);
          for (const field of ['agent.id', 'agent.name', 'agent.id.x', 'agent', 'log.offset', 'log.path'])
            expect(view.get(field)).toEqual(alone.get(field));
        });
      }),
    );
  });

  it('are forgotten with their block', () => {
    const view = viewOf('{}');
    for (const id of ['one', 'two']) {
      const event = `{"agent":{"name":"the same, and long","id":"${id}"}}`;
      view.open(blockOf(event, event, event));
      for (const index of [0, 1, 2]) {
        view.read(index);
        expect(view.get('agent.id')).toBe(id);
      }
    }
  });
});
