import { describe, expect, it } from 'vitest';
import { Additions, ByteWriter, Splicer } from '../../src/events/index.ts';
import { parseIso } from '../../src/parsers/event-time.ts';
import { fieldTable } from '../../src/parsers/field-table.ts';
import { type Line, type LineFields, Word } from '../../src/parsers/line-fields.ts';
import { type LineParser, ParsedLine } from '../../src/parsers/line-parser.ts';
import { viewOf } from '../support/events.ts';

// The example of CONTRIBUTING.md: `2026-11-29T09:00:00Z WARN billing: invoice 17 is late`.
const shopFields = fieldTable({
  kind: { name: 'event.kind', always: 'event' },
  level: 'log.level',
  service: 'service.name',
  text: 'shop.text',
});
const { slots } = shopFields;
const levels = new Map(
  ['DEBUG', 'INFO', 'WARN', 'ERROR'].map((name) => [name, new Word(name.toLowerCase())]),
);
const SPACE = 0x20;
const COLON = 0x3a;

class ShopLog implements LineParser {
  readonly name = 'shop';
  readonly words = 'the shop';
  readonly fields = shopFields;
  readonly isRecognised = false;
  readonly datasets = ['shop.app'];

  recognise({ bytes, start, end }: Line, fields: LineFields): boolean {
    const space = bytes.indexOf(SPACE, start);
    if (space === -1 || space > end) return false;
    fields.time = parseIso(bytes.toString('latin1', start, space));
    return !Number.isNaN(fields.time);
  }

  parse({ bytes, start, end }: Line, fields: LineFields): string | undefined {
    const levelStart = bytes.indexOf(SPACE, start) + 1;
    const levelEnd = bytes.indexOf(SPACE, levelStart);
    const level = levels.get(bytes.toString('latin1', levelStart, levelEnd));
    if (level === undefined) return 'the level is unknown';
    const colon = bytes.indexOf(COLON, levelEnd);
    if (colon === -1 || colon >= end) return 'no colon follows the service';
    fields.word(slots.level, level);
    fields.span(slots.service, levelEnd + 1, colon);
    fields.span(slots.text, colon + 2, end);
    return undefined;
  }
}

function read(message: string, more: object = {}) {
  const view = viewOf(JSON.stringify({ message, ...more }));
  const format = new ParsedLine(new ShopLog());
  const isOpen = format.open(view);
  const document = (): unknown => {
    const additions = new Additions();
    const out = new ByteWriter();
    format.addTo(additions);
    new Splicer().write(view, additions, out);
    return JSON.parse(out.toString());
  };
  return { format, isOpen, document };
}

const line = '2026-11-29T09:00:00Z WARN billing: invoice "17" is späť\tC:\\';

describe('a parser that names fields and spans', () => {
  it('gives the time before any field is parsed', () => {
    const { format, isOpen } = read('2026-11-29T09:00:00Z cut off');
    expect(isOpen).toBe(true);
    expect(format.time()).toBe(Date.parse('2026-11-29T09:00:00Z'));
    expect(format.failure()).toBe('the level is unknown');
  });

  it('leaves a line to others that does not begin like its format', () => {
    expect(read('hello world').isOpen).toBe(false);
    expect(read('').isOpen).toBe(false);
  });

  it.each([
    ['event.kind', 'event'],
    ['log.level', 'warn'],
    ['service.name', 'billing'],
    ['shop.text', 'invoice "17" is späť\tC:\\'],
    ['shop.other', undefined],
    ['shop', undefined],
  ])('decodes %s when a rule asks for it', (field, value) => {
    expect(read(line).format.get(field)).toBe(value);
  });

  it.each([
    ['log', true],
    ['log.level', true],
    ['shop', true],
    ['sho', false],
    ['shop.text.more', false],
  ])('has %s: %s', (field, expected) => {
    expect(read(line).format.has(field)).toBe(expected);
  });

  it('names the fields that the line has', () => {
    const noText = '2026-11-29T09:00:00Z WARN billing: ';
    expect([...read(noText).format.names()]).toEqual(['event.kind', 'log.level', 'service.name']);
  });

  it('keeps what was found where the rest of the line cannot be read', () => {
    const { format, document } = read('2026-11-29T09:00:00Z LOUD billing: x', { a: 1 });
    expect(format.failure()).toBe('the level is unknown');
    expect([...format.names()]).toEqual(['event.kind']);
    expect(format.get('event.kind')).toBe('event');
    expect(format.get('service.name')).toBeUndefined();
    expect(document()).toEqual({
      message: '2026-11-29T09:00:00Z LOUD billing: x',
      a: 1,
      event: { kind: 'event' },
    });
  });

  it('has nothing of the lines before it, whichever of them were read to their ends', () => {
    const lines = [
      line,
      '2026-11-29T09:00:00Z LOUD',
      line,
      '2026-11-29T09:00:01Z',
      '2026-11-29T09:00:02Z LOUD',
    ];
    for (let asked = 0; asked < 2 ** lines.length; asked += 1) {
      const format = new ParsedLine(new ShopLog());
      for (const [place, text] of lines.entries()) {
        format.open(viewOf(JSON.stringify({ message: text })));
        if (((asked >> place) & 1) === 0) continue;
        expect([...format.names()]).toEqual([...read(text).format.names()]);
      }
    }
  });

  it('becomes members of the document, beside those of the event', () => {
    const event = { log: { offset: 7, file: { path: '/x' } }, 'service.type': 'y', event: { kind: 'old' } };
    expect(read(line, event).document()).toEqual({
      message: line,
      log: { offset: 7, file: { path: '/x' }, level: 'warn' },
      service: { type: 'y', name: 'billing' },
      event: { kind: 'event' },
      shop: { text: 'invoice "17" is späť\tC:\\' },
    });
  });
});

describe('the fields of a line', () => {
  it.each([
    [0, '0'],
    [7, '7'],
    [10, '10'],
    [2_147_483_647, '2147483647'],
    [2_147_483_648, '2147483648'],
    [-1, '-1'],
    [1.5, '1.5'],
    [1e21, '1e+21'],
  ])('write the number %d as JSON does', (value, text) => {
    const out = new ByteWriter(1);
    out.number(value);
    expect(out.toString()).toBe(text);
  });
});
