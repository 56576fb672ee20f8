/**
 * The frames of Lumberjack. Integers are unsigned, 32 bits, big-endian. The first byte of a frame is its version
 * (ASCII `1` or `2`), the second its kind:
 *
 *     W  window      version W count                                            6 bytes
 *     D  data        version D sequence pairs {length key length value} × pairs 10 bytes, then the pairs
 *     J  JSON        version J sequence length document                         10 bytes, then the document
 *     C  compressed  version C length stream                                    6 bytes, then one zlib stream
 *     A  ack         version A sequence                                         6 bytes, the only one that we send
 *
 * D belongs to version 1 and J to version 2, but the kind alone says how a frame is laid out and there are senders
 * that mix the version bytes, so each kind is read under either version. An ACK answers in its window's version.
 */

export type Version = 1 | 2;

export const kinds = { window: 0x57, data: 0x44, json: 0x4a, compressed: 0x43, ack: 0x41 } as const;

export const windowHeader = 6;
export const compressedHeader = 6;
export const jsonHeader = 10;
export const dataHeader = 10;
export const ackLength = 6;

/** The version byte of version 1; that of version 2 follows it. */
export const versionOne = 0x31;
export const versionByte = (version: Version): number => versionOne + version - 1;

export const isVersion = (byte: number): boolean => byte === versionOne || byte === versionOne + 1;

/** The integer at `at`. Four byte reads are several times cheaper than `readUInt32BE` and its range checks. */
export function uint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** Bytes that frames are read from: what a connection has received so far, or an inflated C frame. */
export interface Source {
  readonly bytes: Buffer;
  /** Where the next frame begins; everything before it was read. */
  at: number;
  /** Where the bytes end that are there. */
  readonly end: number;
  /** Whether these bytes are the inside of a C frame: then no more of them will come, and no C may be among them. */
  readonly compressed: boolean;
  /** Place in the sender's stream of `bytes[0]`, or of the C frame that these bytes came in. */
  readonly streamOffset: number;
}

/** Whether `length` more bytes are there. */
export const has = (source: Source, length: number): boolean => source.end - source.at >= length;

/** What a peer may ask for at the most. Each is checked before a byte of it is believed or allocated. */
export interface Limits {
  /** Events announced by a window frame. Filebeat sends 2,048 by default, all it has with `bulk_max_size: 0`. */
  maxWindowEvents: number;
  /** Bytes of one J payload, or of one D frame's keys and values. */
  maxEventBytes: number;
  /** Bytes of one C frame as it is on the wire. */
  maxCompressedBytes: number;
  /** Bytes of one window after inflating all its C frames: the ceiling on a zlib bomb. */
  maxInflatedBytes: number;
  /** Key-value pairs of one D frame. */
  maxPairs: number;
}

export const defaultLimits: Readonly<Limits> = {
  maxWindowEvents: 131_072,
  maxEventBytes: 10 * 2 ** 20,
  maxCompressedBytes: 64 * 2 ** 20,
  maxInflatedBytes: 128 * 2 ** 20,
  maxPairs: 1_000,
};
