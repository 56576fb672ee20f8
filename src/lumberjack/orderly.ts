import { compressedHeader, jsonHeader, kinds, uint32, versionByte } from './frames.ts';
import { inflateFrame } from './inflate.ts';
import { unlimited } from './payload.ts';

/**
 * Whether a payload may follow a window frame of version 2 as it stands, for any server: J frames alone, bare or in
 * C frames, that count from 1 to `count`. Servers differ in what they acknowledge of a window that counts in another
 * way (its last sequence, or its number of events), and not all of them read D frames.
 */
export function isOrderly(payload: Buffer, count: number): boolean {
  try {
    return countOn(payload, 0, false) === count;
  } catch {
    return false;
  }
}

const version = versionByte(2);

/** The sequence that the frames count on to from the one given, or -1 where there is another frame among them. */
function countOn(bytes: Buffer, from: number, compressed: boolean): number {
  let sequence = from;
  let at = 0;
  while (at < bytes.length && sequence >= 0) {
    if (bytes[at] !== version || bytes.length - at < compressedHeader) return -1;
    const kind = bytes[at + 1];
    if (kind === kinds.json && uint32(bytes, at + 2) === sequence + 1) {
      sequence += 1;
      at += jsonHeader + uint32(bytes, at + 6);
    } else if (kind === kinds.compressed && !compressed) {
      sequence = countOn(inflated(bytes, at), sequence, true);
      at += compressedHeader + uint32(bytes, at + 2);
    } else return -1;
  }
  return at === bytes.length ? sequence : -1;
}

function inflated(bytes: Buffer, at: number): Buffer {
  const source = { bytes, at, end: bytes.length, compressed: false, streamOffset: 0 };
  return inflateFrame(source, unlimited.maxInflatedBytes, unlimited).bytes;
}
