import { describe, expect, it } from 'vitest';
import { MAX_DEPTH } from '../../src/events/index.ts';
import { blockOf, viewOf } from '../support/events.ts';

const nested = (levels: number) => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;

describe('an event that is not whole', () => {
  it.each([
    ['[1,2]', 'is a JSON array, not an object'],
    ['"text"', 'is a JSON string, not an object'],
    ['17', 'is a JSON number, not an object'],
    ['true', 'is a JSON boolean, not an object'],
    ['null', 'is JSON null, not an object'],
    ['', 'is empty'],
    [' \n', 'is empty'],
    [nested(MAX_DEPTH + 1), 'is nested deeper than 64 levels'],
    ['['.repeat(100_000), 'is nested deeper than 64 levels'],
    [nested(100_000), 'is nested deeper than 64 levels'],
  ])('is refused with the reason in words: %.20s', (text, reason) => {
    const view = viewOf(text);
    expect(view.problem).toBe(reason);
    expect(view.get('a')).toBeUndefined();
    expect(view.raw().toString()).toBe(text);
  });

  it('is refused for a syntax error in the parser’s words', () => {
    expect(viewOf('{"a":1').problem).toMatch(/^is not valid JSON: .*JSON/);
  });

  it.each([
    [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 2],
    [Buffer.concat([Buffer.from('{"ä":"'), Buffer.from([0xc3]), Buffer.from('"}')]), 7],
    [Buffer.concat([Buffer.from('{"a":"💥'), Buffer.from([0xf0, 0x9f]), Buffer.from('"}')]), 10],
    [Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0x80]), Buffer.from('"}')]), 6],
  ])('is refused for invalid UTF-8, naming the byte: %s', (bytes, at) => {
    expect(viewOf(bytes).problem).toBe(`is not valid UTF-8 at byte ${at}`);
  });

  it('is written on one line where it lay on several', () => {
    const view = viewOf('{\n  "a": [\r\n1,\n2],\n"b": "c\\nd"\n}');
    expect(view.problem).toBeUndefined();
    expect(view.get('a')).toEqual([1, 2]);
    expect(view.get('b')).toBe('c\nd');
    expect(view.walker.bytes.toString()).not.toMatch(/[\r\n]/);
  });

  it('keeps the last of a key that comes twice, and every digit of its numbers', () => {
    const view = viewOf('{"a":1,"b":2,"\\u0061":12345678901234567890}');
    expect(view.problem).toBeUndefined();
    expect(view.walker.bytes.toString()).toBe('{"a":12345678901234567890,"b":2}');
  });

  it('may have a key that cannot do without an escape', () => {
    const view = viewOf('{"a\\"b":1,"c\\nd":2}');
    expect(view.problem).toBeUndefined();
    expect(view.get('a"b')).toBe(1);
    expect(view.names('*')).toEqual(['a"b', 'c\nd']);
  });

  it('does not disturb the events after it', () => {
    const view = viewOf('{}');
    view.open(blockOf('{"a":1,"a":2}', '[]', '{"a":3}'));
    const seen = [0, 1, 2].map((index) => {
      view.read(index);
      return view.get('a');
    });
    expect(seen).toEqual([2, undefined, 3]);
  });
});
