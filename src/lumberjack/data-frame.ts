import { dataHeader, has, type Limits, limitError, offsetIn, type Source, uint32 } from './frames.ts';

/** An event of version 1. */
interface DataFrame {
  sequence: number;
  /** The pairs as a flat JSON object of strings. */
  document: Buffer;
}

/**
 * Reads the D frame at the source's offset and advances behind it. Returns undefined, and does not advance, if the frame
 * is incomplete. `room` is what its window may still have. A D frame does not announce its length: it is known only after its last pair was read.
 */
export function readDataFrame(
  source: Source,
  limits: Limits,
  room = limits.maxInflatedBytes,
): DataFrame | undefined {
  if (!has(source, dataHeader)) return undefined;
  const { bytes, at } = source;
  const pairs = uint32(bytes, at + 6);
  if (pairs > limits.maxPairs)
    throw limitError(`The event at ${offsetIn(source)} announces ${pairs} pairs`, 'maxPairs', limits);
  const strings = locateStrings(source, 2 * pairs, limits.maxEventBytes, limits);
  if (strings === undefined) return undefined;
  const document = asJson(bytes, strings.starts);
  if (document.length > room)
    throw limitError(
      `The window of the event at ${offsetIn(source)} is too large`,
      'maxInflatedBytes',
      limits,
    );
  source.at = strings.end;
  return { sequence: uint32(bytes, at + 2), document };
}

/** Finds the strings of a D frame: the offset of each, behind its length, and the end of the last one. */
function locateStrings(source: Source, count: number, room: number, limits: Limits) {
  const starts: number[] = [];
  let at = source.at + dataHeader;
  let left = room;
  for (let i = 0; i < count; i += 1) {
    if (source.end - at < 4) return undefined;
    const length = uint32(source.bytes, at);
    if (length > left)
      throw limitError(
        `The event at ${offsetIn(source)} has a string of ${length} bytes`,
        'maxEventBytes',
        limits,
      );
    if (source.end - at - 4 < length) return undefined;
    starts.push(at + 4);
    left -= length;
    at += 4 + length;
  }
  return { starts, end: at };
}

/**
 * Senders of version 1 (logstash-forwarder) call the log line `line`. Logstash adds it as `message`, and so do we. The
 * object has no prototype, so that a key `__proto__` is a key like any other.
 */
function asJson(bytes: Buffer, starts: number[]): Buffer {
  const fields: Record<string, string> = Object.create(null);
  for (let i = 0; i < starts.length; i += 2)
    fields[stringAt(bytes, starts[i]!)] = stringAt(bytes, starts[i + 1]!);
  if (fields.line !== undefined && fields.message === undefined) fields.message = fields.line;
  return Buffer.from(JSON.stringify(fields));
}

const stringAt = (bytes: Buffer, start: number): string =>
  bytes.toString('utf8', start, start + uint32(bytes, start - 4));
