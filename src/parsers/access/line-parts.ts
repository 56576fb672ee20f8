import type { Millis } from '../../model.ts';
import { dayStart, MINUTE, timeOfDay } from '../event-time.ts';
import type { Line, LineFields } from '../line-fields.ts';

export const SPACE = 0x20;
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const DASH = 0x2d;
export const DOT = 0x2e;
export const COLON = 0x3a;
export const OPEN_BRACKET = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_BRACKET = 0x5d;
export const LOWER_U = 0x75;

/** Offset of the next space, or `end`. */
export function nextSpace(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== SPACE) at += 1;
  return at;
}

export const isDigit = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= 0x30 && byte <= 0x39;

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

const LESS = 0x3c;
const GREATER = 0x3e;

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

/** The parts of a request line. All are undefined if it is garbage, such as a TLS handshake; `message` keeps the text. */
interface RequestLine {
  method: string | undefined;
  url: string | undefined;
  path: string | undefined;
  query: string | undefined;
  domain: string | undefined;
  version: string | undefined;
}

const nothing: RequestLine = {
  method: undefined,
  url: undefined,
  path: undefined,
  query: undefined,
  domain: undefined,
  version: undefined,
};

/** Reads `GET /path?query HTTP/1.1`. HTTP/0.9 has no version. A URL may contain spaces: some clients send them. */
export function readRequest(text: string | undefined): RequestLine {
  if (text === undefined) return nothing;
  const methodEnd = text.indexOf(' ');
  if (methodEnd < 1 || !/^[A-Z][A-Z_-]*$/.test(text.slice(0, methodEnd))) return nothing;
  const urlEnd = text.lastIndexOf(' HTTP/');
  const url = urlEnd > methodEnd ? text.slice(methodEnd + 1, urlEnd) : text.slice(methodEnd + 1);
  if (url === '') return nothing;
  return {
    method: text.slice(0, methodEnd),
    url,
    ...splitUrl(url),
    version: urlEnd > methodEnd ? text.slice(urlEnd + 6) : undefined,
  };
}

function splitUrl(url: string): Pick<RequestLine, 'path' | 'query' | 'domain'> {
  // A proxy is asked for `http://host/path`. CONNECT has `host:port`, which is not a path.
  const absolute = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(?::\d*)?/i.exec(url);
  const isPath = absolute !== null || url.startsWith('/') || url === '*';
  const rest = absolute ? url.slice(absolute[0].length) || '/' : url;
  const mark = rest.indexOf('?');
  const path = mark === -1 ? rest : rest.slice(0, mark);
  return {
    path: isPath ? path || '/' : undefined,
    query: mark === -1 || !isPath ? undefined : rest.slice(mark + 1),
    domain: absolute?.[1] || undefined,
  };
}

const QUESTION_MARK = 0x3f;
const UNDERSCORE = 0x5f;

/** The slots of a request's fields. */
interface RequestSlots {
  method: number;
  url: number;
  path: number;
  query: number;
  domain: number;
  version: number;
}

/** Sets the fields of a request line such as `GET /path?query HTTP/1.1`. Nothing is set for garbage, such as a TLS handshake. */
export function setRequest(
  fields: LineFields,
  slots: RequestSlots,
  line: Line,
  start: number,
  end: number,
  unescaped: (text: string) => string,
): void {
  if (!setSpans(fields, slots, line.bytes, start, end))
    setTexts(fields, slots, unescaped(line.text(start, end)));
}

/** The usual case: a path, and nothing that is escaped. Returns false for anything else. */
function setSpans(
  fields: LineFields,
  slots: RequestSlots,
  bytes: Buffer,
  start: number,
  end: number,
): boolean {
  let methodEnd = start;
  while (methodEnd < end && isMethodByte(bytes[methodEnd]!)) methodEnd += 1;
  const url = methodEnd + 1;
  if (bytes[methodEnd] !== SPACE || bytes[url] !== SLASH || !isCapital(bytes[start]!)) return false;
  let urlEnd = url;
  let pathEnd = -1;
  for (let at = url; at < end; at += 1) {
    const byte = bytes[at];
    if (byte === BACKSLASH) return false;
    if (byte === QUESTION_MARK && pathEnd === -1) pathEnd = at;
    else if (byte === SPACE && isHttp(bytes, at + 1)) urlEnd = at;
  }
  // Without a version, with two, or with an empty one, it is decided by the text.
  if (urlEnd === url || end - urlEnd < 7) return false;
  if (pathEnd === -1 || pathEnd > urlEnd) pathEnd = urlEnd;
  else if (pathEnd + 1 === urlEnd) fields.text(slots.query, '');
  else fields.span(slots.query, pathEnd + 1, urlEnd);
  fields.span(slots.method, start, methodEnd);
  fields.span(slots.url, url, urlEnd);
  fields.span(slots.path, url, pathEnd);
  fields.span(slots.version, urlEnd + 6, end);
  return true;
}

function setTexts(fields: LineFields, slots: RequestSlots, text: string): void {
  const { method, url, path, query, domain, version } = readRequest(text);
  fields.text(slots.method, method);
  fields.text(slots.url, url);
  fields.text(slots.path, path);
  fields.text(slots.query, query);
  fields.text(slots.domain, domain);
  fields.text(slots.version, version);
}

const isCapital = (byte: number) => byte >= 0x41 && byte <= 0x5a;
const isMethodByte = (byte: number) => isCapital(byte) || byte === DASH || byte === UNDERSCORE;

function isHttp(bytes: Buffer, at: number): boolean {
  const letters = bytes[at] === 0x48 && bytes[at + 1] === 0x54 && bytes[at + 2] === 0x54;
  return letters && bytes[at + 3] === 0x50 && bytes[at + 4] === SLASH;
}
