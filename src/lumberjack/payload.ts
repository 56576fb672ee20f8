import { constants } from 'node:buffer';
import type { EventBlock } from '../model.ts';
import { BlockBuilder } from './block-builder.ts';
import {
  compressedHeader,
  dataHeader,
  has,
  jsonHeader,
  kinds,
  type Limits,
  limitError,
  nextKind,
  offsetIn,
  protocolError,
  type Source,
  uint32,
  versionByte,
} from './frames.ts';
import { inflateFrame } from './inflate.ts';

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

/** Records of the journal were checked when they were received, under limits that may have been lowered since. */
const unlimited: Limits = {
  maxWindowEvents: Number.MAX_SAFE_INTEGER,
  maxEventBytes: constants.MAX_LENGTH,
  maxCompressedBytes: constants.MAX_LENGTH,
  maxInflatedBytes: constants.MAX_LENGTH,
  maxPairs: Number.MAX_SAFE_INTEGER,
};

/**
 * Decodes the payload of a batch with the encoding `lumberjack`: C, J and D frames without their window frame. The block
 * may share the payload's memory. Throws `LUMBERJACK_PROTOCOL` if the bytes are not such a payload.
 */
export function readPayload(payload: Buffer): EventBlock {
  const builder = new BlockBuilder(unlimited.maxWindowEvents, unlimited);
  const source = { bytes: payload, at: 0, end: payload.length, start: 0, compressed: false, streamOffset: 0 };
  readFrames(source, builder);
  return builder.build(payload);
}

function readFrames(source: Source, builder: BlockBuilder): void {
  while (source.at < source.end)
    if (!readFrame(source, builder))
      throw protocolError(`The payload has no complete frame at ${offsetIn(source)}.`);
}

function readFrame(source: Source, builder: BlockBuilder): boolean {
  switch (nextKind(source)) {
    case kinds.json:
      return builder.takeJson(source);
    case kinds.data: {
      const frame = readDataFrame(source, unlimited);
      if (frame) builder.takeDocument(frame.document, frame.sequence);
      return frame !== undefined;
    }
    case kinds.compressed:
      return readCompressed(source, builder);
    default:
      return false;
  }
}

function readCompressed(source: Source, builder: BlockBuilder): boolean {
  if (source.compressed || !has(source, compressedHeader)) return false;
  const length = compressedHeader + uint32(source.bytes, source.at + 2);
  if (!has(source, length)) return false;
  readFrames(inflateFrame(source, unlimited.maxInflatedBytes, unlimited), builder);
  source.at += length;
  return true;
}

/**
 * Whether a payload may follow a window frame of version 2 as it stands, for any server: it has J frames only, bare or in
 * C frames, with the sequence numbers 1 to `count`. For other windows servers differ in what they acknowledge (the last
 * sequence number, or the number of events), and not all servers read D frames.
 */
export function countsFromOne(payload: Buffer, count: number): boolean {
  try {
    return lastSequence(payload, 0, false) === count;
  } catch {
    return false;
  }
}

const version = versionByte(2);

/** The last sequence number if the frames count on from `from` without gaps; -1 if they do not, or if there are other frames. */
function lastSequence(bytes: Buffer, from: number, compressed: boolean): number {
  let sequence = from;
  let at = 0;
  while (at < bytes.length && sequence >= 0) {
    if (bytes[at] !== version || bytes.length - at < compressedHeader) return -1;
    const kind = bytes[at + 1];
    if (kind === kinds.json && uint32(bytes, at + 2) === sequence + 1) {
      sequence += 1;
      at += jsonHeader + uint32(bytes, at + 6);
    } else if (kind === kinds.compressed && !compressed) {
      sequence = lastSequence(inflated(bytes, at), sequence, true);
      at += compressedHeader + uint32(bytes, at + 2);
    } else return -1;
  }
  return at === bytes.length ? sequence : -1;
}

function inflated(bytes: Buffer, at: number): Buffer {
  const source = { bytes, at, end: bytes.length, compressed: false, streamOffset: 0 };
  return inflateFrame(source, unlimited.maxInflatedBytes, unlimited).bytes;
}
