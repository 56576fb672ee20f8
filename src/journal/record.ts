import { crc32 } from 'node:zlib';
import { LineWrapper } from '../events/index.ts';
import { readPayload } from '../lumberjack/payload.ts';
import type { Batch, Encoding, EventBlock, JournalRecord, Millis, Origin, Position, Tick } from '../model.ts';
import { releaseBuffer } from '../util/release-buffer.ts';

/**
 * A record has two entries under its position: the header described here, in the database `headers`, and the payload
 * exactly as it was received, in `payloads`. So an append copies no payload, and sizes and ages are known without reading
 * one.
 *
 *     0  u8   format, 1
 *     1  u8   kind: an index into `kinds`
 *     2  u16  length of the origin in bytes
 *     4  u32  CRC-32 of the header without these four bytes, followed by the payload
 *     8  f64  receivedAt, in milliseconds since the epoch
 *    16  f64  bytes of all records before this one since the journal was created, trimmed ones included
 *    24  u32  number of events
 *    28  u32  length of the payload in bytes
 *    32  …    origin as JSON; empty for a tick
 *
 * Numbers are big-endian. The size of any range of records is the difference of two running sizes.
 */
const FORMAT = 1;
const FIXED = 32;
const kinds = ['tick', 'lumberjack', 'ndjson', 'lines'] as const satisfies ('tick' | Encoding)[];
/** May 2109. A later receipt time in a damaged header is taken for garbage. */
const LAST_TIME = 2 ** 42;

export interface Header {
  kind: (typeof kinds)[number];
  receivedAt: Millis;
  /** Bytes of all records before this one. */
  before: number;
  /** Bytes of this record: header and payload. */
  size: number;
  count: number;
  payloadBytes: number;
}

const NO_BYTES = Buffer.alloc(0);

export const payloadOf = (record: Batch | Tick): Buffer =>
  record.kind === 'tick' ? NO_BYTES : record.payload;

function kindOf(record: Batch | Tick): Header['kind'] {
  if (record.kind === 'tick') return 'tick';
  if (record.encoding === 'damaged')
    throw new Error('A damaged record is only found in a journal; it cannot be appended.');
  return record.encoding;
}

/** Encodes a header without its running size and checksum. `sealHeader` adds both once the record's position is known. */
export function encodeHeader(record: Batch | Tick): Buffer {
  const origin = record.kind === 'tick' ? NO_BYTES : Buffer.from(JSON.stringify(record.origin));
  const header = Buffer.alloc(FIXED + origin.length);
  header[0] = FORMAT;
  header[1] = kinds.indexOf(kindOf(record));
  header.writeUInt16BE(origin.length, 2);
  header.writeDoubleBE(record.receivedAt, 8);
  header.writeUInt32BE(record.kind === 'tick' ? 0 : record.count, 24);
  header.writeUInt32BE(payloadOf(record).length, 28);
  header.set(origin, FIXED);
  return header;
}

export function sealHeader(header: Buffer, before: number, payload: Buffer): void {
  header.writeDoubleBE(before, 16);
  header.writeUInt32BE(checksum(header, payload), 4);
}

const checksum = (header: Buffer, payload: Buffer) =>
  crc32(payload, crc32(header.subarray(8), crc32(header.subarray(0, 4))));

/** Returns undefined if there are too few bytes for a header. Checks nothing else. */
export function decodeHeader(header: Buffer): Header | undefined {
  if (header.length < FIXED) return undefined;
  const payloadBytes = header.readUInt32BE(28);
  return {
    kind: kinds[header[1]!] ?? 'tick',
    receivedAt: header.readDoubleBE(8),
    before: header.readDoubleBE(16),
    size: header.length + payloadBytes,
    count: header.readUInt32BE(24),
    payloadBytes,
  };
}

/**
 * Decodes a record. If the checksum does not match, because the disk lost or changed bytes, it returns a batch with the
 * encoding `damaged`: one damaged record must not keep readers from those that follow.
 */
export function decodeRecord(position: Position, header: Buffer, payload: Buffer): JournalRecord {
  return isIntact(header, payload) ? recordOf(position, header, payload) : damaged(position, header, payload);
}

function isIntact(header: Buffer, payload: Buffer): boolean {
  return (
    header.length >= FIXED && header[0] === FORMAT && header.readUInt32BE(4) === checksum(header, payload)
  );
}

function damaged(position: Position, header: Buffer, payload: Buffer): JournalRecord {
  const { receivedAt = 0, count = 0 } = decodeHeader(header) ?? {};
  return {
    kind: 'events',
    origin: { input: 'journal', connection: '', address: '' },
    receivedAt: receivedAt > 0 && receivedAt < LAST_TIME ? receivedAt : 0,
    encoding: 'damaged',
    count,
    payload,
    position,
  };
}

/** Decodes a header alone, with an empty payload. The checksum cannot be verified without the payload. */
export function decodeWithoutPayload(position: Position, header: Buffer): JournalRecord {
  try {
    return recordOf(position, header, NO_BYTES);
  } catch {
    return damaged(position, header, NO_BYTES);
  }
}

function recordOf(position: Position, header: Buffer, payload: Buffer): JournalRecord {
  const { kind, receivedAt, count } = decodeHeader(header)!;
  if (kind === 'tick') return { kind, receivedAt, position };
  const origin = JSON.parse(header.toString('utf8', FIXED)) as Origin;
  return { kind: 'events', origin, receivedAt, encoding: kind, count, payload, position };
}

/** Decodes the events of a batch. Throws if the batch is damaged or its payload is not in its encoding. */
export function openPayload(batch: Batch): EventBlock {
  switch (batch.encoding) {
    case 'lumberjack':
      return readPayload(batch.payload);
    case 'ndjson':
      return splitLines(batch.payload);
    case 'lines':
      return new LineWrapper().wrap(batch.payload);
    case 'damaged':
      throw new Error('its record in the journal is damaged: the checksum does not match the bytes');
  }
}

/** Releases the memory of a batch's events, which nobody may use any more. The payload stays. */
export function closePayload({ payload }: Batch, { bytes }: EventBlock): void {
  if (bytes.buffer !== payload.buffer) releaseBuffer(bytes);
}

/** NDJSON: one document in each line. Empty lines are skipped. */
export function splitLines(bytes: Buffer): EventBlock {
  const spans: number[] = [];
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(10, start);
    const end = newline === -1 ? bytes.length : newline;
    if (end > start) spans.push(start, end);
    start = end + 1;
  }
  return { bytes, spans: Uint32Array.from(spans), count: spans.length / 2 };
}
