import { LogboomError } from '../errors.ts';
import { sizeText } from '../util/text.ts';

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

/** The offset of the next frame, in words, so that an operator can find it in a capture of the connection. */
export function offsetIn(source: Source): string {
  return source.compressed
    ? `byte ${source.at} inside the compressed frame at byte ${source.streamOffset} of the stream`
    : `byte ${source.streamOffset + source.at} of the stream`;
}

export const protocolError = (what: string, options?: ErrorOptions): LogboomError =>
  new LogboomError('LUMBERJACK_PROTOCOL', what, options);

export const outsideWindow = (source: Source): LogboomError =>
  protocolError(
    `The event at ${offsetIn(source)} is outside a window: none was announced, or more events came than were.`,
  );

export const unknownKind = (source: Source, kind: number): LogboomError =>
  protocolError(
    `The frame at ${offsetIn(source)} is of kind 0x${kind.toString(16)}; a sender sends W, J, D and C.`,
  );

/** The error for an exceeded limit. It names the setting, so that an operator who trusts the sender can raise it. */
export function limitError(what: string, limit: keyof Limits, limits: Limits): LogboomError {
  const most = limit.endsWith('Bytes') ? sizeText(limits[limit]) : String(limits[limit]);
  const remedy =
    limit === 'maxEventBytes' || limit === 'maxPairs'
      ? 'Raise the limit if the sender is trusted.'
      : 'Lower bulk_max_size at the sender, or raise the limit if the sender is trusted.';
  return new LogboomError(
    'LUMBERJACK_LIMIT',
    `${what}; at most ${most} is accepted (limits.${limit}). ${remedy}`,
  );
}

/**
 * Returns the kind of the next frame; undefined if its first two bytes were not received yet. Throws for a wrong version
 * byte: the stream has no marker to resynchronise on, so reading on would invent frames.
 */
export function nextKind(source: Source): number | undefined {
  if (!has(source, 1)) return undefined;
  if (!isVersion(source.bytes[source.at]!)) throw notLumberjack(source);
  return has(source, 2) ? source.bytes[source.at + 1] : undefined;
}

function notLumberjack(source: Source): LogboomError {
  const found = source.bytes.subarray(source.at, Math.min(source.at + 8, source.end));
  const first = source.streamOffset + source.at === 0;
  return protocolError(
    `No Lumberjack frame begins at ${offsetIn(source)}: found ${found.toString('hex')}, expected 31 or 32 first.` +
      (first ? remedyFor(found) : ''),
  );
}

const httpMethods = /^(GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|CONNECT|PRI) /;

/** The remedy for usual mistakes, recognised by the first bytes of a connection. Bytes of the peer never enter the text. */
function remedyFor(opening: Buffer): string {
  if (httpMethods.test(opening.toString('latin1')))
    return ' This is HTTP: ship with output.logstash, for neither output.elasticsearch nor a browser speaks Lumberjack.';
  if (opening[0] === 0x16 && (opening.length === 1 || opening[1] === 0x03))
    return ' This is TLS: set ssl_enabled with a certificate here, or turn ssl off in the sender’s output.logstash.';
  if (/^(PROXY |\r\n\r\n\0\r\nQ)/.test(opening.toString('latin1')))
    return ' This is a header of the PROXY protocol: set proxy_protocol here, or turn it off in the load balancer.';
  return '';
}

/** No known sender puts windows inside C frames. It is allowed, up to a limit, since each window costs an object. */
const MOST_WINDOWS_IN_COMPRESSED = 1_024;

/** Of one C frame: the windows that began inside it, and the events that they announced. */
interface CompressedTotals {
  windows: number;
  events: number;
}

/**
 * Reads and checks the W frame at the source's offset. A window may not begin within another. Logstash delivers the part that arrived
 * and continues; but then the ACK of one window can be taken for that of the other. No real sender does this, so it is a
 * protocol error. `missing` is the number of events that the window before lacks; undefined if there is none.
 */
export function readWindowHeader(
  source: Source,
  missing: number | undefined,
  totals: CompressedTotals,
  limits: Limits,
): { version: Version; count: number } {
  const version = source.bytes[source.at] === versionOne ? 1 : 2;
  const count = uint32(source.bytes, source.at + 2);
  if (missing !== undefined)
    throw protocolError(
      `A window begins at ${offsetIn(source)}, but ${missing} events of the one before are missing.`,
    );
  const what = `The window at ${offsetIn(source)} announces ${count} events`;
  if (count > limits.maxWindowEvents) throw limitError(what, 'maxWindowEvents', limits);
  if (source.compressed) countInside(count, what, totals, limits);
  return { version, count };
}

function countInside(count: number, what: string, totals: CompressedTotals, limits: Limits): void {
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
