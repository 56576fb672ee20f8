import { nextBackslash } from '../../events/index.ts';
import { BACKSLASH, DASH, LOWER_U, QUOTE, SPACE } from './line-parts.ts';

/** Returned by `read` if the line escapes quotes or backslashes in an unusual way and has to be rewritten first. */
export const REWRITE = 'rewrite';

/**
 * The rest of an access-log line, `"request" status bytes ["referrer" "user agent" …]`. It is read in the JSON text of
 * `message`, where a quote is `\"`, so that no line is decoded to find its fields and most fields are copied into the
 * document as they are. A quote within a field is `\\\"` there (Apache) or `\\x22` (nginx).
 */
export class AccessTail {
  request = 0;
  requestEnd = 0;
  /** NaN where the log has `-`. */
  status = Number.NaN;
  bytesSent = Number.NaN;
  referrer = 0;
  referrerEnd = 0;
  agent = 0;
  agentEnd = 0;
  /** The first quoted field after the user agent: X-Forwarded-For, where the format has it. */
  forwarded = 0;
  forwardedEnd = 0;
  /** Offset of what follows the user agent. */
  others = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #end = 0;
  #at = 0;
  #rewrite = false;

  /** Reads from behind the closing bracket of the time. Returns why it is not an access-log line, `REWRITE`, or undefined. */
  read(bytes: Buffer, from: number, end: number): string | undefined {
    this.#bytes = bytes;
    this.#end = trimmed(bytes, from, end);
    this.#at = from;
    this.#rewrite = false;
    this.request = this.requestEnd = 0;
    this.status = this.bytesSent = Number.NaN;
    this.referrer = this.referrerEnd = this.agent = this.agentEnd = this.forwarded = this.forwardedEnd = 0;
    this.others = this.#end;
    const failure = this.#read();
    return this.#rewrite ? REWRITE : failure;
  }

  #read(): string | undefined {
    let close = this.#quoted();
    if (close < 0) return missing('request', close);
    this.request = this.#at + 3;
    this.requestEnd = close;
    this.#at = close + 2;
    const failure = this.#readStatus();
    if (failure !== undefined) return failure;
    this.#next();
    this.bytesSent = this.#number();
    if (Number.isNaN(this.bytesSent) && !this.#isDash())
      return 'the number of bytes is neither a number nor "-"';
    this.#next();
    if (!this.#atQuote()) return this.#others();
    close = this.#quoted();
    if (close < 0) return missing('referrer', close);
    this.referrer = this.#at + 3;
    this.referrerEnd = close;
    this.#at = close + 2;
    if (!this.#atQuote()) return this.#others();
    close = this.#quoted();
    if (close < 0) return missing('user agent', close);
    this.agent = this.#at + 3;
    this.agentEnd = close;
    this.#at = close + 2;
    this.others = this.#at;
    return this.#others();
  }

  /** Three digits. nginx writes 000 and 009 where it sent no status, others 0; then the field is missing, and the line is read on. */
  #readStatus(): string | undefined {
    const length = this.#tokenEnd() - this.#at - 1;
    if (this.#isDash()) return undefined;
    const status = this.#number();
    const isNone = length === 1 && status === 0;
    if ((length !== 3 && !isNone) || Number.isNaN(status))
      return 'the status code is not a number of three digits';
    if (status >= 100) this.status = status;
    return undefined;
  }

  /**
   * Fields that formats append: quoted fields and bare words, in any order. Only X-Forwarded-For is known by its shape. What a number
   * means is said by the format's definition in the server's configuration, and not guessed.
   */
  #others(): string | undefined {
    while (this.#at < this.#end) {
      if (this.#atQuote()) {
        const close = this.#quoted();
        if (close < 0) return missing('last field', close);
        if (this.forwarded === 0) {
          this.forwarded = this.#at + 3;
          this.forwardedEnd = close;
        }
        this.#at = close + 2;
        continue;
      }
      if (isUnicodeEscape(this.#bytes, this.#at + 1)) this.#rewrite = true;
      if (!this.#isWord()) return 'something other than a space follows a closing quote';
      this.#next();
    }
    return undefined;
  }

  #atQuote(): boolean {
    const bytes = this.#bytes;
    return bytes[this.#at] === SPACE && bytes[this.#at + 1] === BACKSLASH && bytes[this.#at + 2] === QUOTE;
  }

  /** Offset of the closing quote of the field after the space at `#at`; -1 without an opening, -2 without a closing quote. */
  #quoted(): number {
    if (!this.#atQuote()) return -1;
    const bytes = this.#bytes;
    const end = this.#end;
    let at = this.#at + 3;
    for (;;) {
      at = nextBackslash(bytes, at, end);
      if (at >= end) return -2;
      const letter = bytes[at + 1];
      if (letter === QUOTE) return at;
      if (letter === LOWER_U) {
        if (isUnicodeEscape(bytes, at)) this.#rewrite = true;
        at += 6;
      } else if (letter === BACKSLASH && bytes[at + 2] === BACKSLASH) at += 4;
      else at += 2;
    }
  }

  /** Whether the word after the space at `#at` is `-`. */
  #isDash(): boolean {
    return this.#isWord() && this.#bytes[this.#at + 1] === DASH && this.#tokenEnd() === this.#at + 2;
  }

  #tokenEnd(): number {
    let at = this.#at + 1;
    while (at < this.#end && this.#bytes[at] !== SPACE) at += 1;
    return at;
  }

  /** Whether a word follows the space at `#at`. */
  #isWord(): boolean {
    const next = this.#at + 1;
    return this.#bytes[this.#at] === SPACE && next < this.#end && this.#bytes[next] !== SPACE;
  }

  #next(): void {
    this.#at = this.#tokenEnd();
  }

  /** The number after the space at `#at`; NaN if there is none or it is not a safe integer. */
  #number(): number {
    const bytes = this.#bytes;
    if (bytes[this.#at] !== SPACE || this.#at + 1 >= this.#end) return Number.NaN;
    let value = 0;
    for (let at = this.#at + 1; at < this.#end && bytes[at] !== SPACE; at += 1) {
      const digit = bytes[at]! - 0x30;
      if (digit < 0 || digit > 9) return Number.NaN;
      value = value * 10 + digit;
    }
    return Number.isSafeInteger(value) ? value : Number.NaN;
  }
}

const missing = (field: string, close: number) =>
  close === -1 ? `the ${field} does not begin with a quote` : `the ${field} has no closing quote`;

/** `\u0022` is a quote and `\u005c` a backslash. No known sender writes them so, but they would be taken for letters. */
function isUnicodeEscape(bytes: Buffer, at: number): boolean {
  if (bytes[at] !== BACKSLASH || bytes[at + 1] !== LOWER_U) return false;
  if (bytes[at + 2] !== 0x30 || bytes[at + 3] !== 0x30) return false;
  const digits = bytes.toString('latin1', at + 4, at + 6).toLowerCase();
  return digits === '22' || digits === '5c';
}

/** The end without trailing spaces and without the `\r` of lines that end with CR LF. */
function trimmed(bytes: Buffer, from: number, end: number): number {
  let at = end;
  if (at - 2 >= from && bytes[at - 1] === 0x72 && bytes[at - 2] === BACKSLASH && bytes[at - 3] !== BACKSLASH)
    at -= 2;
  while (at > from && bytes[at - 1] === SPACE) at -= 1;
  return at;
}
