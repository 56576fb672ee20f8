/**
 * The frames of the Lumberjack protocol. Integers are unsigned, 32 bits, big-endian. The first byte of a frame is its
 * version (ASCII `1` or `2`), the second its kind:
 *
 *     W  window      version W count                                             6 bytes
 *     D  data        version D sequence pairs {length key length value} × pairs  10 bytes, then the pairs
 *     J  JSON        version J sequence length document                          10 bytes, then the document
 *     C  compressed  version C length stream                                     6 bytes, then one zlib stream
 *     A  ACK         version A sequence                                          6 bytes; the only frame that a server sends
 *
 * A sender window is a W frame followed by `count` events, as D, J or C frames; a C frame contains whole frames. The ACK
 * carries the sequence number of the last event that is safe. Sequence numbers wrap after 2^32 - 1. An ACK 0 is a
 * heartbeat. An ACK has the version of its window.
 *
 * D belongs to version 1 and J to version 2. Some senders mix the version bytes, and the kind alone determines the layout,
 * so each kind is read under either version.
 *
 * Sources: PROTOCOL.md of logstash-plugins/logstash-input-beats (both versions) and the parser of that plugin; for what
 * it leaves open (JSON frames, ACKs, heartbeats), elastic/go-lumber: `protocol/v2`, `server/v2` and `client/v2`.
 */

export type Version = 1 | 2;

export const kinds = { window: 0x57, data: 0x44, json: 0x4a, compressed: 0x43, ack: 0x41 } as const;

export const windowHeader = 6;
export const compressedHeader = 6;
export const jsonHeader = 10;
export const dataHeader = 10;
export const ackLength = 6;

/** ASCII `1`. Version 2 is the next byte. */
export const versionOne = 0x31;
export const versionByte = (version: Version): number => versionOne + version - 1;

export const isVersion = (byte: number): boolean => byte === versionOne || byte === versionOne + 1;

/** Reads an unsigned big-endian integer. Four byte reads are several times faster than `readUInt32BE` with its range checks. */
export function uint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** Bytes to read frames from: those received on a connection so far, or an inflated C frame. */
export interface Source {
  readonly bytes: Buffer;
  /** Offset in `bytes` of the next frame. */
  at: number;
  /** Offset in `bytes` behind the last byte received. */
  readonly end: number;
  /** Whether the bytes are the content of a C frame. Then they are complete, and no C frame may be among them. */
  readonly compressed: boolean;
  /** Offset in the sender's stream of `bytes[0]`, or of the C frame that contains these bytes. For error messages. */
  readonly streamOffset: number;
}

/** Whether `length` more bytes were received. */
export const has = (source: Source, length: number): boolean => source.end - source.at >= length;

/** Limits on what a peer may send. Each is checked before memory is allocated for what a frame announces. */
export interface Limits {
  /** Events announced by a window frame. Filebeat sends 2,048 by default, and all it has with `bulk_max_size: 0`. */
  maxWindowEvents: number;
  /**
   * Bytes of the document of a J frame, or of the keys and values of a D frame. Filebeat cuts a line at 10 MiB, and its
   * escapes in JSON take up to six times that. A larger J frame is cut, a larger D frame is refused.
   */
  maxEventBytes: number;
  /** Bytes of one C frame as it is on the wire. */
  maxCompressedBytes: number;
  /** Bytes of one window after inflating all its C frames. Memory does not depend on it: large windows come in parts. */
  maxInflatedBytes: number;
  /** Key-value pairs of one D frame. */
  maxPairs: number;
}

export const defaultLimits: Readonly<Limits> = {
  maxWindowEvents: 131_072,
  maxEventBytes: 64 * 2 ** 20,
  maxCompressedBytes: 2 ** 30,
  maxInflatedBytes: 4 * 2 ** 30,
  maxPairs: 1_000,
};
