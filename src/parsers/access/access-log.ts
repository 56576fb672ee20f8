import { isEscaped } from '../../events/index.ts';
import { type Line, type LineFields, Word } from '../line-fields.ts';
import type { LineParser, PlainParser } from '../line-parser.ts';
import { accessFields, setIngress, unescapeLog } from './access-fields.ts';
import { AccessHead } from './access-head.ts';
import { AccessTail, REWRITE } from './access-tail.ts';
import { setClient, setForwarded } from './client.ts';
import {
  BACKSLASH,
  CLOSE_BRACKET,
  COLON,
  DASH,
  isDigit,
  LOWER_U,
  QUOTE,
  SPACE,
  setRequest,
} from './line-parts.ts';
import { readPlainEnd, readPlainNumbers } from './plain-tail.ts';

const { slots } = accessFields;
const success = new Word('success');
const failed = new Word('failure');

/**
 * The format `access`: access-log lines of Apache or nginx, in the Common or Combined format, with an optional virtual host before
 * and any quoted or bare fields after. The head of a line, which has the time, is read for each event; the rest when a field is needed.
 */
export class AccessLog implements LineParser {
  readonly name = 'access';
  readonly words = 'access log';
  readonly fields = accessFields;
  readonly isRecognised = true;
  readonly datasets = ['nginx.access', 'apache.access', 'httpd.access'];
  readonly #head = new AccessHead();
  readonly #tail = new AccessTail();
  /** How much of a plain line was read: nothing behind its time, up to its numbers, or all. */
  #plainRead: 'head' | 'numbers' | 'all' = 'head';
  readonly plain: PlainParser = {
    recognise: (line, fields) => this.#recognisePlain(line, fields),
    parse: (line, fields, slot) => this.#parsePlain(line, fields, slot),
  };

  recognise(line: Line, fields: LineFields): boolean {
    const head = this.#head;
    if (!head.read(line.bytes, line.start, line.end)) {
      if (!head.mayHaveEscapes) return false;
      line.encodeAgain();
      if (!head.read(line.bytes, line.start, line.end)) return false;
    }
    fields.time = head.time;
    const { bytes } = line;
    const at = head.after;
    if (bytes[at] !== SPACE || bytes[at + 1] !== BACKSLASH) return false;
    return bytes[at + 2] === QUOTE || bytes[at + 2] === LOWER_U;
  }

  parse(line: Line, fields: LineFields): string | undefined {
    const failure = this.#readTail(line);
    this.#setHead(line, fields);
    this.#setTail(line, fields);
    return failure;
  }

  /** Only the usual line, whose text up to the request is the same in JSON. */
  #recognisePlain({ bytes, start, end }: Line, fields: LineFields): boolean {
    const head = this.#head;
    if (!head.read(bytes, start, end)) return false;
    const at = head.after;
    if (bytes[at] !== SPACE || bytes[at + 1] !== QUOTE || at + 1 >= end) return false;
    for (let place = start; place < at; place += 1) if (isEscaped[bytes[place]!] === 1) return false;
    fields.time = head.time;
    this.#plainRead = 'head';
    return true;
  }

  #parsePlain(line: Line, fields: LineFields, slot: number | undefined): boolean {
    const tail = this.#tail;
    if (this.#plainRead === 'head') {
      if (!readPlainNumbers(tail, line.bytes, this.#head.after, line.end)) return false;
      this.#setNumbers(fields);
      this.#plainRead = 'numbers';
    }
    if (this.#plainRead === 'all' || isNumber(slot)) return true;
    if (!readPlainEnd(tail, line.bytes, line.end)) return false;
    this.#setHead(line, fields);
    this.#setTail(line, fields);
    this.#plainRead = 'all';
    return true;
  }

  #readTail(line: Line): string | undefined {
    const head = this.#head;
    const isEscaped = line.bytes[head.after + 2] !== QUOTE;
    const failure = isEscaped ? REWRITE : this.#tail.read(line.bytes, head.after, line.end);
    if (failure !== REWRITE) return failure;
    line.encodeAgain();
    head.read(line.bytes, line.start, line.end);
    return this.#tail.read(line.bytes, head.after, line.end);
  }

  #setHead(line: Line, fields: LineFields): void {
    const { client, clientEnd, user, userEnd, host, hostEnd } = this.#head;
    // A client without an address is `-`, as for a request over a Unix socket.
    if (!isAbsent(line.bytes, client, clientEnd)) setClient(fields, slots, line, client, clientEnd);
    if (!isAbsent(line.bytes, user, userEnd)) fields.span(slots.user, user, userEnd);
    if (hostEnd > host) fields.span(slots.domain, host, hostNameEnd(line.bytes, host, hostEnd));
  }

  #setNumbers(fields: LineFields): void {
    const { status, bytesSent } = this.#tail;
    fields.number(slots.status, status);
    if (!Number.isNaN(status)) fields.word(slots.outcome, status < 400 ? success : failed);
    fields.number(slots.bytes, bytesSent);
  }

  #setTail(line: Line, fields: LineFields): void {
    const { bytes } = line;
    const tail = this.#tail;
    if (!isAbsent(bytes, tail.request, tail.requestEnd))
      setRequest(fields, slots, line, tail.request, tail.requestEnd, unescapeLog);
    this.#setNumbers(fields);
    if (tail.others < line.end && isDigit(bytes[tail.others + 1]))
      setIngress(fields, line, tail.others, line.end);
    if (!isAbsent(bytes, tail.referrer, tail.referrerEnd))
      fields.span(slots.referrer, tail.referrer, tail.referrerEnd);
    if (!isAbsent(bytes, tail.agent, tail.agentEnd)) fields.span(slots.agent, tail.agent, tail.agentEnd);
    if (!isAbsent(bytes, tail.forwarded, tail.forwardedEnd))
      setForwarded(fields, slots, line, tail.forwarded, tail.forwardedEnd);
  }
}

/** Whether nothing behind the numbers of a line has an influence on the field. */
const isNumber = (slot: number | undefined) =>
  slot === slots.status || slot === slots.outcome || slot === slots.bytes;

/** Whether the log has `-` or nothing. Apache writes an empty user name as `""`. */
function isAbsent(bytes: Buffer, start: number, end: number): boolean {
  if (end - start === 1) return bytes[start] === DASH;
  return end <= start || (end - start === 4 && bytes[start] === BACKSLASH && bytes[start + 2] === BACKSLASH);
}

/** The end of a virtual host without its port. */
function hostNameEnd(bytes: Buffer, host: number, end: number): number {
  const colon = bytes.lastIndexOf(COLON, end - 1);
  return colon > host && bytes[end - 1] !== CLOSE_BRACKET ? colon : end;
}
