import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../src/lumberjack/decoder.ts';
import { encodeWindow } from '../../src/lumberjack/encoder.ts';
import { defaultLimits } from '../../src/lumberjack/frames.ts';
import { readPayload } from '../../src/lumberjack/payload.ts';
import {
  bareWindow,
  C,
  compressedWindow,
  cutAt,
  D,
  decode,
  documentsOf,
  J,
  told,
  W,
} from '../support/lumberjack/frames.ts';

const n = (...numbers: number[]) => numbers.map((number) => `{"n":${number}}`);
const bytes = (...frames: Buffer[]) => Buffer.concat(frames);

/** The shapes in which a window may come, and what is to be understood. */
const shapes: { name: string; stream: Buffer; windows: ReturnType<typeof told>[] }[] = [
  {
    name: 'bare J frames',
    stream: bareWindow(3),
    windows: [{ version: 2, count: 3, lastSequence: 3, documents: n(1, 2, 3) }],
  },
  {
    name: 'one C frame with all events',
    stream: compressedWindow(3),
    windows: [{ version: 2, count: 3, lastSequence: 3, documents: n(1, 2, 3) }],
  },
  {
    name: 'many C frames',
    stream: bytes(W(4), C(J(1)), C(J(2), J(3)), C(J(4))),
    windows: [{ version: 2, count: 4, lastSequence: 4, documents: n(1, 2, 3, 4) }],
  },
  {
    name: 'C and bare frames mixed',
    stream: bytes(W(5), J(1), J(2), C(J(3)), J(4), C(J(5))),
    windows: [{ version: 2, count: 5, lastSequence: 5, documents: n(1, 2, 3, 4, 5) }],
  },
  {
    name: 'whole windows inside one C frame',
    stream: C(W(2), J(1), J(2), W(1), J(3)),
    windows: [
      { version: 2, count: 2, lastSequence: 2, documents: n(1, 2) },
      { version: 2, count: 1, lastSequence: 3, documents: n(3) },
    ],
  },
  {
    name: 'a window that begins inside a C frame and ends behind it',
    stream: bytes(C(W(3), J(1)), J(2), C(J(3)), bareWindow(1)),
    windows: [
      { version: 2, count: 3, lastSequence: 3, documents: n(1, 2, 3) },
      { version: 2, count: 1, lastSequence: 1, documents: n(1) },
    ],
  },
  {
    name: 'a window that ends in the middle of a C frame',
    stream: bytes(W(3), J(1), C(J(2), J(3), W(1), J(4), W(2), J(5)), J(6), W(1), C(J(7))),
    windows: [
      { version: 2, count: 3, lastSequence: 3, documents: n(1, 2, 3) },
      { version: 2, count: 1, lastSequence: 4, documents: n(4) },
      { version: 2, count: 2, lastSequence: 6, documents: n(5, 6) },
      { version: 2, count: 1, lastSequence: 7, documents: n(7) },
    ],
  },
  {
    name: 'windows of no events, bare and compressed',
    stream: bytes(W(0), bareWindow(1), C(W(0), W(1), J(9)), W(0, 1)),
    windows: [
      { version: 2, count: 0, lastSequence: 0, documents: [] },
      { version: 2, count: 1, lastSequence: 1, documents: n(1) },
      { version: 2, count: 0, lastSequence: 0, documents: [] },
      { version: 2, count: 1, lastSequence: 9, documents: n(9) },
      { version: 1, count: 0, lastSequence: 0, documents: [] },
    ],
  },
  {
    name: 'D frames of version 1, bare and compressed',
    stream: bytes(W(3, 1), D(1, { line: 'one', host: 'a' }), C(D(2, { message: 'two' }), D(3, {}))),
    windows: [
      {
        version: 1,
        count: 3,
        lastSequence: 3,
        documents: ['{"line":"one","host":"a","message":"one"}', '{"message":"two"}', '{}'],
      },
    ],
  },
  {
    name: 'J frames under the version byte of version 1',
    stream: bytes(W(2, 1), J(1, '{"n":1}', 1), C(J(2, '{"n":2}', 1))),
    windows: [{ version: 1, count: 2, lastSequence: 2, documents: n(1, 2) }],
  },
  {
    name: 'a sequence that goes on from window to window',
    stream: bytes(W(2), J(7), J(8), W(2), C(J(9), J(10))),
    windows: [
      { version: 2, count: 2, lastSequence: 8, documents: n(7, 8) },
      { version: 2, count: 2, lastSequence: 10, documents: n(9, 10) },
    ],
  },
  {
    name: 'a sequence that wraps at 2^32 - 1',
    stream: bytes(W(2), J(2 ** 32 - 2), J(2 ** 32 - 1), W(3), J(2 ** 32 - 1), J(0), J(1)),
    windows: [
      { version: 2, count: 2, lastSequence: 2 ** 32 - 1, documents: n(2 ** 32 - 2, 2 ** 32 - 1) },
      { version: 2, count: 3, lastSequence: 1, documents: n(2 ** 32 - 1, 0, 1) },
    ],
  },
  {
    name: 'documents that are empty, or no JSON at all',
    stream: bytes(W(3), J(1, ''), J(2, 'no json'), J(3, '\n{')),
    windows: [{ version: 2, count: 3, lastSequence: 3, documents: ['', 'no json', '\n{'] }],
  },
];

describe.each(shapes)('a stream of $name', ({ stream, windows }) => {
  it('is understood when it comes at once', () => {
    expect(decode([stream]).map(told)).toEqual(windows);
  });

  it('is understood when it comes byte by byte', () => {
    const single = Array.from(stream, (byte) => Buffer.from([byte]));
    expect(decode(single).map(told)).toEqual(windows);
  });

  it('is understood wherever it is cut in two', () => {
    for (let at = 0; at <= stream.length; at += 1)
      expect(decode(cutAt(stream, at)).map(told), `cut at ${at}`).toEqual(windows);
  });

  it('gives payloads that stand on their own', () => {
    const payloads = decode([stream]).map((window) => documentsOf(readPayload(window.payload)));
    expect(payloads).toEqual(windows.map((window) => window.documents));
  });

  it('begins again at once', () => {
    expect(decode([Buffer.concat([stream, stream])]).map(told)).toEqual([...windows, ...windows]);
  });
});

describe('a payload', () => {
  it.each([
    ['bare J frames', bareWindow(3)],
    ['a C frame', compressedWindow(3)],
    ['a mixture', bytes(W(3), J(1), C(J(2)), J(3))],
    ['D frames', bytes(W(1, 1), D(1, { line: 'one' }))],
  ])('of %s is the frames behind the window frame as they came', (_, stream) => {
    expect(decode([stream])[0]!.payload).toEqual(stream.subarray(6));
  });

  it('does not share memory with the chunk that it came in', () => {
    const chunk = Buffer.concat([bareWindow(2), bareWindow(1)]);
    const windows = decode([chunk]);
    chunk.fill(0);
    expect(windows.map(told).flatMap((window) => window.documents)).toEqual(n(1, 2, 1));
  });

  it('stays as it was while later windows come', () => {
    const decoder = new Decoder(defaultLimits);
    const windows = [];
    for (const chunk of cutAt(
      Buffer.concat(Array.from({ length: 50 }, (_, i) => bareWindow(i))),
      100,
      333,
      2_000,
    ))
      windows.push(...decoder.push(chunk));
    expect(windows.map((window) => documentsOf(window.block).length)).toEqual(
      Array.from({ length: 50 }, (_, i) => i),
    );
    expect(windows.map((window) => documentsOf(readPayload(window.payload)))).toEqual(
      windows.map((window) => documentsOf(window.block)),
    );
  });
});

describe('a decoder', () => {
  it('says that a window is incomplete from its first byte to before its last', () => {
    const decoder = new Decoder(defaultLimits);
    const stream = compressedWindow(2);
    expect(decoder.incomplete).toBe(false);
    for (let at = 0; at < stream.length; at += 1) {
      decoder.push(stream.subarray(at, at + 1));
      expect(decoder.incomplete, `after byte ${at}`).toBe(at < stream.length - 1);
    }
  });

  it('holds nothing between windows', () => {
    const decoder = new Decoder(defaultLimits);
    for (const cut of cutAt(compressedWindow(500), 7, 300)) decoder.push(cut);
    expect(decoder.heldBytes).toBe(0);
  });

  it('holds about as much as came, whatever was announced', () => {
    const decoder = new Decoder(defaultLimits);
    decoder.push(bytes(W(100_000), J(1)));
    expect(decoder.heldBytes).toBeLessThan(4_096);
  });

  it('lets go of an incomplete window when told to', () => {
    const decoder = new Decoder(defaultLimits);
    decoder.push(bytes(W(10), J(1)));
    decoder.release();
    expect([decoder.incomplete, decoder.heldBytes]).toEqual([false, 0]);
  });
});

describe('any windows cut anywhere', () => {
  const window = fc.record({
    documents: fc.array(fc.json(), { maxLength: 12 }),
    compressionLevel: fc.integer({ min: 0, max: 9 }),
    firstSequence: fc.oneof(fc.constant(1), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
    framesPerCompressed: fc.integer({ min: 1, max: 12 }),
  });

  it('come out as they went in', () => {
    fc.assert(
      fc.property(fc.array(window, { maxLength: 5 }), fc.array(fc.nat()), (windows, cuts) => {
        const stream = Buffer.concat(
          windows.map(({ documents, ...options }) => encodeWindow(documents, options)),
        );
        const offsets = cuts.map((cut) => cut % (stream.length + 1));
        expect(decode(cutAt(stream, ...offsets)).map(told)).toEqual(
          windows.map(({ documents, firstSequence }) => ({
            version: 2,
            count: documents.length,
            lastSequence: documents.length === 0 ? 0 : (firstSequence + documents.length - 1) % 2 ** 32,
            documents,
          })),
        );
      }),
    );
  });
});
