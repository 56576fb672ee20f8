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
    const inflated = inflateSync(stream, options) as unknown as Inflated;
    adaptRatio(stream.length, inflated.buffer.length);
    return inflated;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw protocolError(
      `The compressed frame at ${offsetIn(source)} is no whole zlib stream (${messageOf(error)}).`,
      { cause: error },
    );
  }
}

/** A buffer of so many times the input is enough for nearly all logs. */
const MAX_RATIO = 32;
/** Smaller frames say little about large ones, and their buffers are small. */
const MIN_MEASURED = 4096;

/** The expected ratio of a frame's size when inflated to that of its input. A frame beyond it needs a second buffer. */
let expectedRatio = MAX_RATIO;

/** Adapts the expected ratio to a frame. It falls slowly, so that one sender whose logs compress less does not cost the others a second buffer. */
function adaptRatio(compressed: number, inflated: number): void {
  if (compressed < MIN_MEASURED) return;
  expectedRatio = Math.min(MAX_RATIO, Math.max(expectedRatio * 0.98, (1.2 * inflated) / compressed));
}

/**
 * The size of zlib's output buffers. zlib joins them if it needs more than one, which nearly doubles the cost. Pages of a buffer that are never
 * written to take no memory, but the garbage collector counts them: while many windows waited for the disk, buffers of 32 times the
 * input made it mark the whole heap again and again. So a buffer is as large as the frames before let expect.
 */
function chunkFor(compressed: number, limit: number): number {
  return Math.max(64, Math.min(Math.ceil(expectedRatio * compressed) + 1024, 16 * 2 ** 20, limit));
}
