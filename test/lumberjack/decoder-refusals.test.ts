import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { LogboomError } from '../../src/errors.ts';
import { Decoder } from '../../src/lumberjack/decoder.ts';
import { defaultLimits, type Limits } from '../../src/lumberjack/frames.ts';
import type { ReceivedWindow } from '../../src/lumberjack/received-window.ts';
import {
  bareWindow,
  C,
  compressedWindow,
  D,
  J,
  rawC,
  told,
  uint32,
  W,
} from '../support/lumberjack/frames.ts';

const bytes = (...frames: Buffer[]) => Buffer.concat(frames);
const text = (value: string) => Buffer.from(value, 'latin1');

function refusalOf(stream: Buffer, limits: Partial<Limits> = {}): LogboomError {
  try {
    new Decoder({ ...defaultLimits, ...limits }).push(stream);
  } catch (error) {
    if (error instanceof LogboomError) return error;
    throw error;
  }
  throw new Error('The stream was accepted.');
}

const protocol = 'LUMBERJACK_PROTOCOL';
const limit = 'LUMBERJACK_LIMIT';
const small: Partial<Limits> = { maxInflatedBytes: 1_000, maxEventBytes: 500, maxPairs: 2 };

describe.each<[what: string, stream: Buffer, code: string, message: RegExp, limits?: Partial<Limits>]>([
  [
    'random bytes',
    text('\x00\xff\x12'),
    protocol,
    /^No Lumberjack frame begins at byte 0 of the stream: found 00ff12/,
  ],
  ['an HTTP request', text('GET / HTTP/1.1\r\n\r\n'), protocol, /This is HTTP: ship with output\.logstash/],
  ['an HTTP upload', text('POST /_bulk HTTP/1.1\r\n'), protocol, /This is HTTP/],
  ['a TLS handshake', text('\x16\x03\x01\x02\x00'), protocol, /This is TLS: set ssl_enabled/],
  ['an unknown version', text('3W\x00\x00\x00\x01'), protocol, /found 335700000001, expected 31 or 32/],
  ['an unknown kind', text('2X\x00\x00\x00\x01'), protocol, /is of kind 0x58/],
  ['an ACK', text('2A\x00\x00\x00\x01'), protocol, /is of kind 0x41; a sender sends W, J, D and C/],
  [
    'HTTP behind a window',
    bytes(bareWindow(1), text('GET / ')),
    protocol,
    /at byte 23 of the stream: found 474554202f20, expected 31 or 32 first\.$/,
  ],
  [
    'a window of 2^32 - 1',
    W(2 ** 32 - 1),
    limit,
    /announces 4294967295 events; at most 131072 .*limits\.maxWindowEvents.*Lower bulk_max_size/,
  ],
  ['a window just above the limit', W(11), limit, /at most 10 is/, { maxWindowEvents: 10 }],
  [
    'an event of 2^32 - 1 bytes',
    bytes(W(1), text('2J'), uint32(1), uint32(2 ** 32 - 1)),
    limit,
    /event at byte 6 of the stream announces 4294967295 bytes and makes its window too large; at most 4 GB/,
  ],
  [
    'a compressed frame of 2^32 - 1 bytes',
    bytes(W(1), text('2C'), uint32(2 ** 32 - 1)),
    limit,
    /compressed frame at byte 6 of the stream announces 4294967295 bytes; at most 1 GB/,
  ],
  [
    '2^32 - 1 pairs',
    bytes(W(1, 1), text('1D'), uint32(1), uint32(2 ** 32 - 1)),
    limit,
    /announces 4294967295 pairs; at most 1000/,
  ],
  [
    'a key of 2^32 - 1 bytes',
    bytes(W(1, 1), text('1D'), uint32(1), uint32(1), uint32(2 ** 32 - 1)),
    limit,
    /has a string of 4294967295 bytes/,
  ],
  [
    'pairs that are too large together',
    bytes(W(1, 1), D(1, { a: 'x'.repeat(300), b: 'x'.repeat(300) })),
    limit,
    /limits\.maxEventBytes/,
    small,
  ],
  [
    'a pair too many',
    bytes(W(1, 1), D(1, { a: '', b: '', c: '' })),
    limit,
    /announces 3 pairs; at most 2/,
    small,
  ],
  [
    'bare events that are too large together',
    bytes(W(4), ...[1, 2, 3, 4].map((i) => J(i, 'x'.repeat(300)))),
    limit,
    /makes its window too large; at most 1,000 B is accepted \(limits\.maxInflatedBytes\)/,
    small,
  ],
  [
    'D frames that grow too large as JSON',
    bytes(W(1, 1), D(1, { a: '\x01'.repeat(400) })),
    limit,
    /limits\.maxInflatedBytes/,
    small,
  ],
  [
    'compressed frames that hold next to nothing but never end',
    bytes(W(500), ...Array.from({ length: 100 }, () => C(J(1)))),
    limit,
    /makes its window too large/,
    small,
  ],
  ['a zlib bomb', bytes(W(1), C(Buffer.alloc(100_000))), limit, /inflates too far; at most 1,000 B/, small],
  [
    'a bomb in the second of two compressed frames',
    bytes(W(2), C(J(1, 'x'.repeat(450))), C(J(2, 'y'.repeat(480)), Buffer.alloc(100))),
    limit,
    /inflates too far/,
    small,
  ],
  [
    'a corrupt zlib stream',
    bytes(W(1), rawC(text('not zlib at all'))),
    protocol,
    /is no whole zlib stream \(incorrect header check\)/,
  ],
  [
    'a zlib stream with a wrong checksum',
    bytes(W(1), rawC(bytes(deflateSync(J(1)).subarray(0, -1), Buffer.of(0)))),
    protocol,
    /incorrect data check/,
  ],
  [
    'a zlib stream that is cut off',
    bytes(W(1), rawC(deflateSync(J(1)).subarray(0, -4))),
    protocol,
    /is no whole zlib stream/,
  ],
  [
    'bytes behind a zlib stream',
    bytes(W(1), rawC(bytes(deflateSync(J(1)), text('xyz')))),
    protocol,
    /has 3 bytes behind its zlib stream/,
  ],
  ['an empty compressed frame', bytes(W(1), rawC(Buffer.alloc(0))), protocol, /no whole zlib stream/],
  ['a compressed frame of nothing', bytes(W(1), C()), protocol, /is empty/],
  [
    'nested compressed frames',
    bytes(W(1), C(C(J(1)))),
    protocol,
    /at byte 0 inside the compressed frame at byte 6 of the stream announces \d+ bytes inside another one/,
  ],
  [
    'a partial frame inside a compressed frame',
    bytes(W(2), C(J(1), J(2).subarray(0, 12))),
    protocol,
    /A frame is cut off at byte 17 inside/,
  ],
  [
    'half a window frame inside a compressed frame',
    C(W(1).subarray(0, 3)),
    protocol,
    /A frame is cut off at byte 0 inside/,
  ],
  ['an event outside a window', J(1), protocol, /The event at byte 0 of the stream is outside a window/],
  ['a compressed event outside a window', C(J(1)), protocol, /is outside a window/],
  ['an event more than announced', bytes(bareWindow(1), J(2)), protocol, /or more events came than were/],
  [
    'an event more than announced, compressed',
    bytes(W(1), C(J(1), J(2))),
    protocol,
    /at byte 17 inside .* is outside a window/,
  ],
  ['a D frame more than announced', bytes(W(1, 1), D(1, {}), D(2, {})), protocol, /is outside a window/],
  [
    'a window within a window',
    bytes(W(3), J(1), W(1)),
    protocol,
    /A window begins at byte 23 of the stream, but 2 events of the one before are missing/,
  ],
  [
    'a window within a window, compressed',
    bytes(W(3), C(J(1), W(1))),
    protocol,
    /but 2 events of the one before are missing/,
  ],
  [
    'thousands of windows in a compressed frame',
    C(...Array.from({ length: 1_025 }, () => W(0))),
    protocol,
    /one of more than 1024 in a compressed frame/,
  ],
  [
    'too many events in the windows of a compressed frame',
    C(W(6), ...[1, 2, 3, 4, 5, 6].map((i) => J(i)), W(5)),
    limit,
    /compressed frame has too many; at most 10/,
    { maxWindowEvents: 10 },
  ],
])('%s', (_, stream, code, message, limits) => {
  it('is refused with a reason', () => {
    const { code: found, message: reason } = refusalOf(stream, limits);
    expect([found, reason]).toEqual([code, expect.stringMatching(message)]);
  });

  it('is refused however it is cut', () => {
    const decoder = new Decoder({ ...defaultLimits, ...limits });
    expect(() => {
      for (const byte of stream) decoder.push(Buffer.of(byte));
    }).toThrow(LogboomError);
  });

  it('does not spoil the window before it', () => {
    const windows: ReceivedWindow[] = [];
    const decoder = new Decoder({ ...defaultLimits, ...limits });
    expect(() => decoder.push(bytes(compressedWindow(2), stream), windows)).toThrow(LogboomError);
    expect(windows.map(told).map((window) => window.lastSequence)[0]).toBe(2);
  });
});

describe('a refusal', () => {
  it('inside a compressed frame takes the whole frame with it', () => {
    const windows: ReceivedWindow[] = [];
    const stream = bytes(bareWindow(2), W(1), C(J(1), W(1), J(2), J(3)));
    expect(() => new Decoder(defaultLimits).push(stream, windows)).toThrow(/outside a window/);
    expect(windows.map((window) => window.lastSequence)).toEqual([2]);
  });

  it('is final', () => {
    const decoder = new Decoder(defaultLimits);
    expect(() => decoder.push(J(1))).toThrow(/outside a window/);
    expect(() => decoder.push(bareWindow(1))).toThrow(/outside a window/);
  });

  it('lets go of what was held', () => {
    const decoder = new Decoder(defaultLimits);
    decoder.push(bytes(W(2), J(1, 'x'.repeat(10_000))));
    expect(() => decoder.push(text('?'))).toThrow();
    expect(decoder.heldBytes).toBe(0);
  });

  it('comes with the header, before any of what it announces', () => {
    expect(refusalOf(bytes(W(1), text('2J'), uint32(1), uint32(1_001)), small).code).toBe(limit);
    expect(refusalOf(bytes(W(1), text('2C'), uint32(2 ** 30 + 1)), small).code).toBe(limit);
  });
});
