import { has, jsonHeader, type Source } from './frames.ts';
import type { ReceiveBuffer } from './received-window.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPENERS = new Map([
  [0x7b, '}'],
  [0x5b, ']'],
]);
const CLOSERS = new Set([0x7d, 0x5d]);

/**
 * A whole document from the first bytes of one that is too large: everything that came before the cut, the value in which
 * it was cut if that is a string, and the flag that Filebeat sets for lines that it cut. Bytes that do not begin an object
 * become the `message`.
 */
export function cutDocument(head: Buffer): Buffer {
  const text = closed(head);
  if (text === undefined) return asMessage(head);
  const document = Buffer.from(`${text}${text.endsWith('{') ? '' : ','}"log.flags":["truncated"]}`);
  return isJson(document) ? document : asMessage(head);
}

const asMessage = (head: Buffer): Buffer =>
  Buffer.from(JSON.stringify({ message: head.toString('utf8'), 'log.flags': ['truncated'] }));

function isJson(document: Buffer): boolean {
  try {
    JSON.parse(document.toString());
    return true;
  } catch {
    return false;
  }
}

/** A place where the text can end: up to `at`, with what has to close it. */
interface End {
  at: number;
  closing: string;
}

/** The object up to its last place where it can end, without its own closing brace; undefined if the bytes are none. */
function closed(head: Buffer): string | undefined {
  if (head[0] !== 0x7b) return undefined;
  const { end, string } = scan(head);
  if (string === undefined) return head.toString('utf8', 0, end.at) + end.closing;
  const whole = wholeString(head.subarray(string.from));
  return `${head.toString('utf8', 0, string.from)}${whole}"${string.closing}`;
}

/** Finds the last place where the object can end, and the string value in which the bytes end, if they do. */
function scan(head: Buffer): { end: End; string?: { from: number; closing: string } } {
  const stack: string[] = [];
  const closing = () => stack.slice(1).reverse().join('');
  let end: End = { at: 1, closing: '' };
  let isValue = true;
  for (let at = 0; at < head.length; at += 1) {
    const byte = head[at]!;
    if (byte === QUOTE) {
      const after = endOfString(head, at + 1);
      if (after === undefined)
        return isValue ? { end, string: { from: at + 1, closing: closing() } } : { end };
      at = after;
      if (isValue) end = { at: at + 1, closing: closing() };
    } else if (OPENERS.has(byte)) {
      stack.push(OPENERS.get(byte)!);
      isValue = byte === 0x5b;
      end = { at: at + 1, closing: closing() };
    } else if (CLOSERS.has(byte)) {
      stack.pop();
      end = { at: at + 1, closing: closing() };
    } else if (byte === COLON) isValue = true;
    else if (byte === COMMA) {
      isValue = stack.at(-1) === ']';
      end = { at, closing: closing() };
    }
  }
  return { end };
}

/** Place of the quote that ends a string. */
function endOfString(head: Buffer, from: number): number | undefined {
  for (let at = from; at < head.length; at += 1) {
    if (head[at] === BACKSLASH) at += 1;
    else if (head[at] === QUOTE) return at;
  }
  return undefined;
}

/** The string's text without an escape or a character that is not complete at its end. */
function wholeString(bytes: Buffer): string {
  const text = bytes.toString('utf8').replace(/\uFFFD{1,3}$/, '');
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] !== '\\') continue;
    const length = text[at + 1] === 'u' ? 6 : 2;
    if (at + length > text.length) return text.slice(0, at);
    at += length - 1;
  }
  return text;
}

/** Bytes from the beginning of an event that is too large; the document is made of them. */
const HEAD = 2 ** 20;

/** How many of its first bytes are kept, under a limit for events. */
const headOf = (maxEventBytes: number): number => Math.min(HEAD, Math.floor(maxEventBytes / 2));

/** A J frame that is larger than an event may be, while it arrives: its first bytes are kept, the others dropped. */
export class OversizedEvent {
  readonly sequence: number;
  readonly #parts: Buffer[] = [];
  /** Bytes of the document that were not received yet. */
  #left: number;
  #held = 0;
  readonly #most: number;

  constructor(sequence: number, length: number, maxEventBytes: number) {
    this.sequence = sequence;
    this.#left = length;
    this.#most = headOf(maxEventBytes);
  }

  get heldBytes(): number {
    return this.#held;
  }

  /** Takes the received bytes that belong to it. Returns whether it is complete. */
  take(source: ReceiveBuffer): boolean {
    const length = Math.min(this.#left, source.end - source.at);
    const kept = Math.min(length, this.#most - this.#held);
    if (kept > 0) this.#parts.push(Buffer.from(source.bytes.subarray(source.at, source.at + kept)));
    this.#held += kept;
    this.#left -= length;
    source.at += length;
    source.discardRead();
    return this.#left === 0;
  }

  document(): Buffer {
    return cutDocument(Buffer.concat(this.#parts));
  }
}

/** Cuts the J frame at the source's offset, which lies whole in memory, and advances behind it; undefined if it is incomplete. */
export function cutInPlace(source: Source, length: number, maxEventBytes: number): Buffer | undefined {
  if (!has(source, jsonHeader + length)) return undefined;
  const from = source.at + jsonHeader;
  source.at = from + length;
  return cutDocument(source.bytes.subarray(from, from + headOf(maxEventBytes)));
}
