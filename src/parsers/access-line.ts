import { decodeString, ENTRY, type EventView, fieldPath, textOf } from '../events/index.ts';
import { AccessHead } from './access-head.ts';
import { AccessTail, REWRITE } from './access-tail.ts';
import { type RequestLine, readRequest } from './request-line.ts';

const message = fieldPath('message');

const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DASH = 0x2d;
const LOWER_U = 0x75;

/**
 * An access-log line of Apache or nginx, in the Common or Combined format, with an optional virtual host before and any
 * quoted or bare fields after. It is read in the JSON text of `message`, without decoding it: the head, which has the time,
 * at once; the tail when one of its fields is asked for. Offsets of head and tail refer to `bytes`.
 */
export class AccessLine {
  readonly head = new AccessHead();
  readonly tail = new AccessTail();
  bytes: Buffer = Buffer.alloc(0);
  #end = 0;
  #ascii = true;
  #isTailRead = false;
  #request: RequestLine | undefined;
  #failure: string | undefined;

  /** Moves to the line of an event. Returns false if it does not begin like an access-log line. */
  open(view: EventView): boolean {
    const entry = view.entryOf(message);
    if (entry === -1) return false;
    const { walker } = view;
    const value = walker.entries[entry * ENTRY + 2]!;
    if (walker.bytes[value] !== QUOTE) return false;
    this.#ascii = walker.ascii;
    return this.#open(walker.bytes, value + 1, walker.entries[entry * ENTRY + 3]! - 1);
  }

  /** Why the line, although it begins like an access log, is not one; undefined if it is one. */
  failure(): string | undefined {
    if (!this.#isTailRead) this.#readTail();
    return this.#failure;
  }

  request(): RequestLine {
    this.#request ??= readRequest(this.text(this.tail.request, this.tail.requestEnd));
    return this.#request;
  }

  /** The text of a field; undefined if the log has `-` or nothing. */
  text(start: number, end: number): string | undefined {
    if (this.isAbsent(start, end)) return undefined;
    const text = decodeString(this.bytes, start, end, this.#ascii);
    return text.includes('\\') ? unescapeLog(text) : text;
  }

  /** The same as JSON text, with quotes; mostly the bytes as they are. */
  json(start: number, end: number): string | undefined {
    if (this.isAbsent(start, end)) return undefined;
    const raw = textOf(this.bytes, start, end, this.#ascii);
    return raw.includes('\\') ? JSON.stringify(this.text(start, end)) : `"${raw}"`;
  }

  isAbsent(start: number, end: number): boolean {
    const { bytes } = this;
    if (end - start === 1) return bytes[start] === DASH;
    // Apache writes an empty user name as "".
    return (
      end <= start || (end - start === 4 && bytes[start] === BACKSLASH && bytes[start + 2] === BACKSLASH)
    );
  }

  #open(bytes: Buffer, start: number, end: number): boolean {
    const { head } = this;
    this.bytes = bytes;
    this.#end = end;
    this.#isTailRead = false;
    this.#request = undefined;
    this.#failure = undefined;
    if (!head.read(bytes, start, end)) {
      if (!head.mayHaveEscapes || !this.#rewrite(start)) return false;
    }
    const at = head.after;
    if (this.bytes[at] !== SPACE || this.bytes[at + 1] !== BACKSLASH) return false;
    return this.bytes[at + 2] === QUOTE || this.bytes[at + 2] === LOWER_U;
  }

  #readTail(): void {
    this.#isTailRead = true;
    const isEscaped = this.bytes[this.head.after + 2] !== QUOTE;
    let failure = isEscaped ? REWRITE : this.tail.read(this.bytes, this.head.after, this.#end);
    if (failure === REWRITE) {
      this.#rewrite(this.head.host);
      failure = this.tail.read(this.bytes, this.head.after, this.#end);
    }
    this.#failure = failure;
  }

  /** Decodes the line and encodes it again, so that quotes, backslashes and slashes are escaped in the usual way. */
  #rewrite(start: number): boolean {
    const line = decodeString(this.bytes, start, this.#end, false);
    this.bytes = Buffer.from(JSON.stringify(line).slice(1, -1));
    this.#end = this.bytes.length;
    this.#ascii = false;
    return this.head.read(this.bytes, 0, this.#end);
  }
}

/** Reverts how web servers escape quotes, backslashes and printable characters. `\xe4` stays: its encoding is unknown. */
function unescapeLog(text: string): string {
  return text.replace(
    /\\(?:(["\\])|x([2-7][0-9a-fA-F]))/g,
    (_, plain: string | undefined, hex: string) => plain ?? String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
