import { extendHash, extendHashByTwo } from './span-dictionary.ts';

const [quote, backslash, minus, dot, zero, nine] = [0x22, 0x5c, 0x2d, 0x2e, 0x30, 0x39];
/** Digits of a whole number that a double holds exactly, whatever they are. */
const exactDigits = 15;

/** The kind of escape by the byte after the backslash: 0 for none, 1 for one letter, 2 for `u` and four digits. */
const escapes = new Uint8Array(256);
for (const letter of '"\\/bfnrt') escapes[letter.charCodeAt(0)] = 1;
escapes[0x75] = 2;

/** 1 for each byte at which the inner loop over a string stops: quote, backslash, control characters. */
const stops = new Uint8Array(256).map((_, byte) =>
  Number(byte < 0x20 || byte === quote || byte === backslash),
);

/** Node's own decoders, without the checks of `toString`. They are missing from its published types. */
type Slices = Buffer & {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
};

/**
 * Reads JSON token by token, as strictly as `JSON.parse`. A method returns false where the text is not valid JSON; `at` has no meaning then.
 */
export class JsonScanner {
  bytes = Buffer.alloc(0) as Slices;
  /** The same bytes. */
  view: DataView = new DataView(new ArrayBuffer(0));
  at = 0;
  /** Where the text ends. */
  limit = 0;
  /** The string that was read last, without its quotes, and its hash (`hashOf`). */
  start = 0;
  end = 0;
  hash = 0;
  /** Whether that string has escapes, has escapes with four digits, and has bytes beyond ASCII. */
  isEscaped = false;
  isCoded = false;
  isWide = false;
  /** The number that was read last. */
  number = 0;

  /** The text is a part of `bytes`. What follows it is no part of a number or of a word. */
  open(bytes: Buffer, start = 0, end = bytes.length): void {
    if (bytes !== this.bytes) this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.bytes = bytes as Slices;
    this.at = start;
    this.limit = end;
  }

  /** Skips white space. Returns the next byte without reading it, and -1 at the end. */
  next(): number {
    const { bytes } = this;
    let byte = bytes[this.at];
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++this.at];
    return this.at < this.limit ? byte! : -1;
  }

  /** Reads the string that begins at `at`. */
  string(): boolean {
    const bytes = this.bytes;
    const length = this.limit;
    let at = this.at + 1;
    let hash = 0;
    let seen = 0;
    this.start = at;
    this.isEscaped = false;
    this.isCoded = false;
    for (; at < length; at++) {
      // Two bytes at a time: each multiplication of the hash waits for the one before.
      for (; at + 1 < length; at += 2) {
        const first = bytes[at]!;
        const second = bytes[at + 1]!;
        if ((stops[first]! | stops[second]!) !== 0) break;
        seen |= first | second;
        hash = extendHashByTwo(hash, first, second);
      }
      if (at === length) return false;
      const byte = bytes[at]!;
      if (byte === quote) {
        this.end = at;
        this.at = at + 1;
        this.hash = hash;
        this.isWide = seen > 0x7f;
        return true;
      }
      if (byte < 0x20) return false;
      if (byte === backslash) {
        at = this.#escape(at + 1);
        if (at === -1) return false;
      }
      seen |= byte;
      hash = extendHash(hash, byte);
    }
    return false;
  }

  /** Place of the last byte of an escape; -1 where it is not valid. The hash of a text with escapes is not used. */
  #escape(at: number): number {
    const kind = escapes[this.bytes[at] ?? 0]!;
    this.isEscaped = true;
    if (kind === 1) return at;
    this.isCoded = true;
    if (kind === 0 || at + 4 >= this.bytes.length) return -1;
    if (!/^[\da-fA-F]{4}$/.test(this.bytes.latin1Slice(at + 1, at + 5))) return -1;
    return at + 4;
  }

  /** The string that was read last, decoded. */
  text(): string {
    const { bytes, start, end } = this;
    const text = this.isWide ? bytes.utf8Slice(start, end) : bytes.latin1Slice(start, end);
    return this.isEscaped ? (JSON.parse(`"${text}"`) as string) : text;
  }

  /** Reads the number that begins at `at`. */
  readNumber(): boolean {
    const { bytes, at: start } = this;
    let at = start;
    if (bytes[at] === minus) at += 1;
    const first = at;
    let value = 0;
    while (isDigit(bytes[at])) value = value * 10 + bytes[at++]! - zero;
    if (at === first || (bytes[first] === zero && at > first + 1)) return false;
    const whole = at;
    if (bytes[at] === dot) {
      const digits = at + 1;
      at = afterDigits(bytes, digits);
      if (at === digits) return false;
    }
    if (bytes[at] === 0x65 || bytes[at] === 0x45) {
      const sign = bytes[at + 1];
      const digits = at + (sign === 0x2b || sign === minus ? 2 : 1);
      at = afterDigits(bytes, digits);
      if (at === digits) return false;
    }
    const isExact = at === whole && whole - first <= exactDigits;
    const signed = first === start ? value : -value;
    this.number = isExact ? signed : Number(bytes.latin1Slice(start, at));
    this.at = at;
    return true;
  }

  /** Skips `word`, which is `true`, `false` or `null`. */
  word(word: string): boolean {
    for (let place = 0; place < word.length; place++)
      if (this.bytes[this.at + place] !== word.charCodeAt(place)) return false;
    this.at += word.length;
    return true;
  }
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= zero && byte <= nine;

function afterDigits(bytes: Buffer, from: number): number {
  let at = from;
  while (isDigit(bytes[at])) at += 1;
  return at;
}
