import { isDeeper, MAX_DEPTH, Members } from '../../events/index.ts';
import { illegalArgument } from './elasticsearch-error.ts';

/** A document or a line of a body: `body[from, to)`. */
interface Part {
  kind: 'document' | 'line';
  from: number;
  to: number;
}

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Splits the body of `POST /events`: a JSON array, a JSON object that may span lines, NDJSON, or lines. Text (`text/plain`) is
 * always lines. A line that is no JSON object is a log line. Throws `ElasticsearchError` for an array that is not valid JSON.
 */
export function readEvents(body: Buffer, contentType: string): Part[] {
  const first = skipSpace(body, 0);
  const isText = /^text\//i.test(contentType);
  if (!isText && body[first] === OPEN_BRACKET) {
    const elements = readArray(body, first);
    if (elements !== undefined) return elements;
    if (/json/i.test(contentType)) throw illegalArgument('The body begins like a JSON array but is none.');
  }
  const parts = readLines(body);
  if (isText || parts.length < 2 || parts[0]!.kind === 'line') return parts;
  // An object that was written over several lines has no line that ends one.
  const isBroken = parts.some(({ kind, to }) => kind === 'line' || body[to - 1] !== 0x7d);
  return isBroken && isObject(body, first) ? [{ kind: 'document', from: first, to: body.length }] : parts;
}

/** The elements of an array; undefined where the body is no JSON array. A text is a line, without its quotes. */
function readArray(body: Buffer, at: number): Part[] | undefined {
  if (!isJson(body)) return undefined;
  const elements = new Members(body, at, body.length);
  const parts: Part[] = [];
  while (elements.nextElement()) {
    const { value, valueEnd } = elements;
    if (body[value] === OPEN_BRACE) parts.push({ kind: 'document', from: value, to: valueEnd });
    else parts.push(asLine(body, value, valueEnd));
  }
  return parts;
}

/** A text without escapes; any other value as it is written. */
function asLine(body: Buffer, value: number, end: number): Part {
  const isPlain = body[value] === QUOTE && !body.subarray(value, end).includes(0x5c);
  return isPlain ? { kind: 'line', from: value + 1, to: end - 1 } : { kind: 'line', from: value, to: end };
}

function readLines(body: Buffer): Part[] {
  const parts: Part[] = [];
  for (let start = 0; start < body.length; ) {
    const found = body.indexOf(LINE_FEED, start);
    const next = found === -1 ? body.length : found + 1;
    let to = found === -1 ? body.length : found;
    if (to > start && body[to - 1] === CARRIAGE_RETURN) to -= 1;
    if (to > start) parts.push({ kind: body[start] === OPEN_BRACE ? 'document' : 'line', from: start, to });
    start = next;
  }
  return parts;
}

const isObject = (body: Buffer, at: number) => body[at] === OPEN_BRACE && isJson(body);

function isJson(body: Buffer): boolean {
  const text = body.toString();
  if (isDeeper(text, MAX_DEPTH)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function skipSpace(body: Buffer, from: number): number {
  let at = from;
  while (at < body.length && body[at]! <= 0x20) at += 1;
  return at;
}
