import { isEscaped } from '../../events/index.ts';
import type { Millis } from '../../model.ts';
import { type Line, type LineFields, Word } from '../line-fields.ts';
import type { LineParser, PlainParser } from '../line-parser.ts';
import { accessFields, setIngress, unescapeLog } from './access-fields.ts';
import { AccessTail, REWRITE } from './access-tail.ts';
import {
  clientsEnd,
  commaIn,
  hostNameEnd,
  isAbsent,
  isClient,
  isHostName,
  isIp,
  setClient,
  setForwarded,
} from './client.ts';
import {
  BACKSLASH,
  CLOSE_BRACKET,
  COMMA,
  DASH,
  isDigit,
  LOWER_U,
  nextSpace,
  OPEN_BRACKET,
  QUOTE,
  SPACE,
  STAMP,
  setRequest,
  skipPrefix,
  stamp,
} from './line-parts.ts';
import { readPlainEnd, readPlainNumbers } from './plain-tail.ts';

/** The time is searched in this many bytes only, so that a long line of another format is not searched to its end. */
const HEAD_LIMIT = 1024;

/**
 * The beginning of an access-log line: `client ident user [time]`. Before it there may be a virtual host with or without its
 * port, a list of addresses (X-Forwarded-For) in place of the client, or the prefix of syslog or of a container's log. Any other
 * words before the client make it another format. Numbers are offsets in the bytes read; a missing field has its end at its start.
 */
class AccessHead {
  /** Virtual host, perhaps with its port. */
  host = 0;
  hostEnd = 0;
  /** The client, or the list of addresses. */
  client = 0;
  clientEnd = 0;
  user = 0;
  userEnd = 0;
  time: Millis = Number.NaN;
  /** Offset behind the closing bracket of the time. */
  after = 0;
  /** Whether a line that was not recognised may have its slashes escaped as `\/`, as PHP does. */
  mayHaveEscapes = false;

  /** Returns false if the line does not begin like this. */
  read(bytes: Buffer, start: number, end: number): boolean {
    const bracket = this.#findTime(bytes, start, end);
    if (bracket === -1) return false;
    this.after = bracket + STAMP + 2;
    const last = bracket - 1;
    if (this.#readNames(bytes, start, last)) return true;
    const from = skipPrefix(bytes, start, last);
    return from > start && this.#readNames(bytes, from, last);
  }

  #findTime(bytes: Buffer, start: number, end: number): number {
    this.mayHaveEscapes = false;
    const last = Math.min(end - STAMP - 2, start + HEAD_LIMIT);
    for (let at = start + 1; at <= last; at += 1) {
      if (bytes[at] !== OPEN_BRACKET || bytes[at - 1] !== SPACE) continue;
      if (bytes[at + 3] === BACKSLASH) this.mayHaveEscapes = true;
      this.time = stamp(bytes, at + 1);
      if (!Number.isNaN(this.time) && bytes[at + STAMP + 1] === CLOSE_BRACKET) return at;
    }
    return -1;
  }

  #readNames(bytes: Buffer, start: number, end: number): boolean {
    this.host = this.hostEnd = start;
    const firstEnd = nextSpace(bytes, start, end);
    if (bytes[firstEnd - 1] === COMMA) return this.#readList(bytes, start, end);
    // The usual line: a client, and nothing before it.
    if (isClient(bytes, start, firstEnd) && this.#readUser(bytes, start, firstEnd, end)) return true;
    if (commaIn(bytes, start, firstEnd) !== -1) return this.#readList(bytes, start, end);
    const second = firstEnd + 1;
    const secondEnd = nextSpace(bytes, second, end);
    const isHost = isHostName(bytes, start, firstEnd) || bytes[start] === OPEN_BRACKET;
    if (!isHost || !isIp(bytes, second, secondEnd)) return false;
    this.host = start;
    this.hostEnd = firstEnd;
    return this.#readUser(bytes, second, secondEnd, end);
  }

  /** `client, proxy, proxy ident user`, with or without blanks behind the commas. */
  #readList(bytes: Buffer, start: number, end: number): boolean {
    const to = clientsEnd(bytes, start, end);
    return to !== -1 && this.#readUser(bytes, start, to, end);
  }

  /**
   * Only the user may contain spaces, so it is what remains. Then the ident must be `-`, as it is in nearly every log: words
   * of a sentence are no ident and no user. A client that is only a name needs a `-`, too.
   */
  #readUser(bytes: Buffer, client: number, clientEnd: number, end: number): boolean {
    const ident = clientEnd + 1;
    const identEnd = nextSpace(bytes, ident, end);
    if (identEnd <= ident || identEnd >= end) return false;
    this.client = client;
    this.clientEnd = clientEnd;
    this.user = identEnd + 1;
    this.userEnd = end;
    const isDash = identEnd === ident + 1 && bytes[ident] === DASH;
    if (isDash) {
      this.#skipBracketed(bytes, end);
      return true;
    }
    return (
      this.hostEnd === this.host && isIp(bytes, client, clientEnd) && nextSpace(bytes, this.user, end) === end
    );
  }

  /** Older ingress controllers write the client a second time: `203.0.113.9 - [203.0.113.9] - user`. */
  #skipBracketed(bytes: Buffer, end: number): void {
    const { user } = this;
    if (bytes[user] !== OPEN_BRACKET) return;
    const close = nextSpace(bytes, user, end);
    const isAddress = bytes[close - 1] === CLOSE_BRACKET && isIp(bytes, user, close);
    if (isAddress && bytes[close + 1] === DASH && bytes[close + 2] === SPACE && close + 3 < end)
      this.user = close + 3;
  }
}

const { slots } = accessFields;
/** Fields on which nothing behind the numbers of a line has an influence. */
const numbers = new Set([slots.status, slots.outcome, slots.bytes]);
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
    if (this.#plainRead === 'all' || (slot !== undefined && numbers.has(slot))) return true;
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
