import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../../src/inputs/event-writer.ts';
import { textForm } from '../../../../src/inputs/file/text/encoding.ts';
import { EventFraming } from '../../../../src/inputs/file/text/event-framing.ts';
import { type Framing, PlainLines } from '../../../../src/inputs/file/text/framing.ts';
import { createMultiline } from '../../../../src/inputs/multiline/multiline.ts';

const utf8 = textForm('utf-8', Buffer.alloc(0));
const python = createMultiline({
  language: 'python',
  negate: false,
  match: 'after',
  maxLines: 4,
  timeout: 1,
});

interface Got {
  text: string;
  offset: number;
  flags?: readonly string[];
}

function sink(room = Number.POSITIVE_INFINITY) {
  const got: Got[] = [];
  const take = ({ bytes, from, to, offset, flags }: Message) =>
    void got.push({ text: bytes.toString('utf8', from, to), offset: offset ?? -1, ...(flags && { flags }) });
  return {
    got,
    take,
    get isFull() {
      return got.length >= room;
    },
  };
}

/** Reads in chunks of any size, as a file is read: what was not consumed comes again with more behind it. */
function readIn(framing: Framing, bytes: Buffer, sizes: readonly number[], force = true): Got[] {
  const { got, take } = sink();
  let at = 0;
  let end = 0;
  for (let turn = 0; end < bytes.length; turn += 1) {
    end = Math.min(bytes.length, end + sizes[turn % sizes.length]!);
    at += framing.consume(bytes.subarray(at, end), at, { isFull: false, take }, false);
  }
  if (force) framing.consume(bytes.subarray(at), at, { isFull: false, take }, true);
  return got;
}

const texts = (got: readonly Got[]) => got.map(({ text }) => text);

describe('plain lines', () => {
  it.each([
    ['newlines', 'a\nb\n', ['a', 'b'], 4],
    ['carriage returns before newlines', 'a\r\nb\r\n', ['a', 'b'], 6],
    ['a last line without an end: it waits', 'a\nb', ['a'], 2],
    ['empty lines: they are handed over', 'a\n\nb\n', ['a', '', 'b'], 5],
    ['a carriage return alone: it is text', 'a\rb\n', ['a\rb'], 4],
    ['nothing', '', [], 0],
  ])('end at %s', (_, text, expected, consumed) => {
    const into = sink();
    expect(new PlainLines(utf8).consume(Buffer.from(text), 0, into)).toBe(consumed);
    expect(texts(into.got)).toEqual(expected);
  });

  it('stop where the sink is full, at the end of a line', () => {
    const into = sink(1);
    expect(new PlainLines(utf8).consume(Buffer.from('a\nb\n'), 10, into)).toBe(2);
    expect(into.got).toEqual([{ text: 'a', offset: 10 }]);
  });

  it.each([
    ['utf-16le', (text: string) => Buffer.from(text, 'utf16le')],
    ['utf-16be', (text: string) => Buffer.from(text, 'utf16le').swap16()],
  ])('of %s end at the newline of two bytes', (encoding, encode) => {
    // U+0A00 and U+000A have the same bytes in another order; U+0D0A holds both.
    const lines = ['größer', '\u0a00\u0d0a', 'ende'];
    const bytes = encode(lines.map((line) => `${line}\r\n`).join(''));
    const framing = new PlainLines(textForm(encoding, Buffer.alloc(0)));
    for (const size of [1, 2, 3, 7, 100]) expect(texts(readIn(framing, bytes, [size]))).toEqual(lines);
  });

  it.each([
    ['windows-1252', [0x80, 0xfc, 0x81, 0x9f], '€ü\u0081Ÿ'],
    ['latin1', [0xe4], 'ä'],
    ['shift_jis', [0x93, 0xfa, 0x96, 0x7b], '日本'],
    ['gb18030', [0xc4, 0xe3, 0xba, 0xc3], '你好'],
    ['koi8-r', [0xd4, 0xc5, 0xd3, 0xd4], 'тест'],
  ])('of %s are decoded', (encoding, bytes, expected) => {
    const framing = new PlainLines(textForm(encoding, Buffer.alloc(0)));
    expect(texts(readIn(framing, Buffer.from([...bytes, 0x0a]), [1]))).toEqual([expected]);
  });

  it.each([
    ['UTF-8', [0xef, 0xbb, 0xbf], 'utf-8', 3],
    ['UTF-16, little end first', [0xff, 0xfe], 'utf-16le', 2],
    ['UTF-16, big end first', [0xfe, 0xff], 'utf-16be', 2],
    ['none', [0x61, 0x62], 'utf-8', 0],
  ])('have the encoding of their byte order mark: %s', (_, mark, encoding, markLength) => {
    expect(textForm('auto', Buffer.from(mark))).toMatchObject({ encoding, markLength });
  });
});

describe('events of several lines', () => {
  const framing = () => new EventFraming({ form: utf8, multiline: python });
  const trace = 'Traceback (most recent call last):\n  File "x"\nKeyError: 1\n';

  it('wait for the next event, or for their time', () => {
    const into = sink();
    const text = Buffer.from(`failed\n${trace}`);
    expect(framing().consume(text, 0, into, false)).toBe(0);
    expect(into.got).toEqual([]);
    expect(framing().consume(text, 0, into, true)).toBe(text.length);
    expect(into.got).toEqual([{ text: `failed\n${trace.trimEnd()}`, offset: 0, flags: ['multiline'] }]);
  });

  it('leave a last line without an end where it is, also when their time is over', () => {
    const into = sink();
    expect(framing().consume(Buffer.from('one\n two\nthr'), 0, into, true)).toBe(9);
    expect(texts(into.got)).toEqual(['one\n two']);
  });

  it('leave out lines beyond maxLines, and say so', () => {
    const got = readIn(framing(), Buffer.from('a\n 1\n 2\n 3\n 4\nb\n'), [100]);
    expect(got[0]).toEqual({ text: 'a\n 1\n 2\n 3', offset: 0, flags: ['multiline', 'truncated'] });
    expect(got[1]).toEqual({ text: 'b', offset: 14 });
  });

  it('are the same however the file is read', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', ' b', '', 'Traceback (most recent call last):', 'KeyError: x')),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (lines, sizes) => {
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
          expect(readIn(framing(), bytes, sizes)).toEqual(readIn(framing(), bytes, [bytes.length + 1]));
        },
      ),
    );
  });
});

describe('the lines of containers', () => {
  const framing = (multiline = false) =>
    new EventFraming({ form: utf8, container: 'cri', ...(multiline && { multiline: python }) });
  const cri = (stream: string, tag: string, text: string) =>
    `2026-11-29T10:00:00Z ${stream} ${tag} ${text}\n`;

  it('are joined where the runtime cut them, each stream by itself', () => {
    const text =
      cri('stdout', 'P', 'hel') +
      cri('stderr', 'F', 'err') +
      cri('stdout', 'F', 'lo') +
      cri('stdout', 'F', 'x');
    const bytes = Buffer.from(text);
    expect(texts(readIn(framing(), bytes, [bytes.length])).toSorted()).toEqual(['err', 'hello', 'x']);
  });

  it('move the position only where no event reaches over it', () => {
    const first = cri('stdout', 'P', 'hel') + cri('stderr', 'F', 'err');
    const into = sink();
    expect(framing().consume(Buffer.from(first), 0, into, false)).toBe(0);
    expect(into.got).toEqual([]);
  });

  it('become events of several lines for each stream', () => {
    const text =
      cri('stderr', 'F', 'failed') +
      cri('stdout', 'F', 'request') +
      cri('stderr', 'F', 'Traceback (most recent call last):') +
      cri('stdout', 'F', 'another') +
      cri('stderr', 'F', '  File "x"');
    expect(texts(readIn(framing(true), Buffer.from(text), [60])).toSorted()).toEqual([
      'another',
      'failed\nTraceback (most recent call last):\n  File "x"',
      'request',
    ]);
  });

  it('are handed over as they are where no runtime wrote them, and counted', () => {
    let foreign = 0;
    const onForeignLine = () => {
      foreign += 1;
    };
    const got = readIn(
      new EventFraming({ form: utf8, container: 'cri', onForeignLine }),
      Buffer.from('plain\n'),
      [9],
    );
    expect(texts(got)).toEqual(['plain']);
    expect(foreign).toBe(1);
  });

  it('are the same, and each once, however the file is read', () => {
    const line = fc.record({
      stream: fc.constantFrom('stdout', 'stderr'),
      tag: fc.constantFrom('P', 'F', 'F'),
      text: fc.constantFrom('a', ' b', 'Traceback (most recent call last):', ''),
    });
    fc.assert(
      fc.property(
        fc.array(line),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
        (lines, sizes) => {
          const bytes = Buffer.from(lines.map(({ stream, tag, text }) => cri(stream, tag, text)).join(''));
          const once = readIn(framing(true), bytes, [bytes.length + 1]);
          expect(readIn(framing(true), bytes, sizes)).toEqual(once);
        },
      ),
    );
  });
});
