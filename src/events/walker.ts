import { isUtf8 } from 'node:buffer';
import { resetTraits, skipColon, skipSpace, skipString, skipValue, traits } from './json-text.ts';
import { AlikeObjects, RepeatedValues, SHORT } from './repeated-values.ts';

/** The result of a walk. A `whole` document is used as it is; an `irregular` one is valid JSON but has to be rewritten. */
type WalkResult = 'whole' | 'irregular' | 'malformed';

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/**
 * Numbers for each entry: start and end of the key without its quotes, start and end of the value, the offset of the
 * first occurrence of the same value in the block (the value's own offset if none is known), and the offset of an object that
 * equals the value, or differs from it only in the digits of one number (again, the own offset if none is known).
 */
export const ENTRY = 6;
/** With more keys than this, duplicates are found with a set: comparing pairs would cost n² for a hostile event. */
const MANY_KEYS = 64;

let lastBlock = 0;

/**
 * Scans JSON documents once and strictly, and notes the offsets of their top-level keys and values. A document is `whole` if
 * it is one well-formed object on one line, in valid UTF-8, at most `MAX_DEPTH` levels deep, and no top-level key is
 * repeated or escaped. It is `irregular` if only the line breaks or the keys are wrong, and `malformed` otherwise.
 */
export class Walker {
  bytes: Buffer = Buffer.alloc(0);
  /** Another number for each block that was opened: offsets mean the same only within one. */
  block = 0;
  /** For the last document: `ENTRY` numbers for each of `count` top-level keys. */
  entries = new Int32Array(ENTRY * 32);
  count = 0;
  /** Offsets of the opening brace and behind the closing one. */
  start = 0;
  end = 0;
  /** Whether the last document is pure ASCII. Then it can be decoded as Latin-1, which is faster. */
  ascii = true;
  /** One bit for the first byte of each top-level key of the last document: see `FieldPath.firstBytes`. */
  firstBytes = 0;
  /** The same bits for those keys alone whose value is no object. */
  plainBytes = 0;
  readonly #repeated = new RepeatedValues();
  readonly #alike = new AlikeObjects();
  #irregular = false;
  #keyBits = 0;
  /** Offset of the first occurrence of the last value. */
  #origin = 0;
  /** Offset of an object that is like the last value. */
  #like = 0;

  open(bytes: Buffer): void {
    lastBlock += 1;
    this.block = lastBlock;
    this.bytes = bytes;
    this.#repeated.open(bytes);
    this.#alike.open(bytes);
  }

  walk(start: number, end: number): WalkResult {
    const { bytes } = this;
    resetTraits();
    this.count = 0;
    this.firstBytes = 0;
    this.plainBytes = 0;
    this.#irregular = false;
    this.#keyBits = 0;
    this.start = bytes[start] === OPEN_BRACE ? start : skipSpace(bytes, start, end);
    this.end = trimEnd(bytes, this.start, end);
    const twoBraces = this.end - this.start >= 2 && bytes[this.start] === OPEN_BRACE;
    if (!twoBraces || bytes[this.end - 1] !== CLOSE_BRACE || !this.#members()) return 'malformed';
    this.ascii = !traits.notAscii;
    if (traits.notAscii && !isUtf8(bytes.subarray(start, end))) return 'malformed';
    if (this.count > MANY_KEYS && this.#manyKeysRepeat()) this.#irregular = true;
    return this.#irregular || traits.newline ? 'irregular' : 'whole';
  }

  #members(): boolean {
    const { bytes, end } = this;
    let at = skipSpace(bytes, this.start + 1, end);
    if (bytes[at] === CLOSE_BRACE) return at + 1 === end;
    for (;;) {
      if (bytes[at] !== QUOTE) return false;
      traits.escape = false;
      const key = at + 1;
      at = skipString(bytes, key, end);
      if (at < 0) return false;
      const keyEnd = at - 1;
      if (traits.escape) this.#irregular = true;
      at = skipColon(bytes, at, end);
      if (at < 0) return false;
      const value = at;
      this.#origin = at;
      this.#like = at;
      if (bytes[at] === OPEN_BRACE) at = this.#object(at);
      else {
        at = skipValue(bytes, at, end, 2);
        this.plainBytes |= 1 << (bytes[key]! & 31);
      }
      if (at < 0) return false;
      this.#enter(key, keyEnd, value, at);
      if (at < end && bytes[at]! <= SPACE) at = skipSpace(bytes, at, end);
      if (at >= end) return false;
      const next = bytes[at];
      if (next === CLOSE_BRACE) return at + 1 === end;
      if (next !== COMMA) return false;
      at += 1;
      if (bytes[at] !== QUOTE) at = skipSpace(bytes, at, end);
    }
  }

  #object(at: number): number {
    const { bytes, end } = this;
    const shortSlot = this.#repeated.shortSlotOf(bytes, at, end);
    const short = this.#repeated.skip(shortSlot, at, end);
    if (short > 0) return this.#repeats(shortSlot, short);
    const slot = this.#repeated.slotOf(bytes, at, end);
    const known = this.#repeated.skip(slot, at, end);
    if (known > 0) return this.#repeats(slot, known);
    const likeSlot = this.#alike.slotOf(bytes, at, end);
    const alike = this.#alike.skip(likeSlot, bytes, at, end);
    if (alike > 0) {
      this.#like = this.#alike.startOf(likeSlot);
      return alike;
    }
    const after = skipValue(bytes, at, end, 2);
    // A skipped value sets no traits, so only values without traits may be remembered.
    if (after > 0 && !traits.notAscii && !traits.newline) {
      this.#repeated.remember(after - at <= SHORT ? shortSlot : slot, at, after);
      this.#alike.remember(likeSlot, bytes, at, after);
    }
    return after;
  }

  #repeats(slot: number, after: number): number {
    this.#origin = this.#repeated.startOf(slot);
    this.#like = this.#origin;
    return after;
  }

  #enter(key: number, keyEnd: number, value: number, valueEnd: number): void {
    const place = this.count * ENTRY;
    if (place === this.entries.length) this.#grow();
    const { entries, bytes } = this;
    const bit = 1 << ((keyEnd - key + bytes[key]! * 5 + bytes[keyEnd - 1]! * 11) & 31);
    if ((this.#keyBits & bit) !== 0 && this.count <= MANY_KEYS && this.#has(key, keyEnd))
      this.#irregular = true;
    this.#keyBits |= bit;
    this.firstBytes |= 1 << (bytes[key]! & 31);
    entries[place] = key;
    entries[place + 1] = keyEnd;
    entries[place + 2] = value;
    entries[place + 3] = valueEnd;
    entries[place + 4] = this.#origin;
    entries[place + 5] = this.#like;
    this.count += 1;
  }

  #has(key: number, keyEnd: number): boolean {
    const { entries, bytes } = this;
    for (let place = 0; place < this.count * ENTRY; place += ENTRY) {
      const other = entries[place]!;
      if (entries[place + 1]! - other !== keyEnd - key) continue;
      let i = 0;
      while (key + i < keyEnd && bytes[other + i] === bytes[key + i]) i += 1;
      if (key + i === keyEnd) return true;
    }
    return false;
  }

  #manyKeysRepeat(): boolean {
    const keys = new Set<string>();
    for (let place = 0; place < this.count * ENTRY; place += ENTRY)
      keys.add(this.bytes.toString('latin1', this.entries[place], this.entries[place + 1]));
    return keys.size < this.count;
  }

  #grow(): void {
    const larger = new Int32Array(this.entries.length * 2);
    larger.set(this.entries);
    this.entries = larger;
  }
}

/** White space after the document, such as a line break, is not part of it. */
function trimEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && isSpace(bytes[at - 1]!)) at -= 1;
  return at;
}

const isSpace = (byte: number) => byte === SPACE || byte === 0x09 || byte === 0x0a || byte === 0x0d;

const CLOSE_BRACKET = 0x5d;

/** Iterates over the members of a walked object, or over the elements of a walked array. */
export class Members {
  key = 0;
  keyEnd = 0;
  value = 0;
  valueEnd = 0;
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;

  /** `at` is the offset of the opening brace or bracket; `end` is behind the closing one. */
  constructor(bytes: Buffer, at: number, end: number) {
    this.#bytes = bytes;
    this.#end = end;
    this.#at = skipSpace(bytes, at + 1, end);
  }

  nextMember(): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    const at = this.#at;
    if (bytes[at] === CLOSE_BRACE) return false;
    this.key = at + 1;
    const afterKey = skipString(bytes, at + 1, end);
    this.keyEnd = afterKey - 1;
    return this.#take(skipColon(bytes, afterKey, end));
  }

  nextElement(): boolean {
    return this.#bytes[this.#at] === CLOSE_BRACKET ? false : this.#take(this.#at);
  }

  #take(at: number): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    this.value = at;
    // Level 1: the depth was bounded when the document was walked.
    this.valueEnd = skipValue(bytes, at, end, 1);
    let next = bytes[this.valueEnd] === COMMA ? this.valueEnd : skipSpace(bytes, this.valueEnd, end);
    if (bytes[next] === COMMA) {
      next += 1;
      if (bytes[next] !== QUOTE) next = skipSpace(bytes, next, end);
    }
    this.#at = next;
    return true;
  }
}
