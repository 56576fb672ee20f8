/** Longer spans are copied by the runtime, whose call costs about as much as copying this many bytes here. */
const LONG = 192;

/** Longer texts are written by the runtime, whose call costs about as much as writing this many characters here. */
const SHORT = 48;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

let lastId = 0;

/** Bytes that are written often, such as `"address":`. */
export class Constant {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Another number for each constant, from 1. */
  readonly id: number;

  constructor(text: string) {
    lastId += 1;
    this.id = lastId;
    this.bytes = new TextEncoder().encode(text);
    this.view = new DataView(this.bytes.buffer);
  }
}

/**
 * A buffer that grows and is used again. It makes no object for what is written. `at` is the offset behind the last byte; a caller
 * that sets it back removes what it wrote. The buffer is replaced when it grows, so a caller must not keep `bytes`.
 */
export class ByteWriter {
  bytes: Buffer;
  at = 0;
  #view: DataView;
  /** The bytes that were copied from last, and a view of them. */
  #source: Uint8Array = new Uint8Array(0);
  #sourceView: DataView = new DataView(this.#source.buffer);

  constructor(size = 2 ** 12) {
    this.bytes = Buffer.allocUnsafeSlow(size);
    this.#view = viewOf(this.bytes);
  }

  byte(byte: number): void {
    if (this.at === this.bytes.length) this.#grow(1);
    this.bytes[this.at] = byte;
    this.at += 1;
  }

  constant({ bytes, view }: Constant): void {
    this.#copy(bytes, view, 0, bytes.length);
  }

  /** Copies a span of other bytes. */
  span(bytes: Uint8Array, start: number, end: number): void {
    if (bytes !== this.#source) {
      this.#source = bytes;
      this.#sourceView = viewOf(bytes);
    }
    this.#copy(bytes, this.#sourceView, start, end);
  }

  /** Copies what another writer has written. */
  copyOf(other: ByteWriter, start: number, end: number): void {
    this.#copy(other.bytes, other.#view, start, end);
  }

  text(text: string): void {
    const length = 3 * text.length;
    if (this.at + length > this.bytes.length) this.#grow(length);
    if (text.length > SHORT || !this.#plain(text)) this.at += this.bytes.write(text, this.at, 'utf8');
  }

  /** Writes a text as JSON, with its quotes. */
  string(text: string): void {
    if (text.length > SHORT) {
      this.text(JSON.stringify(text));
      return;
    }
    if (this.at + SHORT + 2 > this.bytes.length) this.#grow(SHORT + 2);
    const before = this.at;
    this.bytes[this.at] = QUOTE;
    this.at += 1;
    if (this.#plain(text)) {
      this.bytes[this.at] = QUOTE;
      this.at += 1;
      return;
    }
    this.at = before;
    this.text(JSON.stringify(text));
  }

  /** Writes a short text without a call of the runtime. Returns false, and writes nothing, if it is not plain ASCII without escapes. */
  #plain(text: string): boolean {
    const { bytes, at } = this;
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) return false;
      bytes[at + i] = code;
    }
    this.at = at + text.length;
    return true;
  }

  /** Writes a number as JSON does. */
  number(value: number): void {
    if (value >= 0 && value < 2 ** 31 && Number.isInteger(value)) this.#integer(value);
    else this.text(JSON.stringify(value));
  }

  /** Writes a whole number of at least 0 with the digits 0 to 9 and a to z. */
  base36(value: number): void {
    if (value >= 36) this.base36(Math.floor(value / 36));
    const digit = value % 36;
    this.byte(digit < 10 ? 0x30 + digit : 0x57 + digit);
  }

  #integer(value: number): void {
    let digits = 1;
    for (let bound = 10; bound <= value; bound *= 10) digits += 1;
    if (this.at + digits > this.bytes.length) this.#grow(digits);
    let rest = value | 0;
    for (let at = this.at + digits - 1; at >= this.at; at -= 1) {
      const tens = (rest / 10) | 0;
      this.bytes[at] = 0x30 + rest - tens * 10;
      rest = tens;
    }
    this.at += digits;
  }

  toString(from = 0): string {
    return this.bytes.toString('utf8', from, this.at);
  }

  /** Releases the bytes that were copied from last. */
  release(): void {
    this.#source = nothing;
    this.#sourceView = viewOf(nothing);
  }

  #copy(source: Uint8Array, view: DataView, start: number, end: number): void {
    const length = end - start;
    if (this.at + length > this.bytes.length) this.#grow(length);
    const target = this.bytes;
    let to = this.at;
    this.at = to + length;
    if (length > LONG) {
      target.set(source.subarray(start, end), to);
      return;
    }
    let from = start;
    // As floating-point numbers, eight bytes at a time. No valid UTF-8 is a NaN, whose bits could change.
    for (; from + 8 <= end; from += 8, to += 8) this.#view.setFloat64(to, view.getFloat64(from, true), true);
    for (; from < end; from += 1, to += 1) target[to] = source[from]!;
  }

  #grow(by: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, this.at + by));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
    this.#view = viewOf(larger);
  }
}

const nothing = new Uint8Array(0);

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  new DataView(buffer, byteOffset, byteLength);
