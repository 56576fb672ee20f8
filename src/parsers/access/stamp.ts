import type { Millis } from '../../model.ts';
import { dayStart, MINUTE, timeOfDay } from '../timestamp.ts';
import { COLON, SPACE } from './bytes.ts';

const SLASH = 0x2f;
/** Length of `17/May/2015:10:05:03 +0000`. */
export const STAMP = 26;

const months = new Map(
  ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'].map(
    (name, index) => [threeLetters(Buffer.from(name), 0), index + 1] as const,
  ),
);

function twoDigits(bytes: Buffer, at: number): number {
  const tens = bytes[at]! - 0x30;
  const ones = bytes[at + 1]! - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function threeLetters(bytes: Buffer, at: number): number {
  return (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
}

/** Reads `17/May/2015:10:05:03 +0000`; NaN for anything else. */
export function stamp(bytes: Buffer, at: number): Millis {
  const divided = bytes[at + 2] === SLASH && bytes[at + 6] === SLASH && bytes[at + 11] === COLON;
  if (!divided || bytes[at + 14] !== COLON || bytes[at + 17] !== COLON || bytes[at + 20] !== SPACE)
    return Number.NaN;
  const year = twoDigits(bytes, at + 7) * 100 + twoDigits(bytes, at + 9);
  const day = dayStart(year, months.get(threeLetters(bytes, at + 3)) ?? 0, twoDigits(bytes, at));
  const time = timeOfDay(twoDigits(bytes, at + 12), twoDigits(bytes, at + 15), twoDigits(bytes, at + 18));
  const ahead = twoDigits(bytes, at + 22) * 60 * MINUTE + twoDigits(bytes, at + 24) * MINUTE;
  const sign = bytes[at + 21];
  if (sign === 0x2b) return day + time - ahead;
  return sign === 0x2d ? day + time + ahead : Number.NaN;
}
