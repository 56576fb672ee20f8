import { ByteWriter, type Constant } from './byte-writer.ts';
import { type FieldPath, fieldPath } from './lookup.ts';
import { expandDots, isObject, type JsonObject, merge } from './objects.ts';

const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Fields to splice into a document: top-level keys, each with pieces of JSON text. A piece of an object is some of its members,
 * without braces, so that several callers can add members to one object. All text is in one buffer; no piece is copied or parsed
 * unless fields are added that may be there already. It is reused: `clear` begins the next document.
 */
export class Additions {
  /** The top-level keys, in the order in which they were added. */
  readonly paths: FieldPath[] = [];
  /** One bit for the first byte of each key. */
  firstBytes = 0;
  /** The text of the pieces. */
  readonly writer = new ByteWriter();
  readonly #isObject: boolean[] = [];
  /** For each piece the place of its key (-1: removed), and its start and end in the text. */
  readonly #owners: number[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #began = 0;

  clear(): void {
    this.paths.length = 0;
    this.firstBytes = 0;
    this.writer.at = 0;
    this.#isObject.length = 0;
    this.#owners.length = 0;
    this.#starts.length = 0;
    this.#ends.length = 0;
  }

  /** Begins a piece. The caller writes its text with the writer, and calls `endMembers` or `endValue`. */
  begin(): ByteWriter {
    this.#began = this.writer.at;
    return this.writer;
  }

  /** Adds what was written as members of the object `path`. It must not have any of them yet. Nothing written adds nothing. */
  endMembers(path: FieldPath): void {
    if (this.writer.at > this.#began) this.#piece(this.#placeOf(path, true));
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
    this.endMembers(path);
  }

  /** Sets a value, given as JSON text. */
  value(key: string, json: string): void {
    this.begin().text(json);
    this.endValue(fieldPath(key));
  }

  /** Adds fields by name, dotted or nested. They replace values added before. */
  fields(fields: JsonObject): void {
    const expanded = expandDots(fields);
    for (const key of Object.keys(expanded))
      if (!isNothing(expanded[key])) this.set(key, merge(this.parsed(key), expanded[key]));
  }

  /** Sets a value. It replaces one that was set before. */
  set(key: string, value: unknown): void {
    const isMembers = isObject(value) && Object.keys(value).length > 0;
    const json = JSON.stringify(value);
    this.begin().text(isMembers ? json.slice(1, -1) : json);
    this.#replace(fieldPath(key), isMembers);
  }

  /** Whether there is an addition under the key. */
  has(path: FieldPath): boolean {
    return this.paths.includes(path);
  }

  /** The addition under `key`, parsed; undefined if there is none. */
  parsed(key: string): unknown {
    const place = this.paths.indexOf(fieldPath(key));
    if (place === -1) return undefined;
    const value = new ByteWriter();
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
    let first = isFirst;
    for (let piece = 0; piece < this.#owners.length; piece += 1) {
      if (this.#owners[piece] !== place) continue;
      if (!first) to.byte(COMMA);
      first = false;
      to.copyOf(this.writer, this.#starts[piece]!, this.#ends[piece]!);
    }
  }

  /** The piece at or after `from` that belongs to an addition; -1 after the last. */
  nextPiece(place: number, from: number): number {
    return this.#owners.indexOf(place, from);
  }

  startOf(piece: number): number {
    return this.#starts[piece]!;
  }

  endOf(piece: number): number {
    return this.#ends[piece]!;
  }

  #placeOf(path: FieldPath, isObject: boolean): number {
    const known = this.paths.indexOf(path);
    if (known !== -1) return known;
    this.paths.push(path);
    this.#isObject.push(isObject);
    this.firstBytes |= 1 << (path.bytes[0]! & 31);
    return this.paths.length - 1;
  }

  #replace(path: FieldPath, isObject: boolean): void {
    const place = this.#placeOf(path, isObject);
    this.#isObject[place] = isObject;
    for (let piece = 0; piece < this.#owners.length; piece += 1)
      if (this.#owners[piece] === place) this.#owners[piece] = -1;
    this.#piece(place);
  }

  #piece(place: number): void {
    this.#owners.push(place);
    this.#starts.push(this.#began);
    this.#ends.push(this.writer.at);
  }
}

/** An object without fields has no meaning, and would only conflict with a value. */
const isNothing = (value: unknown) =>
  value === undefined || (isObject(value) && Object.keys(value).length === 0);
