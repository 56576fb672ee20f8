/**
 * Strict skipping over JSON text (RFC 8259) held as bytes. Each function takes the place where something begins and
 * returns the place after it, or -1 where the text is not well-formed. Callers make sure that `bytes[end - 1]` is `}`:
 * nothing but a closing brace and a string consumes that byte, so no read here ever passes the end of the buffer.
 * (A read past it would be harmless but makes V8 compile the loops anew, slower, for good.)
 */

/** Levels of objects and arrays that an event may have. Elasticsearch's own default for mappings is 20. */
export const MAX_DEPTH = 64;

const NUL = 0;
const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const LOWER_U = 0x75;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** 1 for every byte at which the inner loop over a string stops: quote, backslash, control characters, not ASCII. */
const stopsString = new Uint8Array(256).map((_, byte) =>
  byte < 0x20 || byte === QUOTE || byte === BACKSLASH || byte >= 0x80 ? 1 : 0,
);
const isShortEscape = new Uint8Array(256);
for (const letter of '"\\/bfnrt') isShortEscape[letter.charCodeAt(0)] = 1;
const isHexDigit = new Uint8Array(256);
for (const digit of '0123456789abcdefABCDEF') isHexDigit[digit.charCodeAt(0)] = 1;

/** What was met since `forgetTraits`. Kept beside the functions, for they return places only. */
export const traits = { notAscii: false, escape: false, newline: false };

export function resetTraits(): void {
  traits.notAscii = false;
  traits.escape = false;
  traits.newline = false;
}

/** Of the bytes last skipped: themselves and the same in words of four, which begin `shift` bytes before them. */
let worded: Uint8Array = new Uint8Array(0);
let words: Int32Array = new Int32Array(0);
let shift = 0;

function putInWords(bytes: Uint8Array): void {
  const { buffer, byteOffset, byteLength } = bytes;
  worded = bytes;
  shift = byteOffset & 3;
  words = new Int32Array(buffer, byteOffset - shift, (byteLength + shift) >>> 2);
}

/** Keys and most values are shorter than this, and are over before words would pay. */
const SHORT = 16;

/**
 * The place, in steps of a word, before which no byte stops a string; `from` where the first word may hold one. A byte
 * below a limit borrows when the limit is taken from it, which shows in its highest bit, as does a byte beyond ASCII.
 */
function skipWords(bytes: Uint8Array, from: number, end: number): number {
  if (bytes !== worded) putInWords(bytes);
  let at = from;
  while (((at + shift) & 3) !== 0) {
    if (at >= end || stopsString[bytes[at]!] === 1) return at;
    at += 1;
  }
  const last = (end + shift) >>> 2;
  let word = (at + shift) >>> 2;
  for (; word < last; word += 1) {
    const four = words[word]!;
    const low = (four - 0x20202020) | ((four ^ 0x22222222) - 0x01010101) | ((four ^ 0x5c5c5c5c) - 0x01010101);
    if (((four | low) & 0x80808080) !== 0) break;
  }
  return 4 * word - shift;
}

/** From after the opening quote to after the closing one. */
export function skipString(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  for (;;) {
    const short = Math.min(at + SHORT, end);
    while (at < short && stopsString[bytes[at]!] === 0) at += 1;
    if (at === short) {
      at = skipWords(bytes, at, end);
      while (at < end && stopsString[bytes[at]!] === 0) at += 1;
    }
    if (at >= end) return -1;
    const byte = bytes[at]!;
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) {
      traits.escape = true;
      const letter = bytes[at + 1]!;
      if (isShortEscape[letter] === 1) at += 2;
      else if (letter === LOWER_U && fourHexDigits(bytes, at + 2)) at += 6;
      else return -1;
    } else if (byte >= 0x80) {
      traits.notAscii = true;
      do at += 1;
      while (at < end && bytes[at]! >= 0x80);
    } else return -1;
  }
}

function fourHexDigits(bytes: Uint8Array, at: number): boolean {
  for (let i = at; i < at + 4; i += 1) if (isHexDigit[bytes[i]!] !== 1) return false;
  return true;
}

export function skipSpace(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; at += 1) {
    const byte = bytes[at]!;
    if (byte === LINE_FEED || byte === CARRIAGE_RETURN) traits.newline = true;
    else if (byte !== SPACE && byte !== TAB) return at;
  }
  return end;
}

/** `level` is that of an object or array beginning here; the event itself is level 1. */
export function skipValue(bytes: Uint8Array, at: number, end: number, level: number): number {
  switch (bytes[at]) {
    case QUOTE:
      return skipString(bytes, at + 1, end);
    case OPEN_BRACE:
      return skipObject(bytes, at + 1, end, level);
    case OPEN_BRACKET:
      return skipArray(bytes, at + 1, end, level);
    case 0x74:
      return bytes[at + 1] === 0x72 && bytes[at + 2] === 0x75 && bytes[at + 3] === 0x65 ? at + 4 : -1;
    case 0x66:
      return skipFalse(bytes, at);
    case 0x6e:
      return bytes[at + 1] === 0x75 && bytes[at + 2] === 0x6c && bytes[at + 3] === 0x6c ? at + 4 : -1;
    default:
      return skipNumber(bytes, at);
  }
}

function skipFalse(bytes: Uint8Array, at: number): number {
  const rest = bytes[at + 1] === 0x61 && bytes[at + 2] === 0x6c && bytes[at + 3] === 0x73;
  return rest && bytes[at + 4] === 0x65 ? at + 5 : -1;
}

function skipDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at += 1;
  return at === from ? -1 : at;
}

function skipNumber(bytes: Uint8Array, from: number): number {
  let at = bytes[from] === 0x2d ? from + 1 : from;
  at = bytes[at] === 0x30 ? at + 1 : skipDigits(bytes, at);
  if (at > 0 && bytes[at] === 0x2e) at = skipDigits(bytes, at + 1);
  if (at > 0 && (bytes[at] === 0x65 || bytes[at] === 0x45)) {
    const signed = bytes[at + 1] === 0x2b || bytes[at + 1] === 0x2d;
    at = skipDigits(bytes, signed ? at + 2 : at + 1);
  }
  return at;
}

/** The place of the value of a member whose key begins at `at` was skipped: over the colon and space around it. */
export function skipColon(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  if (bytes[at] !== COLON) {
    at = skipSpace(bytes, at, end);
    if (at >= end || bytes[at] !== COLON) return -1;
  }
  at += 1;
  return bytes[at]! <= SPACE ? skipSpace(bytes, at, end) : at;
}

/** The byte that follows a value, space aside; NUL at the end. The place is in `bytes` at `skipSpace`'s answer. */
function byteAfter(bytes: Uint8Array, at: number, end: number): number {
  return at < end ? bytes[at]! : NUL;
}

function skipObject(bytes: Uint8Array, from: number, end: number, level: number): number {
  if (level > MAX_DEPTH) return -1;
  let at = skipSpace(bytes, from, end);
  if (byteAfter(bytes, at, end) === CLOSE_BRACE) return at + 1;
  for (;;) {
    if (byteAfter(bytes, at, end) !== QUOTE) return -1;
    at = skipString(bytes, at + 1, end);
    if (at > 0) at = skipColon(bytes, at, end);
    if (at > 0) at = skipValue(bytes, at, end, level + 1);
    if (at < 0) return -1;
    let next = byteAfter(bytes, at, end);
    if (next <= SPACE) {
      at = skipSpace(bytes, at, end);
      next = byteAfter(bytes, at, end);
    }
    if (next === CLOSE_BRACE) return at + 1;
    if (next !== COMMA) return -1;
    at += 1;
    if (bytes[at] !== QUOTE) at = skipSpace(bytes, at, end);
  }
}

function skipArray(bytes: Uint8Array, from: number, end: number, level: number): number {
  if (level > MAX_DEPTH) return -1;
  let at = skipSpace(bytes, from, end);
  if (byteAfter(bytes, at, end) === CLOSE_BRACKET) return at + 1;
  for (;;) {
    if (at < end) at = skipValue(bytes, at, end, level + 1);
    if (at < 0 || at >= end) return -1;
    if (bytes[at]! <= SPACE) at = skipSpace(bytes, at, end);
    const next = byteAfter(bytes, at, end);
    if (next === CLOSE_BRACKET) return at + 1;
    if (next !== COMMA) return -1;
    at = skipSpace(bytes, at + 1, end);
  }
}
