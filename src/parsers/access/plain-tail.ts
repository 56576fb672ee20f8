import { isEscaped } from '../../events/index.ts';
import type { AccessTail } from './access-tail.ts';
import { BACKSLASH, DASH, QUOTE, SPACE } from './line-parts.ts';

/**
 * Reads `"request" status bytes` of a line as it lies in the log, not in JSON. Returns false for all but the usual: a request
 * without anything that JSON escapes, a status of three digits, a number or `-`, and a quoted field.
 */
export function readPlainNumbers(tail: AccessTail, bytes: Buffer, from: number, end: number): boolean {
  let at = from + 2;
  while (at < end && isEscaped[bytes[at]!] === 0) at += 1;
  if (at + 5 >= end || bytes[at] !== QUOTE || bytes[at + 1] !== SPACE) return false;
  tail.request = from + 2;
  tail.requestEnd = at;
  const status = statusAt(bytes, at + 2);
  if (!(status >= 100) || bytes[at + 5] !== SPACE) return false;
  tail.status = status;
  at += 6;
  const number = at;
  let value = 0;
  while (at < end && isDigit(bytes[at]!)) {
    value = value * 10 + bytes[at]! - ZERO;
    at += 1;
  }
  const isDash = at === number && bytes[at] === DASH;
  if (isDash) at += 1;
  if (at === number || !Number.isSafeInteger(value)) return false;
  if (at + 1 >= end || bytes[at] !== SPACE || bytes[at + 1] !== QUOTE) return false;
  tail.bytesSent = isDash ? Number.NaN : value;
  tail.referrer = at + 2;
  return true;
}

/** Reads `"referrer" "user agent"` behind the numbers, and nothing after it. Returns false for anything else. */
export function readPlainEnd(tail: AccessTail, bytes: Buffer, end: number): boolean {
  const { referrer } = tail;
  const close = bytes.indexOf(QUOTE, referrer);
  const agent = close + 3;
  if (close === -1 || agent >= end || bytes[close + 1] !== SPACE || bytes[close + 2] !== QUOTE) return false;
  if (bytes.indexOf(QUOTE, agent) !== end - 1 || hasBackslash(bytes, referrer, end)) return false;
  tail.referrerEnd = close;
  tail.agent = agent;
  tail.agentEnd = end - 1;
  tail.forwarded = tail.forwardedEnd = 0;
  tail.others = end;
  return true;
}

const ZERO = 0x30;
const isDigit = (byte: number) => byte >= ZERO && byte <= 0x39;

/** NaN is no status. */
function statusAt(bytes: Buffer, at: number): number {
  const [hundreds, tens, ones] = [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!];
  if (!isDigit(hundreds) || !isDigit(tens) || !isDigit(ones)) return Number.NaN;
  return (hundreds - ZERO) * 100 + (tens - ZERO) * 10 + ones - ZERO;
}

/** The next backslash from a place on in the bytes that were searched last: most blocks have none. */
let searched: Buffer | undefined;
let searchedFrom = 0;
let found = 0;

function hasBackslash(bytes: Buffer, from: number, end: number): boolean {
  if (bytes !== searched || from < searchedFrom || from > found) {
    searched = bytes;
    searchedFrom = from;
    const at = bytes.indexOf(BACKSLASH, from);
    found = at === -1 ? Number.POSITIVE_INFINITY : at;
  }
  return found < end;
}
