import { limitError, offsetIn, protocolError } from './errors.ts';
import { compressedHeader, type Limits, type Source, uint32 } from './frames.ts';

/** No known sender puts windows inside C frames. It is allowed, up to a limit, since each window costs an object. */
const MOST_WINDOWS_IN_COMPRESSED = 1_024;

/** Of one C frame: the windows that began inside it, and the events that they announced. */
export interface CompressedTotals {
  windows: number;
  events: number;
}

/**
 * Checks the W frame at the source's offset. A window may not begin within another. Logstash delivers the part that arrived
 * and continues; but then the ACK of one window can be taken for that of the other. No real sender does this, so it is a
 * protocol error. `missing` is the number of events that the window before lacks; undefined if there is none.
 */
export function checkWindow(
  source: Source,
  missing: number | undefined,
  totals: CompressedTotals,
  limits: Limits,
): void {
  const count = uint32(source.bytes, source.at + 2);
  if (missing !== undefined)
    throw protocolError(
      `A window begins at ${offsetIn(source)}, but ${missing} events of the one before are missing.`,
    );
  const what = `The window at ${offsetIn(source)} announces ${count} events`;
  if (count > limits.maxWindowEvents) throw limitError(what, 'maxWindowEvents', limits);
  if (!source.compressed) return;
  totals.windows += 1;
  totals.events += count;
  if (totals.events > limits.maxWindowEvents)
    throw limitError(`${what}; its compressed frame has too many`, 'maxWindowEvents', limits);
  if (totals.windows > MOST_WINDOWS_IN_COMPRESSED)
    throw protocolError(
      `${what} and is one of more than ${MOST_WINDOWS_IN_COMPRESSED} in a compressed frame.`,
    );
}

/** Length of the C frame at the source's offset. Throws if it exceeds a limit. `received` are the window's bytes before it. */
export function compressedLength(source: Source, received: number, limits: Limits): number {
  const length = uint32(source.bytes, source.at + 2);
  const what = `The compressed frame at ${offsetIn(source)} announces ${length} bytes`;
  if (source.compressed) throw protocolError(`${what} inside another one; compressed frames are not nested.`);
  if (length > limits.maxCompressedBytes) throw limitError(what, 'maxCompressedBytes', limits);
  // C frames may be almost empty, so the received bytes of a window have the same limit.
  if (received + length > limits.maxInflatedBytes)
    throw limitError(`${what} and makes its window too large`, 'maxInflatedBytes', limits);
  return compressedHeader + length;
}

/** Throws if the content of a C frame ends within a frame. */
export function requireWhole(source: Source): void {
  if (source.at < source.end) throw protocolError(`A frame is cut off at ${offsetIn(source)}.`);
}
