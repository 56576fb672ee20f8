import { randomBytes } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../src/lumberjack/decoder.ts';
import { defaultLimits } from '../../src/lumberjack/frames.ts';
import type { ReceivedWindow } from '../../src/lumberjack/received-window.ts';
import { C, decode, J, uint32, W } from '../support/lumberjack/frames.ts';

const bytes = (...frames: Buffer[]) => Buffer.concat(frames);
const text = (value: string) => Buffer.from(value);

describe('memory stays bounded', () => {
  const grownBy = (work: () => void) => {
    const before = process.memoryUsage().rss;
    work();
    return process.memoryUsage().rss - before;
  };

  it('with a thousand headers that announce the largest sizes allowed', () => {
    const decoders = Array.from({ length: 1_000 }, () => new Decoder(defaultLimits));
    const opening = bytes(W(131_072), text('2C'), uint32(2 ** 30), deflateSync(J(1)).subarray(0, 20));
    expect(grownBy(() => decoders.forEach((decoder) => void decoder.push(opening)))).toBeLessThan(
      50 * 2 ** 20,
    );
    expect(decoders.every((decoder) => decoder.incomplete)).toBe(true);
  });

  it('with a zlib bomb of 1000:1', () => {
    const bomb = bytes(W(1), C(Buffer.alloc(200 * 2 ** 20)));
    expect(bomb.length).toBeLessThan(2 ** 18);
    expect(
      grownBy(() => expect(() => decode([bomb])).toThrow(/No Lumberjack frame begins at byte 0 inside/)),
    ).toBeLessThan(300 * 2 ** 20);
  });

  it('with 10^7 tiny events in one compressed frame', () => {
    const frames = Buffer.alloc(12 * 10 ** 7, J(1, '{}'));
    const stream = bytes(W(131_072), C(frames));
    expect(grownBy(() => expect(() => decode([stream])).toThrow(/outside a window/))).toBeLessThan(
      400 * 2 ** 20,
    );
  });

  it('with a window of 600 MB of 66 KB lines that inflates from a few, and with a bomb of J frames', () => {
    const line = J(1, `{"message":"${'x'.repeat(66_000)}"}`);
    const frames = Buffer.concat(Array.from({ length: 4_600 }, () => line));
    const stream = bytes(W(4_600 * 2), C(frames), C(frames));
    const decoder = new Decoder(defaultLimits);
    let events = 0;
    const grown = grownBy(() => {
      const windows: ReceivedWindow[] = [];
      for (let more = decoder.feed(stream, windows); ; more = decoder.feed(Buffer.alloc(0), windows)) {
        for (const { count, payload } of windows.splice(0)) {
          events += count;
          expect(payload.length).toBeLessThan(18 * 2 ** 20);
        }
        if (!more) break;
      }
    });
    expect(events).toBe(9_200);
    expect(grown).toBeLessThan(300 * 2 ** 20);
  });

  it('with windows that are much alike, in buffers of little more than their size', () => {
    const documentOf = (text: string) => `{"message":"${text}"}`;
    const read = (document: string) => {
      const { bytes: inflated, spans } = decode([bytes(W(1), C(J(1, document)))]).at(0)!.block;
      expect(inflated.toString('utf8', spans[0], spans[1])).toBe(document);
      return inflated.buffer.byteLength;
    };
    // Larger than the pool from which Node.js takes small buffers.
    const alike = Array.from({ length: 200 }, () => documentOf(randomBytes(60_000).toString('hex')));
    const sizes = alike.map(read);
    expect(sizes.at(-1)).toBeLessThan(1.5 * alike[0]!.length);
    // One that compresses far better than those before is read in several buffers.
    const better = documentOf(`${randomBytes(5_000).toString('hex')}${'x'.repeat(2_000_000)}`);
    read(better);
    read(documentOf('x'.repeat(2_000_000)));
    read(alike[0]!);
  });
});
