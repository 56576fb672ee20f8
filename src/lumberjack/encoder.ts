import { deflateSync } from 'node:zlib';
import {
  ackLength,
  compressedHeader,
  dataHeader,
  isVersion,
  jsonHeader,
  kinds,
  protocolError,
  uint32,
  type Version,
  versionByte,
  versionOne,
  windowHeader,
} from './frames.ts';

interface EncodeOptions {
  /** Default 2. In version 1 each document is a flat JSON object, sent as the pairs of a D frame. */
  version?: Version;
  /** 0 sends bare frames; 1 to 9 are zlib's levels. Default 3, as in Filebeat. */
  compressionLevel?: number;
  /** Sequence number of the first event. Default 1, as in Filebeat. It wraps after 2^32 - 1. */
  firstSequence?: number;
  /** Number of events in a C frame. Default: all. */
  framesPerCompressed?: number;
}

/** Encodes a sender window: a W frame and its events. */
export function encodeWindow(documents: readonly (Buffer | string)[], options: EncodeOptions = {}): Buffer {
  const { version = 2, compressionLevel = 3, firstSequence = 1 } = options;
  const frames = { version, firstSequence };
  if (compressionLevel === 0 || documents.length === 0)
    return Buffer.concat([encodeWindowHeader(version, documents.length), encodeFrames(documents, frames)]);
  const parts = [encodeWindowHeader(version, documents.length)];
  const perFrame = Math.max(1, options.framesPerCompressed ?? documents.length);
  for (let i = 0; i < documents.length; i += perFrame) {
    const inside = encodeFrames(documents.slice(i, i + perFrame), {
      version,
      firstSequence: firstSequence + i,
    });
    parts.push(encodeCompressed(inside, version, compressionLevel));
  }
  return Buffer.concat(parts);
}

/** A W frame. */
export const encodeWindowHeader = (version: Version, count: number): Buffer =>
  encodeHeader(version, kinds.window, count, windowHeader);

/** An A frame. Sequence 0 is a heartbeat: it acknowledges nothing and keeps the sender from timing out. */
export const encodeAck = (version: Version, sequence: number): Buffer =>
  encodeHeader(version, kinds.ack, sequence, ackLength);

/** A C frame around whole frames. */
export function encodeCompressed(frames: Buffer, version: Version = 2, level = 3): Buffer {
  const stream = deflateSync(frames, { level });
  return Buffer.concat([encodeHeader(version, kinds.compressed, stream.length, compressedHeader), stream]);
}

/** Bare J frames (D in version 1), one a document. */
export function encodeFrames(
  documents: readonly (Buffer | string)[],
  { version, firstSequence }: { version: Version; firstSequence: number },
): Buffer {
  if (version === 1)
    return Buffer.concat(documents.map((document, i) => encodeData(document, firstSequence + i)));
  const bodies = documents.map((document) =>
    typeof document === 'string' ? Buffer.from(document) : document,
  );
  const frames = Buffer.allocUnsafe(bodies.reduce((sum, body) => sum + jsonHeader + body.length, 0));
  let at = 0;
  bodies.forEach((body, i) => {
    writeHeader(frames, at, version, kinds.json, firstSequence + i);
    frames.writeUInt32BE(body.length, at + 6);
    body.copy(frames, at + jsonHeader);
    at += jsonHeader + body.length;
  });
  return frames;
}

/** A D frame. Values that are not strings are sent as JSON text. */
function encodeData(document: Buffer | string, sequence: number): Buffer {
  const pairs = Object.entries(JSON.parse(document.toString()) as Record<string, unknown>);
  const header = Buffer.alloc(dataHeader);
  writeHeader(header, 0, 1, kinds.data, sequence);
  header.writeUInt32BE(pairs.length, 6);
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return Buffer.concat([header, ...pairs.flat().flatMap((value) => encodeString(text(value)))]);
}

function encodeString(text: string): [length: Buffer, bytes: Buffer] {
  const length = Buffer.alloc(4);
  const bytes = Buffer.from(text);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}

function encodeHeader(version: Version, kind: number, number: number, length: number): Buffer {
  const header = Buffer.allocUnsafe(length);
  writeHeader(header, 0, version, kind, number);
  return header;
}

/** The shift keeps the low 32 bits of a sequence number, which wraps. */
function writeHeader(bytes: Buffer, at: number, version: Version, kind: number, number: number): void {
  bytes[at] = versionByte(version);
  bytes[at + 1] = kind;
  bytes.writeUInt32BE(number >>> 0, at + 2);
}

export interface Ack {
  version: Version;
  /** Sequence number of the last event that the server has stored; 0 is a heartbeat. */
  sequence: number;
}

/** Decodes what a server answers, on the sender's side. Throws `LUMBERJACK_PROTOCOL`; an error is final. */
export class AckDecoder {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Ack[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const acks: Ack[] = [];
    let at = 0;
    for (; bytes.length - at >= ackLength; at += ackLength) acks.push(readAck(bytes, at));
    this.#rest = Buffer.from(bytes.subarray(at));
    return acks;
  }
}

function readAck(bytes: Buffer, at: number): Ack {
  if (!isVersion(bytes[at]!) || bytes[at + 1] !== kinds.ack)
    throw protocolError(
      `The server sent ${bytes.toString('hex', at, at + ackLength)} where an ACK should be. Is it a Lumberjack server?`,
    );
  return { version: bytes[at] === versionOne ? 1 : 2, sequence: uint32(bytes, at + 2) };
}
