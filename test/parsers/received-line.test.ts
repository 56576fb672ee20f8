import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../src/events/index.ts';
import { ReceivedLine } from '../../src/parsers/text/received-line.ts';
import { viewOf } from '../support/events.ts';

/** JSON of a text with other escapes than `JSON.stringify` chooses, as other encoders write them. */
const escapers: readonly ((text: string) => string)[] = [
  (text) => JSON.stringify(text),
  (text) => JSON.stringify(text).replaceAll('/', '\\/'),
  (text) => JSON.stringify(text).replaceAll('\\n', '\\u000a'),
  (text) =>
    JSON.stringify(text).replace(
      /[^\0-\x7f]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
];

function written(json: string, part: string): string | undefined {
  const view = viewOf(`{"message":${json}}`);
  const line = new ReceivedLine();
  line.open(view, view.get('message') as string);
  const to = new ByteWriter(16);
  return line.write(part, to) ? to.toString() : undefined;
}

const characters = fc.constantFrom('a', '\n', '\t', '"', '\\', '/', 'ä', '€', '💥', ' at ', '\u0001');
const texts = fc.array(characters, { minLength: 70, maxLength: 120 }).map((all) => all.join(''));

describe('a text at the end of the received line', () => {
  it('is written as it was received, however it is escaped', () => {
    fc.assert(
      fc.property(texts, fc.nat(60), fc.nat(3), (text, skip, which) => {
        const json = escapers[which]!(text);
        const part = [...text].slice(skip).join('');
        const result = written(json, part);
        if (part.length < 64) expect(result).toBeUndefined();
        else {
          expect(JSON.parse(result!)).toBe(part);
          expect(json.endsWith(result!.slice(1))).toBe(true);
        }
      }),
    );
  });

  it.each([
    ['it is short', 'b'.repeat(63)],
    ['it is another', `${'a'.repeat(70)}c`],
    ['it is longer than the line', `c${'a'.repeat(30)}${'b'.repeat(70)}`],
    ['it stands before the end', 'a'.repeat(30) + 'b'.repeat(69)],
  ])('is not written if %s', (_, part) => {
    expect(written(JSON.stringify('a'.repeat(30) + 'b'.repeat(70)), part)).toBeUndefined();
  });

  it('is not written if the event has no line any more', () => {
    const line = new ReceivedLine();
    const to = new ByteWriter(16);
    expect(line.write('x'.repeat(100), to)).toBe(false);
    line.open(viewOf('{"a":1}'), 'x'.repeat(100));
    expect(line.write('x'.repeat(100), to)).toBe(false);
    expect(to.at).toBe(0);
  });
});
