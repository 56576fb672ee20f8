import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldsOf, type JsonObject } from '../../src/events/index.ts';
import { filebeatEvent } from '../support/events.ts';
import { rounds } from '../support/rounds.ts';
import { ownFields, processed } from './support.ts';

const access = '203.0.113.9 - - [20/Nov/2026:10:00:00 +0000] "GET /x?q=1 HTTP/1.1" 200 32 "-" "curl/8.7.1"';

/** Event, processor, fields of the document. */
type Row = [what: string, event: object, processor: object, document: object];

describe('a processor', () => {
  it.each<Row>([
    ['renames a field', { a: 1, b: 2 }, { kind: 'rename', fields: { a: 'x.y' } }, { b: 2, x: { y: 1 } }],
    [
      'renames an object with all that is below it',
      { a: { b: { c: 1 }, d: [1, 2] }, e: 1 },
      { kind: 'rename', fields: { a: 'z' } },
      { z: { b: { c: 1 }, d: [1, 2] }, e: 1 },
    ],
    ['renames within itself', { a: 1 }, { kind: 'rename', fields: { a: 'a.value' } }, { a: { value: 1 } }],
    ['renames a dotted key', { 'a.b': 1 }, { kind: 'rename', fields: { 'a.b': 'c' } }, { c: 1 }],
    ['renames nothing that is not there', { b: 1 }, { kind: 'rename', fields: { a: 'c' } }, { b: 1 }],
    [
      'adds fields',
      { a: 1 },
      { kind: 'add', fields: { 'service.name': 'shop', n: 5, ok: true } },
      { a: 1, service: { name: 'shop' }, n: 5, ok: true },
    ],
    ['adds over a value', { a: 1 }, { kind: 'add', fields: { a: 2 } }, { a: 2 }],
    [
      'adds no value where one is',
      { a: 1 },
      { kind: 'add', fields: { a: 2, b: 3 }, overwrite: false },
      { a: 1, b: 3 },
    ],
    ['adds a tag', { tags: ['x'] }, { kind: 'add', fields: { tags: 'y' } }, { tags: ['x', 'y'] }],
    ['removes a field', { a: 1, b: 2 }, { kind: 'remove', fields: ['a'] }, { b: 2 }],
    [
      'removes an object, and what is left empty',
      { a: { b: 1, c: { d: 1 } }, e: { f: 1, g: 2 } },
      { kind: 'remove', fields: ['a.b', 'a.c', 'e.f'] },
      { e: { g: 2 } },
    ],
    [
      'removes by a pattern',
      { k: { a_x: 1, b: 2 }, a_x: 3 },
      { kind: 'remove', fields: ['*a_x'] },
      { k: { b: 2 } },
    ],
    [
      'removes within lists of objects',
      { list: [{ a: 1, b: 2 }, { a: 3 }] },
      { kind: 'remove', fields: ['list.a'] },
      { list: [{ b: 2 }, {}] },
    ],
    ['keeps empty objects of others', { a: 1, b: {} }, { kind: 'remove', fields: ['a'] }, { b: {} }],
    [
      'converts',
      { i: ' 42 ', n: '1.5e3', b: 'Yes', t: 7, list: ['1', '2'], ip: '::1' },
      {
        kind: 'convert',
        fields: { i: 'integer', n: 'number', b: 'boolean', t: 'text', list: 'integer', ip: 'ip' },
      },
      { i: 42, n: 1500, b: true, t: '7', list: [1, 2], ip: '::1' },
    ],
    [
      'cuts at delimiters',
      { message: 'a - b [c]   d e' },
      { kind: 'dissect', pattern: '%{one} - %{x.two} [%{?three}]%{->} %{rest}' },
      { message: 'a - b [c]   d e', one: 'a', x: { two: 'b' }, rest: 'd e' },
    ],
    [
      'appends to a key',
      { message: '2026-11-20 10:00:00 up' },
      { kind: 'dissect', pattern: '%{at} %{+at} %{state}' },
      { message: '2026-11-20 10:00:00 up', at: '2026-11-20 10:00:00', state: 'up' },
    ],
    ['makes a list', { hosts: 'a, b ,,c' }, { kind: 'split', field: 'hosts' }, { hosts: ['a', 'b', 'c'] }],
    [
      'makes a list elsewhere',
      { hosts: 'a|b' },
      { kind: 'split', field: 'hosts', separator: '|', target: 'host.names' },
      { hosts: 'a|b', host: { names: ['a', 'b'] } },
    ],
    [
      'writes in lower case',
      { a: 'ÄB', list: ['X', 1] },
      { kind: 'lowercase', fields: ['a', 'list', 'none'] },
      { a: 'äb', list: ['x', 1] },
    ],
    [
      'masks parts of texts',
      { message: 'card 4111111111111111 of bob', list: ['4111111111111111', 'x'] },
      { kind: 'mask', fields: ['message', 'list'], pattern: '\\d{12}(\\d{4})', replacement: '$1' },
      { message: 'card $1 of bob', list: ['$1', 'x'] },
    ],
  ])('%s', (_, event, processor, document) => {
    expect(ownFields(processed(event, processor)!)).toEqual(document);
  });

  it.each<[what: string, event: object, processor: object, failure: RegExp]>([
    [
      'is set below a value',
      { a: 1 },
      { kind: 'add', fields: { 'a.b': 1 } },
      /`a.b` cannot be set, because `a`/,
    ],
    ['is set where an object is', { a: { b: 1 } }, { kind: 'add', fields: { a: 1 } }, /object with `a.b`/],
    ['is renamed to a conflict', { a: 1, b: 2 }, { kind: 'rename', fields: { a: 'b.c' } }, /`b.c` cannot/],
    [
      'would be the time',
      { a: 1 },
      { kind: 'add', fields: { '@timestamp': 1 } },
      /only the processor `date`/,
    ],
    [
      'is no integer',
      { a: '1.5', b: '1' },
      { kind: 'convert', fields: { a: 'integer' } },
      /`a` is no integer/,
    ],
    [
      'has too many digits',
      { a: '9007199254740993' },
      { kind: 'convert', fields: { a: 'integer' } },
      /no integer/,
    ],
    ['is no address', { a: 'x' }, { kind: 'convert', fields: { a: 'ip' } }, /`a` is no ip/],
    ['is no time', { a: 'soon' }, { kind: 'date', field: 'a' }, /`a` is no time/],
    ['does not fit', { message: 'x' }, { kind: 'dissect', pattern: '%{a}-%{b}' }, /does not fit/],
  ])('leaves an event in which a field %s, with the reason', (_, given, processor, failure) => {
    const { event, document } = processed(given, { name: 'mine', ...processor })!;
    expect(document).toMatchObject(given);
    expect(document.tags).toContain('_processorfailure');
    expect((document.labels as { processor_failure: string }).processor_failure).toMatch(failure);
    expect((document.labels as { processor_failure: string }).processor_failure).toMatch(/^mine: /);
    expect(event.get('tags')).toContain('_processorfailure');
  });

  it('leaves out what matches, or what does not', () => {
    const event = filebeatEvent(access);
    expect(processed(event, { kind: 'drop', if: 'url.path : "/x"' })).toBeUndefined();
    expect(processed(event, { kind: 'drop', if: 'url.path : "/y"' })).toBeDefined();
    expect(processed(event, { kind: 'keep', if: 'http.response.status_code >= 500' })).toBeUndefined();
    expect(processed(event, { kind: 'keep', if: 'http.response.status_code : 200' })).toBeDefined();
  });

  it('applies to the events of its inputs', () => {
    expect(processed({ a: 1 }, { kind: 'drop', inputs: ['lumberjack'] })).toBeUndefined();
    expect(processed({ a: 1 }, { kind: 'drop', inputs: ['files'] })).toBeDefined();
  });

  it('sees what the ones before it made', () => {
    const found = processed(
      filebeatEvent(access),
      { kind: 'rename', fields: { 'url.path': 'url.full' } },
      { kind: 'add', if: 'url.full : "/x" and not url.path : *', fields: { seen: true } },
      { kind: 'remove', if: 'seen : true', fields: ['url.full', 'seen'] },
    )!;
    expect(found.document.url).toEqual({ original: '/x?q=1', query: 'q=1' });
    expect(found.document).not.toHaveProperty('seen');
    expect(found.event.has('url.full')).toBe(false);
    expect(found.event.has('url')).toBe(true);
  });

  it('takes the time of the event, by which it is counted', () => {
    const { event, document } = processed(filebeatEvent('job', { started: '2026-11-20 09:00:00' }), {
      kind: 'date',
      field: 'started',
      zone: 'Europe/Berlin',
    })!;
    expect(new Date(event.time).toISOString()).toBe('2026-11-20T08:00:00.000Z');
    expect(document['@timestamp']).toBe('2026-11-20T08:00:00.000Z');
    expect(document.event).toMatchObject({ created: '2026-11-21T05:40:07.490Z' });
  });

  it('names the data stream', () => {
    const { event } = processed(filebeatEvent('x'), {
      kind: 'add',
      fields: { 'event.dataset': 'shop.jobs' },
    })!;
    expect(event.dataset).toBe('shop.jobs');
  });

  it('keeps every digit of the values beside', () => {
    const { event } = processed('{"a":1,"id":12345678901234567890,"deep":{"x":1.10,"y":2}}', {
      kind: 'remove',
      fields: ['a', 'deep.y'],
    })!;
    expect(event.document()).toContain('"id":12345678901234567890');
    expect(event.document()).toContain('"deep":{"x":1.10}');
  });
});

describe('pseudonyms', () => {
  const hash = (key: string, ...fields: string[]) => ({ kind: 'hash', fields, key });

  it('stand for addresses in all fields and in the line, and are addresses', () => {
    const { event, document } = processed(filebeatEvent(access), hash('k1', 'source.ip', 'source.address'))!;
    const { ip, address } = document.source as { ip: string; address: string };
    expect(ip).toMatch(/^fd[0-9a-f]{2}(:[0-9a-f]{4}){7}$/);
    expect(address).toBe(ip);
    expect(JSON.stringify(document)).not.toContain('203.0.113.9');
    // Sample lines of alerts show the line.
    expect(event.message).toBe(access.replace('203.0.113.9', ip));
  });

  it('are the same for a value, and others under another key', () => {
    const of = (key: string, user: string) =>
      (processed({ user: { name: user } }, hash(key, 'user.name'))!.document.user as { name: string }).name;
    expect(of('k', 'bob')).toBe(of('k', 'bob'));
    expect(of('k', 'bob')).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set([of('k', 'bob'), of('k', 'eve'), of('l', 'bob')]).size).toBe(3);
  });

  it('replace whole words only', () => {
    const { document } = processed(
      { message: '1.2.3.4 11.2.3.4 1.2.3.40 (1.2.3.4) 1.2.3.4, x1.2.3.4', ip: '1.2.3.4' },
      hash('k', 'ip'),
    )!;
    const p = document.ip as string;
    expect(document.message).toBe(`${p} 11.2.3.4 1.2.3.40 (${p}) ${p}, x1.2.3.4`);
  });
});

const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.array(fc.integer(), { minLength: 1 }));
const key = fc.constantFrom('a', 'b', 'c', 'd');
const tree = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.dictionary(key, tie('node') as fc.Arbitrary<unknown>, { minKeys: 1 }),
  ),
})).node;

describe('any event', () => {
  it('shows rules and documents the same after any removals and additions', () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('remove'),
        fields: fc.array(fc.constantFrom('a', 'a.b', 'c.d', 'd.*'), { minLength: 1 }),
      }),
      fc.record({
        kind: fc.constant('rename'),
        fields: fc.dictionary(fc.constantFrom('a', 'b.a', 'c'), fc.constantFrom('n', 'a.n', 'd'), {
          minKeys: 1,
        }),
      }),
      fc.record({
        kind: fc.constant('add'),
        fields: fc.dictionary(fc.constantFrom('a', 'b.n', 'x.y'), fc.integer(), { minKeys: 1 }),
      }),
    );
    fc.assert(
      fc.property(
        fc.dictionary(key, tree),
        fc.array(step, { minLength: 1, maxLength: 4 }),
        (event, steps) => {
          const found = processed(event, ...steps)!;
          for (const [name, value] of fieldsOf(ownFields(found) as JsonObject)) {
            if (name === 'tags' || name.startsWith('labels.') || name.startsWith('event.')) continue;
            if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) continue;
            expect(found.event.get(name), name).toEqual(value);
            expect(found.event.has(name), name).toBe(true);
          }
          for (const name of found.event.names('*')) {
            const at = name
              .split('.')
              .reduce<unknown>((one, part) => (one as JsonObject | undefined)?.[part], found.document);
            expect(at, name).toEqual(found.event.get(name));
          }
        },
      ),
      { numRuns: rounds('PROPERTY_RUNS', 60) },
    );
  });
});
