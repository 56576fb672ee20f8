import { inflateSync } from 'node:zlib';
import { messageOf } from '../errors.ts';
import type { Limits } from './frames.ts';
import { compressedHeader, limitError, offsetIn, protocolError, type Source, uint32 } from './frames.ts';

/** With `info`, zlib also returns its engine, which holds how much of the input it consumed. */
interface Inflated {
  buffer: Buffer;
  engine: { bytesWritten: number };
}

/**
 * Inflates the C frame at the source's offset, which was received completely, into at most `limit` bytes: a zlib bomb
 * fails before more is written. It inflates a whole frame at once, which is several times as fast as a stream. Throws
 * `LUMBERJACK_PROTOCOL` or `LUMBERJACK_LIMIT`.
 */
export function inflateFrame(source: Source, limit: number, limits: Limits): Source {
  const content = inflateUpTo(source, limit);
  if (content === undefined)
    throw limitError(
      `The compressed frame at ${offsetIn(source)} inflates too far`,
      'maxInflatedBytes',
      limits,
    );
  return content;
}

/** The size of the largest C frame that is inflated whole. */
export const LARGEST_WHOLE = 4 * 2 ** 20;
/** How far a frame may inflate to be inflated whole. */
const MOST_INFLATED = 16 * 2 ** 20;

/** As `inflateFrame`, but returns undefined for a frame that is to be inflated as a stream. */
export function inflateWhole(source: Source, room: number, limits: Limits): Source | undefined {
  return room <= MOST_INFLATED ? inflateFrame(source, room, limits) : inflateUpTo(source, MOST_INFLATED);
}

/** Returns undefined for a frame that inflates to more than `limit` bytes. */
function inflateUpTo(source: Source, limit: number): Source | undefined {
  const length = uint32(source.bytes, source.at + 2);
  const begin = source.at + compressedHeader;
  const stream = source.bytes.subarray(begin, begin + length);
  const inflated = inflate(stream, limit, source);
  if (inflated === undefined) return undefined;
  const { buffer, engine } = inflated;
  if (engine.bytesWritten !== length)
    throw protocolError(
      `The compressed frame at ${offsetIn(source)} has ${length - engine.bytesWritten} bytes behind its zlib stream.`,
    );
  if (buffer.length === 0) throw protocolError(`The compressed frame at ${offsetIn(source)} is empty.`);
  return {
    bytes: buffer,
    at: 0,
    end: buffer.length,
    compressed: true,
    streamOffset: source.streamOffset + source.at,
  };
}

function inflate(stream: Buffer, limit: number, source: Source): Inflated | undefined {
  const options = {
    maxOutputLength: Math.max(1, limit),
    chunkSize: chunkFor(stream.length, limit),
    info: true,
  };
  try {
    return inflateSync(stream, options) as unknown as Inflated;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw protocolError(
      `The compressed frame at ${offsetIn(source)} is no whole zlib stream (${messageOf(error)}).`,
      { cause: error },
    );
  }
}

/**
 * The size of zlib's output buffers. zlib joins them if it needs more than one, which nearly doubles the cost. Logs are
 * compressed to between a fourth and a thirtieth, so one buffer of 32 times the input is mostly enough. Pages of it that
 * are never written to take no memory.
 */
function chunkFor(compressed: number, limit: number): number {
  return Math.max(64, Math.min(32 * compressed + 1024, 16 * 2 ** 20, limit));
}
