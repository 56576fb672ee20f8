import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogboomError } from '../../src/errors.ts';
import { Decoder } from '../../src/lumberjack/decoder.ts';
import type { Limits } from '../../src/lumberjack/frames.ts';
import { readPayload } from '../../src/lumberjack/payload.ts';
import type { ReceivedWindow } from '../../src/lumberjack/received-window.ts';
import {
  bareWindow,
  C,
  compressedWindow,
  cutAt,
  D,
  documentsOf,
  J,
  rawC,
  told,
  W,
} from '../support/lumberjack/frames.ts';

const limits: Limits = {
  maxWindowEvents: 50,
  maxEventBytes: 300,
  maxCompressedBytes: 1_000,
  maxInflatedBytes: 2_000,
  maxPairs: 5,
};

/** What became of a stream: the windows before the error, and the error, which must be one of ours. */
function outcomeOf(chunks: Buffer[]): { windows: ReceivedWindow[]; problem?: string } {
  const windows: ReceivedWindow[] = [];
  const decoder = new Decoder(limits);
  try {
    for (const chunk of chunks) {
      decoder.push(Buffer.from(chunk), windows);
      expect(decoder.heldBytes).toBeLessThan(20_000);
    }
    return { windows };
  } catch (error) {
    if (!(error instanceof LogboomError)) throw error;
    return { windows, problem: error.code };
  }
}

function checkLimits(windows: ReceivedWindow[]): void {
  for (const { count, payload, block } of windows) {
    expect(count).toBeLessThanOrEqual(limits.maxWindowEvents);
    expect(block.count).toBe(count);
    expect(block.bytes.length).toBeLessThanOrEqual(limits.maxInflatedBytes);
    expect(documentsOf(readPayload(payload))).toEqual(documentsOf(block));
  }
}

const frame = fc.oneof(
  fc.nat(6).map((count) => W(count)),
  fc.nat(9).map((sequence) => J(sequence)),
  fc.dictionary(fc.string(), fc.string(), { maxKeys: 6 }).map((pairs) => D(1, pairs)),
  fc.nat(5).map(bareWindow),
  fc.nat(5).map(compressedWindow),
);
const stream = fc
  .array(
    fc.oneof(
      frame,
      fc.array(frame, { maxLength: 4 }).map((frames) => C(...frames)),
    ),
    { maxLength: 8 },
  )
  .map((frames) => Buffer.concat(frames));
const mutation = fc.record({
  at: fc.nat(),
  take: fc.nat(3),
  put: fc.uint8Array({ maxLength: 3 }),
});

const mutated = (bytes: Buffer, { at, take, put }: { at: number; take: number; put: Uint8Array }) => {
  const place = at % (bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, place), put, bytes.subarray(place + take)]);
};

const cutsOf = (bytes: Buffer, cuts: number[]) =>
  cutAt(bytes, ...cuts.map((cut) => cut % (bytes.length + 1)));

describe('whatever comes', () => {
  it('random bytes never crash the decoder', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (chunks) => {
        checkLimits(outcomeOf(chunks.map((chunk) => Buffer.from(chunk))).windows);
      }),
    );
  });

  it('frames in any order never crash it nor pass a limit', () => {
    fc.assert(
      fc.property(stream, (bytes) => checkLimits(outcomeOf([bytes]).windows)),
      { numRuns: 500 },
    );
  });

  it('frames with bytes changed, lost and added never crash it nor pass a limit', () => {
    fc.assert(
      fc.property(stream, fc.array(mutation, { minLength: 1, maxLength: 3 }), (bytes, mutations) => {
        checkLimits(outcomeOf([mutations.reduce(mutated, bytes)]).windows);
      }),
      { numRuns: 1_000 },
    );
  });

  it('compressed frames with changed insides never crash it nor pass a limit', () => {
    fc.assert(
      fc.property(stream, mutation, (inside, change) => {
        checkLimits(outcomeOf([W(3), rawC(deflateSync(mutated(inside, change)))]).windows);
      }),
      { numRuns: 500 },
    );
  });

  it('the same windows and the same verdict come out however it is cut', () => {
    fc.assert(
      fc.property(stream, mutation, fc.array(fc.nat()), (bytes, change, cuts) => {
        const changed = mutated(bytes, change);
        const whole = outcomeOf([changed]);
        const pieces = outcomeOf(cutsOf(changed, cuts));
        expect({ ...pieces, windows: pieces.windows.map(told) }).toEqual({
          ...whole,
          windows: whole.windows.map(told),
        });
      }),
      { numRuns: 1_000 },
    );
  });
});
