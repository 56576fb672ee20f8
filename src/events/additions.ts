import { ByteWriter, type Constant } from './byte-writer.ts';
import { type TextWriter, writeJson, writeMembers } from './json-writer.ts';
import { type FieldPath, fieldPath } from './lookup.ts';
import { expandDots, isObject, type JsonObject, merge } from './objects.ts';

const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Numbers for each piece: the place of its key (-1: removed), its start and end in the text, and what is known of its making. */
const PIECE = 5;

/**
 * Fields to splice into a document: top-level keys, each with pieces of JSON text. A piece of an object is some of its members,
 * without braces, so that several callers can add members to one object. All text is in one buffer; no piece is copied or parsed
 * unless fields are added that may be there already. It is reused: `clear` begins the next document.
 */
export class Additions {
  /** The top-level keys, in the order in which they were added: the first `count` are in use. */
  readonly paths: FieldPath[] = [];
  count = 0;
  /** One bit for the first byte of each key. */
  firstBytes = 0;
  /** The text of the pieces. */
  readonly writer = new ByteWriter();
  readonly #isObject: boolean[] = [];
  /** `PIECE` numbers for each piece. */
  #pieces = new Int32Array(PIECE * 32);
  #pieceCount = 0;
  #began = 0;
  readonly #scratch = new ByteWriter(256);

  clear(): void {
    this.count = 0;
    this.firstBytes = 0;
    this.writer.at = 0;
    this.#pieceCount = 0;
  }

  /** Begins a piece. The caller writes its text with the writer, and calls `endMembers` or `endValue`. */
  begin(): ByteWriter {
    this.#began = this.writer.at;
    return this.writer;
  }

  /**
   * Adds what was written as members of the object `path`. It must not have any of them yet. Nothing written adds nothing. Two pieces with
   * the same `origin` and `choice` have the same keys, and objects as values of the same keys: see `isMadeAs`. An `origin` of 0 is unknown.
   */
  endMembers(path: FieldPath, origin = 0, choice = 0): void {
    if (this.writer.at > this.#began) this.#piece(this.#placeOf(path, true), origin, choice);
  }

  /** Sets what was written as the value of `path`. It replaces one that was set before. Nothing written sets nothing. */
  endValue(path: FieldPath): void {
    if (this.writer.at > this.#began) this.#replace(path, false);
  }

  /** Adds members, such as `"kind":"event","type":["access"]`, to the object `key`. It must not have any of them yet. */
  members(key: string, text: string): void {
    this.begin().text(text);
    this.endMembers(fieldPath(key));
  }

  /** The same for text that is added to many documents. */
  constantMembers(path: FieldPath, text: Constant): void {
    this.begin().constant(text);
    this.endMembers(path, text.id);
  }

  /** Sets a value, given as JSON text. */
  value(key: string, json: string): void {
    this.begin().text(json);
    this.endValue(fieldPath(key));
  }

  /** Adds fields by name, dotted or nested. They replace values added before. `texts` may write long texts among them. */
  fields(fields: JsonObject, texts?: TextWriter): void {
    const expanded = expandDots(fields);
    for (const key of Object.keys(expanded)) {
      const value = expanded[key];
      if (isNothing(value)) continue;
      const present = this.parsed(key);
      if (present === undefined) this.set(key, value, texts);
      else if (isApart(present, value)) {
        writeMembers(this.begin(), value as JsonObject, texts);
        this.endMembers(fieldPath(key));
      } else this.set(key, merge(present, value), texts);
    }
  }

  /** Sets a value. It replaces one that was set before. */
  set(key: string, value: unknown, texts?: TextWriter): void {
    const isMembers = isObject(value) && Object.keys(value).length > 0;
    const writer = this.begin();
    if (isMembers) writeMembers(writer, value, texts);
    else writeJson(writer, value, texts);
    this.#replace(fieldPath(key), isMembers);
  }

  /** Whether there is an addition under the key. */
  has(path: FieldPath): boolean {
    return this.#find(path) !== -1;
  }

  /** The addition under `key`, parsed; undefined if there is none. */
  parsed(key: string): unknown {
    const place = this.#find(fieldPath(key));
    if (place === -1) return undefined;
    const value = this.#scratch;
    value.at = 0;
    this.#writeValue(place, value);
    return JSON.parse(value.toString());
  }

  isObject(place: number): boolean {
    return this.#isObject[place]!;
  }

  /** Whether the addition replaces the event's value: it is not an object, and not `tags`, which are merged. */
  replaces(place: number): boolean {
    return !this.#isObject[place] && this.paths[place]!.name !== 'tags';
  }

  /** Writes the value of an addition. */
  #writeValue(place: number, to: ByteWriter): void {
    const isObject = this.#isObject[place];
    if (isObject) to.byte(OPEN_BRACE);
    this.writePieces(place, to, true);
    if (isObject) to.byte(CLOSE_BRACE);
  }

  /** Writes key and value of an addition. */
  write(place: number, to: ByteWriter): void {
    to.constant(this.paths[place]!.key);
    this.#writeValue(place, to);
  }

  /** Writes the pieces of an addition with commas between them, and one before them unless they are the first. */
  writePieces(place: number, to: ByteWriter, isFirst: boolean): void {
    const pieces = this.#pieces;
    let first = isFirst;
    for (let at = 0; at < this.#pieceCount * PIECE; at += PIECE) {
      if (pieces[at] !== place) continue;
      if (!first) to.byte(COMMA);
      first = false;
      to.copyOf(this.writer, pieces[at + 1]!, pieces[at + 2]!);
    }
  }

  /** The piece at or after `from` that belongs to an addition; -1 after the last. */
  nextPiece(place: number, from: number): number {
    for (let piece = from; piece < this.#pieceCount; piece += 1)
      if (this.#pieces[piece * PIECE] === place) return piece;
    return -1;
  }

  startOf(piece: number): number {
    return this.#pieces[piece * PIECE + 1]!;
  }

  endOf(piece: number): number {
    return this.#pieces[piece * PIECE + 2]!;
  }

  /** Notes how the pieces of an addition were made, for `isMadeAs`. Returns false if that is not known of all of them. */
  noteMaking(place: number, into: number[]): boolean {
    into.length = 0;
    for (let piece = this.nextPiece(place, 0); piece !== -1; piece = this.nextPiece(place, piece + 1)) {
      const at = piece * PIECE;
      if (this.#pieces[at + 3] === 0) return false;
      into.push(this.#pieces[at + 3]!, this.#pieces[at + 4]!);
    }
    return true;
  }

  /** Whether the addition has the members, by their keys and in their order, of one that was noted. */
  isMadeAs(place: number, noted: readonly number[]): boolean {
    const pieces = this.#pieces;
    let at = 0;
    for (let piece = this.nextPiece(place, 0); piece !== -1; piece = this.nextPiece(place, piece + 1)) {
      if (pieces[piece * PIECE + 3] !== noted[at] || pieces[piece * PIECE + 4] !== noted[at + 1])
        return false;
      at += 2;
    }
    return at === noted.length;
  }

  #find(path: FieldPath): number {
    for (let place = 0; place < this.count; place += 1) if (this.paths[place] === path) return place;
    return -1;
  }

  #placeOf(path: FieldPath, isObject: boolean): number {
    const known = this.#find(path);
    if (known !== -1) return known;
    this.paths[this.count] = path;
    this.#isObject[this.count] = isObject;
    this.firstBytes |= 1 << (path.bytes[0]! & 31);
    this.count += 1;
    return this.count - 1;
  }

  #replace(path: FieldPath, isObject: boolean): void {
    const place = this.#placeOf(path, isObject);
    this.#isObject[place] = isObject;
    for (let at = 0; at < this.#pieceCount * PIECE; at += PIECE)
      if (this.#pieces[at] === place) this.#pieces[at] = -1;
    this.#piece(place, 0, 0);
  }

  #piece(place: number, origin: number, choice: number): void {
    const at = this.#pieceCount * PIECE;
    if (at === this.#pieces.length) {
      const larger = new Int32Array(2 * at);
      larger.set(this.#pieces);
      this.#pieces = larger;
    }
    this.#pieces[at] = place;
    this.#pieces[at + 1] = this.#began;
    this.#pieces[at + 2] = this.writer.at;
    this.#pieces[at + 3] = origin;
    this.#pieces[at + 4] = choice;
    this.#pieceCount += 1;
  }
}

/** Whether both are objects without a key in common. */
function isApart(one: unknown, other: unknown): boolean {
  if (!isObject(one) || !isObject(other)) return false;
  for (const key of Object.keys(other)) if (key in one) return false;
  return true;
}

/** An object without fields has no meaning, and would only conflict with a value. */
const isNothing = (value: unknown) =>
  value === undefined || (isObject(value) && Object.keys(value).length === 0);
