import type { Millis } from '../../model.ts';
import { isClient, isHostName, isIp } from './client.ts';
import {
  BACKSLASH,
  CLOSE_BRACKET,
  COMMA,
  DASH,
  nextSpace,
  OPEN_BRACKET,
  SPACE,
  STAMP,
  skipPrefix,
  stamp,
} from './line-parts.ts';

/** The time is searched in this many bytes only, so that a long line of another format is not searched to its end. */
const HEAD_LIMIT = 1024;

/**
 * The beginning of an access-log line: `client ident user [time]`. Before it there may be a virtual host with or without its
 * port, a list of addresses (X-Forwarded-For) in place of the client, or the prefix of syslog or of a container's log. Any other
 * words before the client make it another format. Numbers are offsets in the bytes read; a missing field has its end at its start.
 */
export class AccessHead {
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
    let at = start;
    let to = nextSpace(bytes, at, end);
    while (bytes[to - 1] === COMMA) {
      if (!areClients(bytes, at, to - 1)) return false;
      at = to + 1;
      to = nextSpace(bytes, at, end);
    }
    return areClients(bytes, at, to) && this.#readUser(bytes, start, to, end);
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

/** Place of the first comma; -1 where there is none. */
function commaIn(bytes: Buffer, start: number, end: number): number {
  const at = bytes.indexOf(COMMA, start);
  return at < end ? at : -1;
}

/** Whether each part between commas may be a client, and one of several is an address: `a,b` are words. */
function areClients(bytes: Buffer, start: number, end: number): boolean {
  let at = start;
  let isSure = false;
  for (let comma = commaIn(bytes, at, end); comma !== -1; comma = commaIn(bytes, at, end)) {
    if (!isClient(bytes, at, comma)) return false;
    isSure ||= isIp(bytes, at, comma);
    at = comma + 1;
  }
  return isClient(bytes, at, end) && (at === start || isSure || isIp(bytes, at, end));
}
