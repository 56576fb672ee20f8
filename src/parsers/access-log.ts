import { type Additions, decodeString, ENTRY, type EventView, fieldPath, textOf } from '../events/index.ts';
import type { FieldValue, Millis } from '../model.ts';
import { accessFields, addAccessFields } from './access-fields.ts';
import { AccessHead } from './access-head.ts';
import { AccessTail, REWRITE } from './access-tail.ts';
import type { LineFormat } from './format.ts';
import { type RequestLine, readRequest } from './request-line.ts';

const message = fieldPath('message');

const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DASH = 0x2d;
const LOWER_U = 0x75;

/**
 * Access-log lines of Apache and nginx: Common and Combined, with a virtual host before and anything quoted or bare
 * after. The line is read in the JSON text of `message`; the head, with the time, at once, the tail when a field is
 * asked for.
 */
export class AccessLine implements LineFormat {
  readonly name = 'access';
  readonly head = new AccessHead();
  readonly tail = new AccessTail();
  /** What the places of head and tail point into. */
  bytes: Buffer = Buffer.alloc(0);
  #end = 0;
  #ascii = true;
  #isTailRead = false;
  #request: RequestLine | undefined;
  #failure: string | undefined;

  open(view: EventView): boolean {
    const entry = view.entryOf(message);
    if (entry === -1) return false;
    const { walker } = view;
    const value = walker.entries[entry * ENTRY + 2]!;
    if (walker.bytes[value] !== QUOTE) return false;
    this.#ascii = walker.ascii;
    return this.#open(walker.bytes, value + 1, walker.entries[entry * ENTRY + 3]! - 1);
  }

  time(): Millis {
    return this.head.time;
  }

  failure(): string | undefined {
    if (!this.#isTailRead) this.#readTail();
    return this.#failure;
  }

  get(field: string): FieldValue {
    const read = accessFields.get(field);
    return read === undefined || this.failure() !== undefined ? undefined : read(this);
  }

  *names(): Iterable<string> {
    for (const name of accessFields.keys()) if (this.get(name) !== undefined) yield name;
  }

  addTo(additions: Additions): void {
    if (this.failure() === undefined) addAccessFields(this, additions);
  }

  request(): RequestLine {
    this.#request ??= readRequest(this.text(this.tail.request, this.tail.requestEnd));
    return this.#request;
  }

  /** The text of a field of the log; undefined where the log has `-` or nothing. */
  text(start: number, end: number): string | undefined {
    if (this.isAbsent(start, end)) return undefined;
    const text = decodeString(this.bytes, start, end, this.#ascii);
    return text.includes('\\') ? unescapeLog(text) : text;
  }

  /** The same as JSON text, with its quotes; mostly the very bytes. */
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
      if (!head.mayHaveEscapes || !this.#writePlainly(start)) return false;
    }
    const at = head.after;
    if (this.bytes[at] !== SPACE || this.bytes[at + 1] !== BACKSLASH) return false;
    return this.bytes[at + 2] === QUOTE || this.bytes[at + 2] === LOWER_U;
  }

  #readTail(): void {
    this.#isTailRead = true;
    const disguised = this.bytes[this.head.after + 2] !== QUOTE;
    let failure = disguised ? REWRITE : this.tail.read(this.bytes, this.head.after, this.#end);
    if (failure === REWRITE) {
      this.#writePlainly(this.head.host);
      failure = this.tail.read(this.bytes, this.head.after, this.#end);
    }
    this.#failure = failure;
  }

  /** Decodes the line and encodes it anew, so that quotes, backslashes and slashes are written in the usual way. */
  #writePlainly(start: number): boolean {
    const line = decodeString(this.bytes, start, this.#end, false);
    this.bytes = Buffer.from(JSON.stringify(line).slice(1, -1));
    this.#end = this.bytes.length;
    this.#ascii = false;
    return this.head.read(this.bytes, 0, this.#end);
  }
}

/** Takes back what web servers do to quotes, backslashes and printable characters; `\xe4` stays, its encoding is unknown. */
function unescapeLog(text: string): string {
  return text.replace(
    /\\(?:(["\\])|x([2-7][0-9a-fA-F]))/g,
    (_, plain: string | undefined, hex: string) => plain ?? String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
