/** Where the framer hands over each line: `bytes[from, to)`, valid only during the call. */
type TakeLine = (
  bytes: Buffer,
  from: number,
  to: number,
  offset: number,
  flags: readonly string[] | undefined,
) => void;

interface FramerOptions {
  /** Bytes of a line; what is beyond is passed over, and the line is flagged. */
  maxMessage: number;
  /** Whether a line may have its length in front, `42 <34>1 …` (RFC 6587, octet counting), or end with a NUL, as Python sends it. */
  syslogFraming: boolean;
  /** Accounts for memory of incomplete lines. Returns whether there is room; if not, the line is cut. */
  hold: (change: number) => boolean;
  take: TakeLine;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const NUL = 0x00;
/** A longer number is no length of a line. */
const longestCount = 8;

const cut: readonly string[] = ['truncated'];
const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;

/** What the length in front of a line says; `undefined` if more bytes are needed to know, `none` if there is none. */
type Count = { start: number; length: number } | 'none' | undefined;

function countAt(bytes: Buffer, at: number): Count {
  if (bytes[at]! < 0x31 || bytes[at]! > 0x39) return 'none';
  const end = Math.min(bytes.length, at + longestCount + 1);
  for (let i = at; i < end; i += 1) {
    if (bytes[i] === SPACE) return { start: i + 1, length: Number(bytes.toString('latin1', at, i)) };
    if (!isDigit(bytes[i]!)) return 'none';
  }
  return end < at + longestCount + 1 ? undefined : 'none';
}

/**
 * Cuts the bytes of one stream into lines. A line ends with LF or CR LF. With the framing of syslog it may also end with NUL, or be as long as the
 * number in front of it states. These may alternate in one stream, because senders choose for each line. Memory: the incomplete line at the end of
 * the stream.
 */
export class LineFramer {
  readonly #options: FramerOptions;
  /** The incomplete line is `#held[0, #length)`. */
  #held = Buffer.alloc(0);
  #length = 0;
  /** Up to here the incomplete line has no line feed. */
  #searched = 0;
  /** Where the next NUL is that ends a line; -1 for none. */
  #nul = -1;
  /** Bytes of the stream before the first one that is held. */
  #offset = 0;
  /** What is passed over: the rest of a cut line, up to a line feed (`Infinity`) or so many bytes. */
  #passOver = 0;

  constructor(options: FramerOptions) {
    this.#options = options;
  }

  push(chunk: Buffer): void {
    const bytes = this.#length === 0 ? chunk : this.#append(chunk);
    const consumed = this.#frames(bytes);
    this.#offset += consumed;
    this.#keep(bytes, consumed);
  }

  /** Takes bytes that are one message, whatever they hold, as those of a datagram. */
  whole(bytes: Buffer): void {
    this.#emit(bytes, 0, bytes.length, 0, undefined);
  }

  /** The stream ended. A last line without a line feed is a line; `complete: false` says that it broke off. */
  end(complete: boolean): void {
    const bytes = this.#held.subarray(0, this.#length);
    if (bytes.length > 0 && this.#passOver === 0) {
      const count = this.#options.syslogFraming ? countAt(bytes, 0) : 'none';
      const isCounted = typeof count === 'object';
      const flags = complete && !isCounted ? undefined : cut;
      this.#emit(bytes, isCounted ? count.start : 0, bytes.length, this.#offset, flags);
    }
    this.#keep(bytes, bytes.length);
  }

  /** Takes all complete lines. Returns how many bytes are done. */
  #frames(bytes: Buffer): number {
    let at = 0;
    this.#nul = this.#options.syslogFraming ? bytes.indexOf(NUL, this.#searched) : -1;
    while (at < bytes.length) {
      if (this.#nul !== -1 && this.#nul < at) this.#nul = bytes.indexOf(NUL, at);
      const next = this.#passOver > 0 ? this.#pass(bytes, at) : this.#frame(bytes, at);
      if (next === undefined) break;
      at = next;
      this.#searched = 0;
    }
    return at;
  }

  #pass(bytes: Buffer, at: number): number {
    if (this.#passOver === Number.POSITIVE_INFINITY) {
      const newline = bytes.indexOf(LINE_FEED, at);
      if (newline !== -1) this.#passOver = 0;
      return newline === -1 ? bytes.length : newline + 1;
    }
    const passed = Math.min(this.#passOver, bytes.length - at);
    this.#passOver -= passed;
    return at + passed;
  }

  /** Takes the line at `at` and returns where the next one begins; undefined if it is incomplete. */
  #frame(bytes: Buffer, at: number): number | undefined {
    const count = this.#options.syslogFraming ? countAt(bytes, at) : 'none';
    if (count === undefined) return undefined;
    return count === 'none' ? this.#line(bytes, at) : this.#counted(bytes, at, count.start, count.length);
  }

  #line(bytes: Buffer, at: number): number | undefined {
    const newline = bytes.indexOf(LINE_FEED, at + this.#searched);
    const end = this.#nul !== -1 && (newline === -1 || this.#nul < newline) ? this.#nul : newline;
    if (end !== -1) {
      this.#emit(bytes, at, end, this.#offset + at, undefined);
      return end + 1;
    }
    if (this.#fits(bytes.length - at)) {
      this.#searched = bytes.length - at;
      return undefined;
    }
    this.#emit(bytes, at, bytes.length, this.#offset + at, cut);
    this.#passOver = Number.POSITIVE_INFINITY;
    return bytes.length;
  }

  #counted(bytes: Buffer, at: number, start: number, length: number): number | undefined {
    const end = start + length;
    if (bytes.length >= end) {
      this.#emit(bytes, start, end, this.#offset + at, undefined);
      return end;
    }
    if (this.#fits(bytes.length - at)) return undefined;
    this.#emit(bytes, start, bytes.length, this.#offset + at, cut);
    this.#passOver = end - bytes.length;
    return bytes.length;
  }

  /** Whether an incomplete line of so many bytes may be held. */
  #fits(length: number): boolean {
    return length <= this.#options.maxMessage && this.#options.hold(0);
  }

  /** Empty lines are no events. A carriage return or a NUL at the end belongs to the framing. */
  #emit(
    bytes: Buffer,
    from: number,
    end: number,
    offset: number,
    flags: readonly string[] | undefined,
  ): void {
    const { maxMessage, take } = this.#options;
    let to = end;
    while (to > from && isEnding(bytes[to - 1]!)) to -= 1;
    if (to === from) return;
    if (to - from <= maxMessage) take(bytes, from, to, offset, flags);
    else take(bytes, from, characterEnd(bytes, from, from + maxMessage), offset, cut);
  }

  #append(chunk: Buffer): Buffer {
    const needed = this.#length + chunk.length;
    if (needed > this.#held.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#length));
      this.#held.copy(larger, 0, 0, this.#length);
      this.#held = larger;
    }
    chunk.copy(this.#held, this.#length);
    return this.#held.subarray(0, needed);
  }

  #keep(bytes: Buffer, consumed: number): void {
    const rest = bytes.subarray(consumed);
    const isHeld = bytes.buffer === this.#held.buffer && bytes.byteOffset === this.#held.byteOffset;
    if (rest.length === 0) this.#held = Buffer.alloc(0);
    else if (isHeld) this.#held.copyWithin(0, consumed, bytes.length);
    else this.#held = Buffer.from(rest);
    this.#options.hold(rest.length - this.#length);
    this.#length = rest.length;
  }
}

const isEnding = (byte: number) => byte === CARRIAGE_RETURN || byte === LINE_FEED || byte === NUL;

/** The end of the last whole UTF-8 character before `to`. */
function characterEnd(bytes: Buffer, from: number, to: number): number {
  let end = to;
  while (end > from && (bytes[end]! & 0xc0) === 0x80) end -= 1;
  return end;
}
