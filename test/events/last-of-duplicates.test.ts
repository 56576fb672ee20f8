import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventView, withLastOfDuplicates } from '../../src/events/index.ts';

/** JSON text of any value, in which keys may occur twice, with white space between tokens. */
const { value: anyJson } = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      '1',
      '-0',
      '12345678901234567890.5',
      'true',
      'null',
      '"x"',
      '"a\\"}]\\\\"',
      '"\\u00e4:,"',
      '""',
    ),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[ ${items.join(' ,')}]`),
    tie('object'),
  ),
  object: fc
    .array(fc.tuple(fc.constantFrom('a', 'b', '\\u0061', '__proto__', 'a\\"'), tie('value')), {
      maxLength: 4,
    })
    .map((members) => `{${members.map(([key, value]) => `\n"${key}" : ${value}`).join(' ,')}}`),
}));

describe('a document with a key twice in an object', () => {
  it('is written with the last value, at every level', () => {
    fc.assert(
      fc.property(anyJson, (text) => {
        const written = withLastOfDuplicates(text);
        if (written === undefined) return;
        expect(JSON.parse(written)).toEqual(JSON.parse(text));
        expect(withLastOfDuplicates(written)).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['{"a":1,"b":2,"a":3}', '{"a":3,"b":2}'],
    ['{"q":[{"a":1,"a":{"b":1,"b":2}}]}', '{"q":[{"a":{"b":2}}]}'],
    ['{"a":1,"\\u0061":12345678901234567890}', '{"a":12345678901234567890}'],
    ['{"a":{"b":1},"a":"x"}', '{"a":"x"}'],
  ])('becomes another text: %s', (text, expected) => {
    expect(withLastOfDuplicates(text)).toBe(expected);
  });

  it.each([
    '{"a":1,"b":{"a":1}}',
    '{"a":[{"a":1},{"a":2}]}',
    '[]',
    '{"a":1',
    'nothing',
    `${'['.repeat(90)}${']'.repeat(90)}`,
  ])('stays as it is where there is none: %s', (text) => {
    expect(withLastOfDuplicates(text)).toBeUndefined();
  });
});

const fieldOf = (text: string, field: string) => {
  const view = new EventView();
  const bytes = Buffer.from(text);
  view.open({ bytes, spans: new Uint32Array([0, bytes.length]), count: 1 });
  view.read(0);
  return view.get(field);
};

describe('a field whose key occurs twice below the top', () => {
  it.each([
    ['{"q":{"a":1,"a":2}}', 'q.a', 2],
    ['{"q":{"a":{"b":1},"a":{"b":2}}}', 'q.a.b', 2],
    ['{"q":{"a":{"b":1},"a":{"c":2}}}', 'q.a.b', undefined],
    ['{"q":{"a":1,"\\u0061":2}}', 'q.a', 2],
    ['{"q":{"a":{"b":1},"a.b":2,"a":{"b":3}}}', 'q.a.b', [2, 3]],
    ['{"q":{"a.b":1,"a":{"b":2}}}', 'q.a.b', [1, 2]],
    ['{"q":[{"a":1,"a":2},{"a":3}]}', 'q.a', [2, 3]],
  ])('has the last value, as in the document: %s', (text, field, expected) => {
    expect(fieldOf(text, field)).toEqual(expected);
  });
});
