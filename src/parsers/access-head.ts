import type { Millis } from '../model.ts';
import { dayStart, MINUTE, timeOfDay } from './timestamp.ts';

const SPACE = 0x20;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const SLASH = 0x2f;
/** The time is searched in this many bytes only, so that a long line of another format is not searched to its end. */
const HEAD_LIMIT = 1024;
/** Length of `17/May/2015:10:05:03 +0000`. */
const STAMP = 26;

const months = new Map(
  ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'].map(
    (name, index) => [threeLetters(Buffer.from(name), 0), index + 1] as const,
  ),
);

/**
 * The beginning of an access-log line: `[vhost:port] client ident user [time]`. Numbers are offsets in the bytes read; a
 * missing field has its end at its start.
 */
export class AccessHead {
  host = 0;
  hostEnd = 0;
  client = 0;
  clientEnd = 0;
  user = 0;
  userEnd = 0;
  time: Millis = Number.NaN;
  /** Offset behind the closing bracket of the time. */
  after = 0;
  /** Whether a line that was not recognised may have its slashes escaped as `\/`, as PHP does. */
  mayHaveEscapes = false;

  /** Returns false if the line does not begin like this. */
  read(bytes: Buffer, start: number, end: number): boolean {
    const bracket = this.#findTime(bytes, start, end);
    if (bracket === -1) return false;
    this.after = bracket + STAMP + 2;
    return this.#readNames(bytes, start, bracket - 1);
  }

  #findTime(bytes: Buffer, start: number, end: number): number {
    this.mayHaveEscapes = false;
    const last = Math.min(end - STAMP - 2, start + HEAD_LIMIT);
    for (let at = start + 1; at <= last; at += 1) {
      if (bytes[at] !== OPEN_BRACKET || bytes[at - 1] !== SPACE) continue;
      if (bytes[at + 3] === BACKSLASH) this.mayHaveEscapes = true;
      this.time = stamp(bytes, at + 1);
      if (!Number.isNaN(this.time) && bytes[at + STAMP + 1] === CLOSE_BRACKET) return at;
    }
    return -1;
  }

  /** Only the user name may contain spaces, so it is what remains. */
  #readNames(bytes: Buffer, start: number, end: number): boolean {
    this.host = start;
    this.hostEnd = start;
    this.client = start;
    this.clientEnd = nextSpace(bytes, start, end);
    if (isHostAndPort(bytes, start, this.clientEnd)) {
      const second = this.clientEnd + 1;
      const secondEnd = nextSpace(bytes, second, end);
      // `vhost:port client ident user`, unless that would leave too few names.
      if (nextSpace(bytes, secondEnd + 1, end) < end) {
        this.hostEnd = this.clientEnd;
        this.client = second;
        this.clientEnd = secondEnd;
      }
    }
    const identEnd = nextSpace(bytes, this.clientEnd + 1, end);
    this.user = identEnd + 1;
    this.userEnd = end;
    return this.clientEnd > this.client && identEnd > this.clientEnd + 1 && this.user < end;
  }
}

function nextSpace(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== SPACE) at += 1;
  return at;
}

/** One colon, then digits. An IPv6 address has two or more colons. */
function isHostAndPort(bytes: Buffer, start: number, end: number): boolean {
  let at = end - 1;
  while (at > start && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at -= 1;
  if (at === end - 1 || bytes[at] !== COLON || at === start) return false;
  if (bytes[start] === OPEN_BRACKET) return bytes[at - 1] === CLOSE_BRACKET;
  return bytes.indexOf(COLON, start) === at;
}

function twoDigits(bytes: Buffer, at: number): number {
  const tens = bytes[at]! - 0x30;
  const ones = bytes[at + 1]! - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function threeLetters(bytes: Buffer, at: number): number {
  return (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
}

/** Reads `17/May/2015:10:05:03 +0000`; NaN for anything else. */
function stamp(bytes: Buffer, at: number): Millis {
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
