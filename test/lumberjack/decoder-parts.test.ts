import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../src/lumberjack/decoder.ts';
import { defaultLimits, type Limits } from '../../src/lumberjack/frames.ts';
import { readPayload } from '../../src/lumberjack/payload.ts';
import type { ReceivedWindow } from '../../src/lumberjack/received-window.ts';
import { C, cutAt, documentsOf, J, rawC, W } from '../support/lumberjack/frames.ts';
import { rounds } from '../support/rounds.ts';

const MiB = 2 ** 20;
const bytes = (...frames: Buffer[]) => Buffer.concat(frames);
const document = (n: number, size: number) => `{"n":${n},"message":"${'x'.repeat(size)}"}`;
const events = (count: number, size: number) =>
  Array.from({ length: count }, (_, i) => document(i + 1, size));
const framesOf = (documents: string[]) => bytes(...documents.map((one, i) => J(i + 1, one)));

function decode(chunks: Buffer[], partBytes: number, limits: Partial<Limits> = {}): ReceivedWindow[] {
  const decoder = new Decoder({ ...defaultLimits, ...limits }, partBytes);
  return chunks.flatMap((chunk) => decoder.push(chunk));
}

const documentsIn = (windows: ReceivedWindow[]) => windows.flatMap(({ block }) => documentsOf(block));

describe('a window that is larger than a part', () => {
  it.each<[how: string, frames: (documents: string[]) => Buffer]>([
    ['bare', framesOf],
    ['compressed whole', (documents) => C(framesOf(documents))],
    [
      'compressed in several frames',
      (documents) =>
        bytes(
          C(framesOf(documents.slice(0, 100))),
          C(bytes(...documents.slice(100).map((one, i) => J(101 + i, one)))),
        ),
    ],
  ])('comes in parts with growing sequences, %s', (_, frames) => {
    const documents = events(500, 50_000);
    const stream = bytes(W(500), frames(documents));
    const chunks = cutAt(
      stream,
      ...Array.from({ length: Math.floor(stream.length / MiB) }, (_, i) => i * MiB),
    );
    const windows = decode(chunks, 4 * MiB);
    expect(windows.length).toBeGreaterThan(1);
    expect(documentsIn(windows)).toEqual(documents);
    expect(windows.map(({ continued }) => continued)).toEqual([...windows.slice(1).map(() => true), false]);
    const sequences = windows.map(({ lastSequence }) => lastSequence);
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
    expect(sequences.at(-1)).toBe(500);
    for (const { payload, block } of windows)
      expect(documentsOf(readPayload(payload))).toEqual(documentsOf(block));
  });

  it('stops behind each part until it is asked for more', () => {
    const decoder = new Decoder(defaultLimits);
    const windows: ReceivedWindow[] = [];
    const stream = bytes(W(2_000), C(framesOf(events(2_000, 66_000))));
    expect(decoder.feed(stream, windows)).toBe(true);
    expect(windows).toHaveLength(1);
    expect(decoder.incomplete).toBe(true);
    expect(decoder.heldBytes).toBeLessThan(20 * MiB);
  });

  it('is the same however it is cut', () => {
    const documents = events(60, 90);
    fc.assert(
      fc.property(fc.array(fc.nat(9_000), { maxLength: 6 }), fc.boolean(), (places, compressed) => {
        const frames = framesOf(documents);
        const stream = bytes(W(60), compressed ? C(frames) : frames, W(0));
        const windows = decode(cutAt(stream, ...places.map((place) => place % stream.length)), 1_000);
        expect(documentsIn(windows)).toEqual(documents);
        expect(windows.at(-1)).toMatchObject({ count: 0, lastSequence: 0 });
      }),
      { numRuns: rounds('PROPERTY_RUNS', 15) },
    );
  });

  it('keeps its parts when its stream turns out to be damaged, and no window is made of the rest', () => {
    const stream = deflateSync(framesOf(events(1_000, 50_000)));
    stream[stream.length - 1]! ^= 1;
    const windows: ReceivedWindow[] = [];
    const decoder = new Decoder(defaultLimits);
    expect(() => decoder.push(bytes(W(1_000), rawC(stream)), windows)).toThrow(/no whole zlib stream/);
    expect(windows.every(({ continued }) => continued)).toBe(true);
  });

  it.each<[what: string, spoil: (stream: Buffer) => Buffer, reason: RegExp]>([
    ['cut off', (stream) => stream.subarray(0, -8), /no whole zlib stream/],
    [
      'followed by other bytes',
      (stream) => bytes(stream, Buffer.alloc(5)),
      /has 5 bytes behind its zlib stream/,
    ],
  ])('is refused when its stream is %s', (_, spoil, reason) => {
    const stream = deflateSync(framesOf(events(1_000, 50_000)));
    expect(() => decode([bytes(W(1_000), rawC(spoil(stream)))], 16 * MiB)).toThrow(reason);
  });

  it('has a limit over all its parts', () => {
    const stream = bytes(W(100), framesOf(events(100, 1_000)));
    expect(() => decode([stream], 5_000, { maxInflatedBytes: 50_000 })).toThrow(/limits\.maxInflatedBytes/);
  });
});

describe('an event that is larger than an event may be', () => {
  const limits = { maxEventBytes: 2_000 };
  const large = document(2, 50_000);
  const stream = (frames: Buffer) => bytes(W(3), frames, W(1), J(1, '{"next":1}'));
  const frames = bytes(J(1, '{"n":1}'), J(2, large), J(3, '{"n":3}'));

  it.each([
    ['bare', stream(frames)],
    ['compressed', stream(C(frames))],
  ])('is cut, and its neighbours are kept, %s', (_, bytesOf) => {
    for (const chunks of [[bytesOf], cutAt(bytesOf, 40, 1_500, 30_000 % bytesOf.length)]) {
      const windows = decode(chunks, 16 * MiB, limits);
      const documents = documentsIn(windows).map((text) => JSON.parse(text));
      expect(documents).toEqual([
        { n: 1 },
        { n: 2, message: expect.stringMatching(/^x{900,1000}$/), 'log.flags': ['truncated'] },
        { n: 3 },
        { next: 1 },
      ]);
      expect(windows.reduce((sum, { cut }) => sum + cut, 0)).toBe(1);
      expect(windows.filter(({ continued }) => !continued).map(({ lastSequence }) => lastSequence)).toEqual([
        3, 1,
      ]);
      for (const { payload, block, count } of windows) {
        expect(documentsOf(readPayload(payload))).toEqual(documentsOf(block));
        expect(block.count).toBe(count);
      }
    }
  });

  it('is not held while it arrives', () => {
    const decoder = new Decoder(defaultLimits);
    const size = 300 * MiB;
    const header = Buffer.from(J(1, '{}').subarray(0, 10));
    header.writeUInt32BE(size, 6);
    decoder.push(bytes(W(1), header, Buffer.from('{"message":"')));
    for (let sent = 12; sent + MiB < size; sent += MiB) {
      expect(decoder.push(Buffer.alloc(MiB, 0x78))).toEqual([]);
      expect(decoder.heldBytes).toBeLessThan(3 * MiB);
    }
  });
});
