import { type ByteWriter, Constant } from '../events/index.ts';
import type { Millis } from '../model.ts';
import { formatTime } from './event-time.ts';

const DAY = 86_400_000;
const ZERO = 0x30;
const FIVE = 0x35;
const DASH = 0x2d;
const DOT = 0x2e;
const COLON = 0x3a;
const UPPER_T = 0x54;
const UPPER_Z = 0x5a;

/** Length of `2026-11-21T05:40:07`. */
const WHOLE_SECONDS = 19;
const MOST_DIGITS = 9;

let lastDay = Number.NaN;
/** `2026-11-21T` */
let lastDate = new Constant('');

/** Writes a time like `toISOString`. The date of the last call is cached. */
export function writeTime(out: ByteWriter, time: Millis): void {
  const day = Math.floor(time / DAY);
  if (day !== lastDay) {
    lastDate = new Constant(formatTime(time).slice(0, -13));
    lastDay = day;
  }
  const millis = time - day * DAY;
  const seconds = (millis / 1000) | 0;
  const minutes = (seconds / 60) | 0;
  out.constant(lastDate);
  pair(out, (minutes / 60) | 0);
  out.byte(COLON);
  pair(out, minutes % 60);
  out.byte(COLON);
  pair(out, seconds % 60);
  out.byte(DOT);
  const rest = (millis % 1000) | 0;
  out.byte(ZERO + ((rest / 100) | 0));
  pair(out, rest % 100);
  out.byte(UPPER_Z);
}

function pair(out: ByteWriter, value: number): void {
  const tens = (value / 10) | 0;
  out.byte(ZERO + tens);
  out.byte(ZERO + value - tens * 10);
}

/** Whether a text is a time that Elasticsearch's default date format reads for certain: `2026-11-21T05:40:07.490Z`. */
export function isPlainTime(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length <= WHOLE_SECONDS || bytes[end - 1] !== UPPER_Z) return false;
  for (let i = 0; i < WHOLE_SECONDS; i += 1) {
    const divider = dividers[i]!;
    if (divider === 0 ? !isDigit(bytes[start + i]!) : bytes[start + i] !== divider) return false;
  }
  // A leap second, which Elasticsearch does not read.
  if (bytes[start + 17]! > FIVE) return false;
  const fraction = length - WHOLE_SECONDS - 2;
  if (fraction === -1) return true;
  if (bytes[start + WHOLE_SECONDS] !== DOT || fraction < 1 || fraction > MOST_DIGITS) return false;
  for (let at = start + WHOLE_SECONDS + 1; at < end - 1; at += 1) if (!isDigit(bytes[at]!)) return false;
  return true;
}

/** 0 where a digit has to be. */
const dividers = [0, 0, 0, 0, DASH, 0, 0, DASH, 0, 0, UPPER_T, 0, 0, COLON, 0, 0, COLON, 0, 0];

const isDigit = (byte: number) => byte >= ZERO && byte <= 0x39;
