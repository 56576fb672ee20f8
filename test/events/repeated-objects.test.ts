import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Additions, ByteWriter, Constant, EventView, fieldPath, Splicer } from '../../src/events/index.ts';
import { blockOf, viewOf } from '../support/events.ts';

/** Objects that occur again and again in a block, long enough to be remembered, with members in changing order. */
const objects = [
  '{"dataset":"nginx.access","module":"nginx"}',
  '{"module":"nginx","dataset":"nginx.access"}',
  '{"module":"nginx","kind":"sent by the shipper"}',
  '{"created":"2026-01-01T00:00:00.000Z","id":1}',
  '{"code":{"nested":true},"module":"nginx"}',
  '{"code.nested":1,"module":"nginx, dotted"}',
  '{"module":null,"list":[null,{}],"of":"nothing"}',
  '{}',
];

const keys = ['event', 'ecs', 'event.code', 'ev', 'a', 'a.b'];

const events = fc.array(
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...keys), fc.constantFrom(...objects)), {
      selector: ([key]) => key,
      maxLength: 5,
    })
    .map((members) => `{${members.map(([key, value]) => `"${key}":${value}`).join(',')}}`),
  { minLength: 1, maxLength: 30 },
);

describe('whether an event of a block has a value', () => {
  const fields = ['event.dataset', 'event.code.nested', 'event.kind', 'ecs.list', 'ecs.module', 'a.b.module'];
  const names = [...fields, 'a.module', 'event', 'ecs.of', 'a.b.b', 'ev', 'event.code'];

  it('is answered as if the event stood alone', () => {
    fc.assert(
      fc.property(events, (texts) => {
        const view = new EventView();
        view.open(blockOf(...texts));
        texts.forEach((text, index) => {
          view.read(index);
          const alone = viewOf(text);
          for (const name of names)
            expect([text, name, view.has(name), view.get(name)]).toEqual([
              ...[text, name],
              ...[alone.has(name), alone.get(name)],
            ]);
        });
      }),
    );
  });

  it.each(['a.b.id', 'a.id'])('does not confuse equal objects under `a` and `a.b`: %s', (name) => {
    const same = '{"id":"one and the same, and long"}';
    const view = new EventView();
    const texts = [
      `{"a":${same},"a.b":${same}}`,
      `{"a":${same}}`,
      `{"a.b":${same}}`,
      `{"a":${same},"a.b":${same}}`,
    ];
    view.open(blockOf(...texts));
    const isBelow = (text: string) => text.includes(name === 'a.id' ? '"a":' : '"a.b":');
    texts.forEach((text, index) => {
      view.read(index);
      expect([view.has(name), view.get(name) !== undefined]).toEqual([isBelow(text), isBelow(text)]);
    });
  });

  it('is forgotten with its block', () => {
    const view = new EventView();
    for (const value of ['"here"', 'null', '[]', '0']) {
      const text = `{"ecs":{"version":${value},"of":"the same length, or not"}}`;
      view.open(blockOf(text, text));
      for (const index of [0, 1]) {
        view.read(index);
        expect(view.has('ecs.version')).toBe(value === '"here"' || value === '0');
      }
    }
  });
});

describe('members that are added to objects of a block', () => {
  const pieces = [
    '"ingested":"2026-01-02T00:00:00.000Z"',
    '"dataset":"of the stream"',
    '"kind":"event","category":["web"]',
    '"code":"of the parser"',
    '"code":{"nested":false}',
  ].map((text) => new Constant(text));
  const event = fieldPath('event');
  const textOf = ({ bytes }: Constant) => Buffer.from(bytes).toString();

  /** What `piece` adds that the ones before it do not have yet. */
  const added = fc
    .uniqueArray(fc.constantFrom(...pieces), { maxLength: 3 })
    .filter((some) => some.filter((one) => textOf(one).startsWith('"code"')).length < 2);

  function documentOf(view: EventView, splicer: Splicer, additions: Additions): string {
    const out = new ByteWriter(64);
    splicer.write(view, additions, out);
    return out.toString();
  }

  it('are merged as into an event that stands alone, however often both repeat', () => {
    fc.assert(
      fc.property(events, fc.array(added, { minLength: 1, maxLength: 4 }), (texts, sets) => {
        const [view, splicer, additions] = [new EventView(), new Splicer(), new Additions()];
        view.open(blockOf(...texts));
        texts.forEach((text, index) => {
          view.read(index);
          const set = sets[index % sets.length]!;
          additions.clear();
          for (const piece of set) additions.constantMembers(event, piece);
          const fresh = new Additions();
          for (const piece of set) fresh.members('event', textOf(piece));
          const alone = documentOf(viewOf(text), new Splicer(), fresh);
          expect(documentOf(view, splicer, additions)).toBe(alone);
        });
      }),
    );
  });

  it('are those of the bits that a parser states', () => {
    const [view, splicer, additions] = [new EventView(), new Splicer(), new Additions()];
    const text = '{"event":{"dataset":"nginx.access","kind":"sent"}}';
    view.open(blockOf(text, text, text, text));
    const documents = ['"kind":"a"', '"dataset":"b"', '"kind":"c"', '"code":1'].map((piece, index) => {
      view.read(index);
      additions.clear();
      additions.begin().text(piece);
      additions.endMembers(event, 7, ['"k', '"d', '"c'].indexOf(piece.slice(0, 2)) + 1);
      return JSON.parse(documentOf(view, splicer, additions)).event;
    });
    expect(documents).toEqual([
      { dataset: 'nginx.access', kind: 'a' },
      { dataset: 'b', kind: 'sent' },
      { dataset: 'nginx.access', kind: 'c' },
      { dataset: 'nginx.access', kind: 'sent', code: 1 },
    ]);
  });
});

describe('fields that are added in turn', () => {
  it.each<[string, object[], object]>([
    [
      'with other keys',
      [{ 'event.kind': 'k' }, { 'event.code': 1 }, { event: { id: 'x' } }],
      { event: { kind: 'k', code: 1, id: 'x' } },
    ],
    [
      'with the same key: the last counts',
      [{ 'event.kind': 'k' }, { 'event.kind': 'l' }],
      { event: { kind: 'l' } },
    ],
    [
      'with a key of an object within',
      [{ 'http.request.id': 1 }, { 'http.request.method': 'GET' }, { 'http.version': '2' }],
      { http: { request: { id: 1, method: 'GET' }, version: '2' } },
    ],
    [
      'with the name of what every object has',
      [{ 'a.toString': 1 }, { 'a.__proto__x': 2 }],
      { a: { toString: 1, __proto__x: 2 } },
    ],
    ['with a list: the last counts', [{ tags: ['a'] }, { tags: ['b', 'a'] }], { tags: ['b', 'a'] }],
    ['with nothing', [{ 'a.b': 1 }, { a: {} }, { a: undefined }, { 'a.c': undefined }], { a: { b: 1 } }],
    ['with a value where an object was', [{ 'a.b': 1 }, { a: 2 }], { a: 2 }],
    ['with an object where a value was', [{ a: 2 }, { 'a.b': 1 }], { a: { b: 1 } }],
  ])('are one object: %s', (_, sets, expected) => {
    const additions = new Additions();
    for (const fields of sets) additions.fields(fields as Record<string, unknown>);
    const out = new ByteWriter(64);
    new Splicer().write(viewOf('{}'), additions, out);
    expect(JSON.parse(out.toString())).toEqual(expected);
  });
});
