import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventView, LineWrapper } from '../../src/events/index.ts';
import type { EventBlock } from '../../src/model.ts';

const documentsOf = ({ bytes, spans, count }: EventBlock) =>
  Array.from({ length: count }, (_, i) => bytes.toString('utf8', spans[2 * i], spans[2 * i + 1]));
const messages = (block: EventBlock) =>
  documentsOf(block).map((text) => (JSON.parse(text) as { message: string }).message);

describe('a wrapped line', () => {
  it.each([
    ['plain', 'GET / 200'],
    ['with quotes and backslashes', 'a "b" \\x22 \\'],
    ['with control characters', 'tab\tbell\u0007nul\u0000'],
    ['with longer characters', 'café 木 🪵'],
  ])('is the message of a document: %s', (_, line) => {
    expect(messages(new LineWrapper().wrap(Buffer.from(`${line}\n`)))).toEqual([line]);
  });

  it('may end with a carriage return, which is no part of it, or with nothing', () => {
    expect(messages(new LineWrapper().wrap(Buffer.from('one\r\ntwo')))).toEqual(['one', 'two']);
  });

  it('is none where it is empty', () => {
    expect(messages(new LineWrapper().wrap(Buffer.from('\n\none\n\r\n\n')))).toEqual(['one']);
  });

  it('is made valid where it is no UTF-8', () => {
    expect(messages(new LineWrapper().wrap(Buffer.from([0x61, 0xff, 0x62, 0x0a])))).toEqual(['a�b']);
  });

  it('has the fields that a shipper would add', () => {
    const [text] = documentsOf(new LineWrapper({ 'event.dataset': 'a', n: 1 }).wrap(Buffer.from('x')));
    expect(JSON.parse(text!)).toEqual({ message: 'x', 'event.dataset': 'a', n: 1 });
  });

  it('is read by a view like what a shipper sends', () => {
    const view = new EventView();
    view.open(new LineWrapper({ 'host.name': 'web-1' }).wrap(Buffer.from('one\ntwo "2"\n')));
    view.read(1);
    expect([view.problem, view.get('message'), view.get('host.name')]).toEqual([
      undefined,
      'two "2"',
      'web-1',
    ]);
  });

  it('says the same as JSON.stringify, whatever it holds, also when the wrapper was used before', () => {
    const wrapper = new LineWrapper();
    const line = fc.string({ unit: 'binary', minLength: 1 }).map((text) => text.replace(/[\r\n]/g, ' '));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const bytes = Buffer.from(lines.join('\n'));
        expect(messages(wrapper.wrap(bytes))).toEqual(bytes.toString().split('\n').filter(Boolean));
      }),
    );
  });
});
