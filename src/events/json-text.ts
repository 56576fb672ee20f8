/**
 * Strict scanning of JSON text (RFC 8259) in bytes. Each function takes the offset where an element begins and returns the
 * offset behind it, or -1 if the text is not well-formed. Callers ensure that `bytes[end - 1]` is `}`: only a closing brace
 * and a string consume that byte, so no function reads past the end of the buffer. (Such a read would be harmless, but V8
 * would recompile the loops to slower code for good.)
 */

/** Maximal nesting of objects and arrays in an event. Elasticsearch's default for mappings is 20. */
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

/** 1 for each byte at which the inner loop over a string stops: quote, backslash, control characters, non-ASCII. */
const stopsString = new Uint8Array(256).map((_, byte) =>
  byte < 0x20 || byte === QUOTE || byte === BACKSLASH || byte >= 0x80 ? 1 : 0,
);
const isShortEscape = new Uint8Array(256);
for (const letter of '"\\/bfnrt') isShortEscape[letter.charCodeAt(0)] = 1;
const isHexDigit = new Uint8Array(256);
for (const digit of '0123456789abcdefABCDEF') isHexDigit[digit.charCodeAt(0)] = 1;

/** What the functions have seen since `resetTraits`. It is kept here because they return offsets only. */
export const traits = { notAscii: false, escape: false, newline: false };

export function resetTraits(): void {
  traits.notAscii = false;
  traits.escape = false;
  traits.newline = false;
}

/** The bytes scanned last, and a view of them as 32-bit words that begins `shift` bytes before them. */
let viewed: Uint8Array = new Uint8Array(0);
let words: Int32Array = new Int32Array(0);
let shift = 0;

function viewAsWords(bytes: Uint8Array): void {
  const { buffer, byteOffset, byteLength } = bytes;
  viewed = bytes;
  shift = byteOffset & 3;
  words = new Int32Array(buffer, byteOffset - shift, (byteLength + shift) >>> 2);
}

/** Keys and most values are shorter than this; for them words do not pay off. */
const SHORT = 16;

/**
 * Skips whole words that contain no byte at which a string stops. Subtracting a limit from a smaller byte borrows, which
 * sets the byte's highest bit, as does a non-ASCII byte.
 */
function skipWords(bytes: Uint8Array, from: number, end: number): number {
  if (bytes !== viewed) viewAsWords(bytes);
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

/** Offset of the next backslash at or after `from`; `end` or behind it if there is none. */
export function nextBackslash(bytes: Uint8Array, from: number, end: number): number {
  if (bytes !== viewed) viewAsWords(bytes);
  let at = from;
  for (; ((at + shift) & 3) !== 0; at += 1) if (at >= end || bytes[at] === BACKSLASH) return at;
  const last = (end + shift) >>> 2;
  let word = (at + shift) >>> 2;
  for (; word < last; word += 1) {
    const zeroAtBackslash = words[word]! ^ 0x5c5c5c5c;
    if (((zeroAtBackslash - 0x01010101) & ~zeroAtBackslash & 0x80808080) !== 0) break;
  }
  at = 4 * word - shift;
  while (at < end && bytes[at] !== BACKSLASH) at += 1;
  return at;
}

/** From behind the opening quote to behind the closing one. */
export function skipString(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  const short = Math.min(from + SHORT, end);
  while (at < short && stopsString[bytes[at]!] === 0) at += 1;
  for (;;) {
    // A text that has come so far, or has escapes, is likely to go on.
    if (at < end && stopsString[bytes[at]!] === 0) {
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

/** `level` is the level of an object or array that begins here. The event itself is level 1. */
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

/** From behind a key to the value of the member, over the colon and white space. */
export function skipColon(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  if (bytes[at] !== COLON) {
    at = skipSpace(bytes, at, end);
    if (at >= end || bytes[at] !== COLON) return -1;
  }
  at += 1;
  return bytes[at]! <= SPACE ? skipSpace(bytes, at, end) : at;
}

/** The byte at an offset; NUL at the end. */
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
