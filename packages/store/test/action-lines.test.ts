import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BodyLines, type Operation, RepeatedActions } from '../src/http/action-lines.ts';

/** What a line says, by parsing it. */
function operationOf(line: string): Operation {
  const [[action, meta]] = Object.entries(JSON.parse(line)) as [
    [Operation['action'], Record<string, string>],
  ];
  return { action, index: meta._index!, id: meta._id, requireAlias: Boolean(meta.require_alias) };
}

/** How many lines were recognised without being parsed; each is compared with its parsed form. */
function recognised(texts: string[]): number {
  const lines = new BodyLines(Buffer.from(texts.map((text) => `${text}\n`).join('')));
  const repeated = new RepeatedActions();
  let count = 0;
  for (const text of texts) {
    expect(lines.next()).toBe(true);
    expect(lines.line().toString()).toBe(text);
    const expected = operationOf(text);
    const found = repeated.find(lines);
    if (found === undefined) repeated.learn(lines, expected);
    else {
      count += 1;
      expect(found, text).toEqual(expected);
    }
  }
  expect(lines.next()).toBe(false);
  expect(lines.number).toBe(texts.length);
  return count;
}

const create = (id: string, index = 'logs') => `{"create":{"_index":"${index}","_id":"${id}"}}`;

describe('action lines', () => {
  it('are not parsed where they differ from the one before in their id only', () => {
    expect(recognised(['a-1', 'a-2', 'b_33', 'X'].map((id) => create(id)))).toBe(3);
    const routed = ['a', 'bcd'].map((id) => `{"index":{"_id":"${id}","_index":"i","require_alias":true}}`);
    expect(recognised(routed)).toBe(1);
  });

  it.each([
    ['another index', [create('a'), create('b', 'other')]],
    ['another action', [create('a'), create('b').replace('create', 'index')]],
    ['an escaped id', [create('a'), create('b\\u0041'), create('c\\"')]],
    ['a letter beyond ASCII in it', [create('a'), create('é')]],
    ['an empty id', [create('a'), create('')]],
    ['no id', ['{"create":{"_index":"logs"}}', '{"create":{"_index":"logs"}}']],
    ['an id that ends the line otherwise', [create('a'), create('b","require_alias":"x')]],
    [
      'an id twice',
      ['{"create":{"_index":"i","_id":"a","_id":"b"}}', '{"create":{"_index":"i","_id":"c","_id":"b"}}'],
    ],
    ['the key in another value', ['{"create":{"_index":"\\"_id\\":\\"x","_id":"a"}}', create('b')]],
  ])('are parsed again: %s', (_, texts) => {
    expect(recognised(texts)).toBe(0);
  });

  it('say the same as when they are parsed, whatever they are', () => {
    const id = fc.oneof(fc.stringMatching(/^[\w-]{0,12}$/), fc.string());
    const meta = fc.record(
      { _index: fc.constantFrom('a', 'b"', '"_id":"'), _id: id, require_alias: fc.boolean() },
      { requiredKeys: ['_index'] },
    );
    const line = fc
      .tuple(fc.constantFrom('create', 'index'), meta, fc.boolean())
      .map(([action, given, isTurned]) => {
        const members = Object.entries(given);
        return JSON.stringify({ [action]: Object.fromEntries(isTurned ? members.reverse() : members) });
      });
    fc.assert(fc.property(fc.array(line, { maxLength: 30 }), (texts) => void recognised(texts)));
  });

  it('end with a line feed or with both characters', () => {
    const lines = new BodyLines(Buffer.from('a\r\n\n\r\nb\n'));
    const found: string[] = [];
    while (lines.next()) found.push(lines.line().toString());
    expect(found).toEqual(['a', '', '', 'b']);
  });
});
