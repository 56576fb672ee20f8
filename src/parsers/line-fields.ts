import {
  type Additions,
  type ByteWriter,
  Constant,
  decodeString,
  ENTRY,
  type EventView,
  fieldPath,
} from '../events/index.ts';
import type { FieldValue, Millis } from '../model.ts';
import type { Branch, FieldTable } from './field-table.ts';

const message = fieldPath('message');
const QUOTE = 0x22;

/**
 * The text of an event's `message`, as the JSON text that was received, without its quotes: `bytes[start, end)`. It is not decoded: a
 * quote in the line is `\"`, a backslash `\\`, a tab `\t`. Spaces, brackets, colons and digits are as in the line. A parser that
 * cuts only at such bytes never cuts an escape in two, except that digits and letters also occur in `\u00e4`.
 */
export class Line {
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  ascii = true;

  /** Moves to the line of an event. Returns false if the event's `message` is not text. */
  open(view: EventView): boolean {
    const { walker } = view;
    const entry = view.entryOf(message);
    if (entry === -1) return false;
    const { bytes, entries, ascii } = walker;
    const value = entries[entry * ENTRY + 2]!;
    if (bytes[value] !== QUOTE) return false;
    this.bytes = bytes;
    this.start = value + 1;
    this.end = entries[entry * ENTRY + 3]! - 1;
    this.ascii = ascii;
    return true;
  }

  /** Moves to a line that is not JSON: nothing in it is escaped. */
  openPlain({ bytes, start, end, ascii }: EventView['plain']): void {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.ascii = ascii;
  }

  /** Decodes a part of the line: slow, and simple. */
  text(start = this.start, end = this.end): string {
    return decodeString(this.bytes, start, end, this.ascii);
  }

  /** Encodes the line again, so that each character is escaped in the shortest way: `/` instead of `\/`. Offsets change. */
  encodeAgain(): void {
    this.bytes = Buffer.from(
      JSON.stringify(decodeString(this.bytes, this.start, this.end, false)).slice(1, -1),
    );
    this.start = 0;
    this.end = this.bytes.length;
    this.ascii = false;
  }
}

const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** What a field was found as. */
const kinds = { missing: 0, span: 1, number: 2, text: 3, word: 4 };

/** One of a few texts that a parser sets again and again, such as `success`. */
export class Word {
  readonly text: string;
  readonly json: Constant;

  constructor(text: string) {
    this.text = text;
    this.json = new Constant(JSON.stringify(text));
  }
}

const noWord = new Word('');

/** So many members of an object have a bit each, from which it is known which are there. */
const MOST_BITS = 32;

/**
 * The fields that a parser found in a line. A parser sets fields by their slots; nothing is decoded or copied until a rule asks for
 * a field or the document is written. It is reused: `clear` begins the next line.
 */
export class LineFields {
  /** The time that the line states; NaN if it states none. */
  time: Millis = Number.NaN;
  /** The zone in which `time` was read, where the line states none and it is not UTC. */
  localZone: string | undefined;
  readonly #table: FieldTable;
  readonly #kinds: Uint8Array;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #numbers: Float64Array;
  readonly #texts: string[];
  readonly #words: Word[];
  /** Whether any field was set since `clear`. Of most lines nobody needs one. */
  #hasFields = false;

  constructor(table: FieldTable) {
    const count = table.fields.length;
    this.#table = table;
    this.#kinds = new Uint8Array(count);
    this.#starts = new Int32Array(count);
    this.#ends = new Int32Array(count);
    this.#numbers = new Float64Array(count);
    this.#texts = Array.from({ length: count }, () => '');
    this.#words = Array.from({ length: count }, () => noWord);
  }

  clear(): void {
    this.time = Number.NaN;
    this.localZone = undefined;
    if (this.#hasFields) this.#kinds.fill(kinds.missing);
    this.#hasFields = false;
  }

  /** The field is this part of the line. It must not begin or end within an escape. An empty span is no field. */
  span(slot: number, start: number, end: number): void {
    if (end <= start) return;
    this.#set(slot, kinds.span);
    this.#starts[slot] = start;
    this.#ends[slot] = end;
  }

  /** The field is a number. NaN is no field. */
  number(slot: number, value: number): void {
    if (Number.isNaN(value)) return;
    this.#set(slot, kinds.number);
    this.#numbers[slot] = value;
  }

  /** The field is a text that does not occur in the line as it is. */
  text(slot: number, text: string | undefined): void {
    if (text === undefined) return;
    this.#set(slot, kinds.text);
    this.#texts[slot] = text;
  }

  word(slot: number, word: Word): void {
    this.#set(slot, kinds.word);
    this.#words[slot] = word;
  }

  #set(slot: number, kind: number): void {
    this.#kinds[slot] = kind;
    this.#hasFields = true;
  }

  get(slot: number, line: Line): FieldValue {
    const { always, unescaped } = this.#table.fields[slot]!;
    if (always !== undefined) return always;
    switch (this.#kinds[slot]) {
      case kinds.span: {
        const text = decodeString(line.bytes, this.#starts[slot]!, this.#ends[slot]!, line.ascii);
        return unescaped !== undefined && text.includes('\\') ? unescaped(text) : text;
      }
      case kinds.number:
        return this.#numbers[slot];
      case kinds.text:
        return this.#texts[slot];
      case kinds.word:
        return this.#words[slot]!.text;
      default:
        return undefined;
    }
  }

  has(slot: number): boolean {
    return this.#kinds[slot] !== kinds.missing || this.#table.fields[slot]!.always !== undefined;
  }

  /** Adds all fields to a document. */
  addTo(additions: Additions, line: Line): void {
    const { groups } = this.#table;
    for (let group = 0; group < groups.length; group += 1) {
      const { path, branch } = groups[group]!;
      const writer = additions.begin();
      if (branch.slot !== -1) {
        if (this.#isPresent(branch)) this.#value(writer, branch, line);
        additions.endValue(path);
      } else {
        const written = this.#members(writer, branch.children, line);
        additions.endMembers(path, branch.children.length <= MOST_BITS ? branch.key.id : 0, written);
      }
    }
  }

  #isPresent({ slot, always }: Branch): boolean {
    return this.#kinds[slot] !== kinds.missing || always !== undefined;
  }

  /** Returns one bit for each of the first branches that was written, and 0 if none was. */
  #members(writer: ByteWriter, branches: readonly Branch[], line: Line): number {
    let written = 0;
    for (let place = 0; place < branches.length; place += 1) {
      const branch = branches[place]!;
      if (branch.slot !== -1 && !this.#isPresent(branch)) continue;
      const before = writer.at;
      if (written !== 0) writer.byte(COMMA);
      writer.constant(branch.key);
      if (branch.slot !== -1) this.#value(writer, branch, line);
      else {
        writer.byte(OPEN_BRACE);
        if (this.#members(writer, branch.children, line) === 0) {
          writer.at = before;
          continue;
        }
        writer.byte(CLOSE_BRACE);
      }
      written |= 1 << (place & 31);
    }
    return written;
  }

  #value(writer: ByteWriter, { slot, always }: Branch, line: Line): void {
    const kind = this.#kinds[slot];
    if (always !== undefined) writer.constant(always);
    else if (kind === kinds.number) writer.number(this.#numbers[slot]!);
    else if (kind === kinds.word) writer.constant(this.#words[slot]!.json);
    else if (kind === kinds.span && this.#isAsReceived(slot, line)) this.#writeSpan(writer, slot, line);
    else if (kind === kinds.text) writer.string(this.#texts[slot]!);
    else writer.text(JSON.stringify(this.get(slot, line)));
  }

  #isAsReceived(slot: number, { bytes }: Line): boolean {
    if (this.#table.fields[slot]!.unescaped === undefined) return true;
    return !hasBackslash(bytes, this.#starts[slot]!, this.#ends[slot]!);
  }

  #writeSpan(writer: ByteWriter, slot: number, { bytes }: Line): void {
    writer.byte(QUOTE);
    writer.span(bytes, this.#starts[slot]!, this.#ends[slot]!);
    writer.byte(QUOTE);
  }
}

function hasBackslash(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (bytes[at] === BACKSLASH) return true;
  return false;
}
