import { crc32 } from 'node:zlib';
import type { Batch, Encoding, JournalRecord, Millis, Origin, Position, Tick } from '../model.ts';

/**
 * A record lies in two places under its position: its header here, and its payload exactly as it was received,
 * so that appending copies no payload and sizes and ages are known without touching one.
 *
 *     0  u8   format, 1
 *     1  u8   what it is: an index into `kinds`
 *     2  u16  bytes of origin
 *     4  u32  CRC-32 of the header without these four bytes, then of the payload
 *     8  f64  receivedAt
 *    16  f64  bytes of all records before this one since the journal was made, trimmed ones included
 *    24  u32  number of events
 *    28  u32  bytes of payload
 *    32  …    origin as JSON
 *
 * Numbers are big-endian. A running size in each record makes the size of any stretch the difference of two.
 */
const FORMAT = 1;
const FIXED = 32;
const kinds = ['tick', 'lumberjack', 'ndjson', 'lines'] as const satisfies ('tick' | Encoding)[];
/** 2109: a wall time beyond it is no time that a record was received at. */
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
    throw new Error('A damaged record is found in a journal, not appended to one.');
  return record.encoding;
}

/** Encodes all but what is known only when the record's turn has come; `sealHeader` adds that. */
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

/** Undefined where the bytes are too few to be a header. */
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
 * Puts a record together again. One whose bytes are not those that were written, for a disk may forget, is returned
 * as a batch that nobody can read: it must not keep those behind it from their readers.
 */
export function decodeRecord(position: Position, header: Buffer, payload: Buffer): JournalRecord {
  return isSound(header, payload) ? recordOf(position, header, payload) : damaged(position, header, payload);
}

function isSound(header: Buffer, payload: Buffer): boolean {
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

/** The record of a header alone: nobody can tell whether it is sound but by what it says. */
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
