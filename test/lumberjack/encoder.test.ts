import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { AckDecoder, encodeAck, encodeWindow } from '../../src/lumberjack/encoder.ts';
import { ack, bareWindow, cutAt, D, decode, J, told, W } from '../support/lumberjack/frames.ts';

const documents = ['{"n":1}', '{"n":2}', '{"n":3}'];

describe('an encoded window', () => {
  it('is bare J frames at compression level 0', () => {
    expect(encodeWindow(documents, { compressionLevel: 0 })).toEqual(bareWindow(3));
  });

  it('is one C frame otherwise, in the order that Filebeat sends', () => {
    const window = encodeWindow(documents);
    expect(window.subarray(0, 8)).toEqual(Buffer.concat([W(3), Buffer.from('2C')]));
    expect(window.readUInt32BE(8)).toBe(window.length - 12);
    expect(inflateSync(window.subarray(12))).toEqual(Buffer.concat([J(1), J(2), J(3)]));
  });

  it('takes buffers as well as text', () => {
    const buffers = documents.map((document) => Buffer.from(document));
    expect(encodeWindow(buffers)).toEqual(encodeWindow(documents));
  });

  it('splits its events over C frames when asked to', () => {
    const window = encodeWindow(documents, { framesPerCompressed: 2 });
    expect(window.toString('latin1').match(/2C\0\0/g)).toHaveLength(2);
    expect(decode([window]).map(told)[0]!.documents).toEqual(documents);
  });

  it('of no events is a window frame', () => {
    expect(encodeWindow([])).toEqual(W(0));
  });

  it('is D frames in version 1, with what is no string as its JSON text', () => {
    const flat = ['{"line":"a","n":5}', '{"ok":true}'];
    expect(encodeWindow(flat, { version: 1, compressionLevel: 0 })).toEqual(
      Buffer.concat([W(2, 1), D(1, { line: 'a', n: '5' }), D(2, { ok: 'true' })]),
    );
  });

  it('counts on from any sequence and wraps', () => {
    const window = encodeWindow(documents, { compressionLevel: 0, firstSequence: 2 ** 32 - 2 });
    expect(window).toEqual(
      Buffer.concat([W(3), J(2 ** 32 - 2, '{"n":1}'), J(2 ** 32 - 1, '{"n":2}'), J(0, '{"n":3}')]),
    );
  });
});

describe('an ACK', () => {
  it.each([
    [1, 0],
    [2, 0],
    [1, 2048],
    [2, 2 ** 32 - 1],
  ] as const)('of version %i and sequence %i is six bytes, and is read back', (version, sequence) => {
    expect(encodeAck(version, sequence)).toEqual(ack(sequence, version));
    expect(new AckDecoder().push(encodeAck(version, sequence))).toEqual([{ version, sequence }]);
  });
});

describe('a stream of ACKs', () => {
  const stream = Buffer.concat([ack(0), ack(7), ack(2 ** 32 - 1, 1)]);
  const acks = [
    { version: 2, sequence: 0 },
    { version: 2, sequence: 7 },
    { version: 1, sequence: 2 ** 32 - 1 },
  ];

  it('is read wherever it is cut in two', () => {
    for (let at = 0; at <= stream.length; at += 1) {
      const decoder = new AckDecoder();
      expect(cutAt(stream, at).flatMap((chunk) => decoder.push(chunk))).toEqual(acks);
    }
  });

  it.each([
    ['HTTP', Buffer.from('HTTP/1.1 400')],
    ['a window', W(1)],
  ])('is refused if it is %s', (_, bytes) => {
    expect(() => new AckDecoder().push(bytes)).toThrow(/where an ACK should be/);
  });
});
