import { inflateSync } from 'node:zlib';
import { messageOf } from '../errors.ts';
import { limitError, placeIn, protocolError } from './errors.ts';
import type { Limits } from './frames.ts';
import { compressedHeader, type Source, uint32 } from './frames.ts';

/** With `info` zlib also hands out its engine, which knows how much of the input it used. */
interface Inflated {
  buffer: Buffer;
  engine: { bytesWritten: number };
}

/**
 * Inflates the C frame at the source's place, which is there whole, into at most `ceiling` bytes: a bomb fails
 * there, before more than that was written. Whole frames at once, for that is several times as fast as a stream.
 */
export function inflateFrame(source: Source, ceiling: number, limits: Limits): Source {
  const length = uint32(source.bytes, source.at + 2);
  const begin = source.at + compressedHeader;
  const stream = source.bytes.subarray(begin, begin + length);
  const { buffer, engine } = inflate(stream, ceiling, source, limits);
  if (engine.bytesWritten !== length)
    throw protocolError(
      `The compressed frame at ${placeIn(source)} has ${length - engine.bytesWritten} bytes behind its zlib stream.`,
    );
  if (buffer.length === 0) throw protocolError(`The compressed frame at ${placeIn(source)} is empty.`);
  return {
    bytes: buffer,
    at: 0,
    end: buffer.length,
    compressed: true,
    streamOffset: source.streamOffset + source.at,
  };
}

function inflate(stream: Buffer, ceiling: number, source: Source, limits: Limits): Inflated {
  const options = {
    maxOutputLength: Math.max(1, ceiling),
    chunkSize: chunkFor(stream.length, ceiling),
    info: true,
  };
  try {
    return inflateSync(stream, options) as unknown as Inflated;
  } catch (error) {
    if (error instanceof RangeError)
      throw limitError(
        `The compressed frame at ${placeIn(source)} inflates too far`,
        'maxInflatedBytes',
        limits,
      );
    throw protocolError(
      `The compressed frame at ${placeIn(source)} is no whole zlib stream (${messageOf(error)}).`,
      { cause: error },
    );
  }
}

/**
 * zlib writes into pieces of this size and joins them if there is more than one, which nearly doubles the cost.
 * Logs shrink to between a fourth and a thirtieth: a piece of so many times what arrived is mostly the only one.
 * A page of it that is never written to takes no memory.
 */
function chunkFor(compressed: number, ceiling: number): number {
  return Math.max(64, Math.min(32 * compressed + 1024, 16 * 2 ** 20, ceiling));
}
