import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * The beginning of a file, by which it is recognised under another name: SHA-256 over its first `length` bytes, 1,024 at the
 * most. A shorter file has a shorter fingerprint, which grows with it. A compressed file's bytes are those inside.
 * No setting changes it: an identity that did would make everything be read again.
 */
export interface Fingerprint {
  length: number;
  hash: string;
  /** CRC-32 of the same bytes, to find candidates with. */
  crc: number;
}

/** The bytes before the position, 256 at the most: whoever replaces a file's content changes them. */
export interface Tail {
  length: number;
  crc: number;
}

export const headLength = 1024;
export const tailLength = 256;
export const noTail: Tail = { length: 0, crc: 0 };

export function fingerprintOf(head: Buffer): Fingerprint {
  const bytes = head.subarray(0, headLength);
  return { length: bytes.length, crc: crc32(bytes), hash: hash('sha256', bytes, 'hex') };
}

/** Whether a file that begins with `head` may be the one with the fingerprint. An empty fingerprint fits everything. */
export function fits({ length, hash: known, crc }: Fingerprint, head: Buffer): boolean {
  if (length === 0) return true;
  if (head.length < length || crc32(head.subarray(0, length)) !== crc) return false;
  return fingerprintOf(head.subarray(0, length)).hash === known;
}

/** The tail of what was read up to the end of `bytes`. */
export function tailOf(bytes: Buffer): Tail {
  const last = bytes.subarray(Math.max(0, bytes.length - tailLength));
  return { length: last.length, crc: crc32(last) };
}

export const isTail = ({ length, crc }: Tail, bytes: Buffer): boolean =>
  bytes.length === length && (length === 0 || crc32(bytes) === crc);
