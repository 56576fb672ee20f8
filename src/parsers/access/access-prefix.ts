import { COLON, isDigit, nextSpace, SPACE } from './bytes.ts';

const LESS = 0x3c;
const GREATER = 0x3e;
const DASH = 0x2d;

/**
 * Offset behind what syslog or a container's runtime writes before a line: `<190>Nov 20 10:00:00 host nginx: `,
 * `2026-11-20T10:00:00.1Z stdout F `. Returns `start` if there is neither.
 */
export function skipPrefix(bytes: Buffer, start: number, end: number): number {
  const at = skipPriority(bytes, start);
  const afterDate = isMonthDay(bytes, at)
    ? at + 16
    : isIsoDate(bytes, at)
      ? nextSpace(bytes, at, end) + 1
      : -1;
  if (afterDate === -1 || afterDate >= end) return start;
  const afterStream = skipStream(bytes, afterDate, end);
  return afterStream === -1 ? skipTag(bytes, afterDate, end, start) : afterStream;
}

function skipPriority(bytes: Buffer, start: number): number {
  if (bytes[start] !== LESS) return start;
  let at = start + 1;
  while (isDigit(bytes[at]) && at - start < 4) at += 1;
  return bytes[at] === GREATER ? at + 1 : start;
}

/** `Nov 20 10:00:00 `. */
function isMonthDay(bytes: Buffer, at: number): boolean {
  const spaces = bytes[at + 3] === SPACE && bytes[at + 6] === SPACE && bytes[at + 15] === SPACE;
  return spaces && bytes[at + 9] === COLON && bytes[at + 12] === COLON && isDigit(bytes[at + 5]);
}

/** `2026-11-20T`. */
function isIsoDate(bytes: Buffer, at: number): boolean {
  return isDigit(bytes[at]) && bytes[at + 4] === DASH && bytes[at + 7] === DASH && bytes[at + 10] === 0x54;
}

/** `stdout F ` or `stderr P `: -1 if it is something else. */
function skipStream(bytes: Buffer, at: number, end: number): number {
  const stream = bytes.toString('latin1', at, Math.min(at + 9, end));
  return /^std(?:out|err) [FP] $/.test(stream) ? at + 9 : -1;
}

/** `host program[1]: ` or `program: `. */
function skipTag(bytes: Buffer, at: number, end: number, otherwise: number): number {
  let wordEnd = nextSpace(bytes, at, end);
  for (let words = 1; words <= 2; words += 1) {
    if (bytes[wordEnd - 1] === COLON) return wordEnd + 1;
    wordEnd = nextSpace(bytes, wordEnd + 1, end);
  }
  return otherwise;
}
