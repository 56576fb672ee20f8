import { type NamePattern, starPattern } from '@logboom/common';
import type { FieldValue, Scalar } from '../model.ts';
import { Constant } from './byte-writer.ts';
import { decodeScalar, RepeatedTexts } from './repeated-values.ts';
import { ENTRY, Members, type Walker } from './walker.ts';

/** A dotted field name, compiled for comparison with the keys of documents. */
export interface FieldPath {
  readonly name: string;
  /** The name in UTF-8. */
  readonly bytes: Uint8Array;
  /** Offset of its first dot, or -1. */
  readonly firstDot: number;
  /** The name as a key in JSON text: `"name":`. */
  readonly key: Constant;
  /** The bits of `Walker.firstBytes` of which an event has one if a top-level key of it may cover the path. */
  readonly firstBytes: number;
}

const DOT = 0x2e;
const BACKSLASH = 0x5c;
/** Names come from configuration and code, so there are few. The bound protects against names made from events. */
const KEPT = 4096;
const compiled = new Map<string, FieldPath>();

export function fieldPath(name: string): FieldPath {
  let path = compiled.get(name);
  if (path === undefined) {
    const bytes = Buffer.from(name);
    path = {
      name,
      bytes,
      firstDot: bytes.indexOf(DOT),
      key: new Constant(`${JSON.stringify(name)}:`),
      firstBytes: (1 << (bytes[0]! & 31)) | (1 << (BACKSLASH & 31)),
    };
    if (compiled.size >= KEPT) compiled.clear();
    compiled.set(name, path);
  }
  return path;
}

const metadataPaths = new Map<string, FieldPath>();

/** The path of a field of `@metadata`. Names come from configuration and code, so there are few. */
export function metadataPath(name: string): FieldPath {
  let path = metadataPaths.get(name);
  if (path === undefined) {
    path = fieldPath(`@metadata.${name}`);
    metadataPaths.set(name, path);
  }
  return path;
}

/** `cover` returns this if the key has nothing to do with the path. */
export const UNRELATED = -1;
/** `cover` returns this if the key begins with the path and a dot: the key `host.name` for the path `host`. */
export const BEYOND = -2;

/** Whether the first byte of a key allows it to cover the path. A quick test that rules out most keys. */
export function mayCover(bytes: Buffer, key: number, path: FieldPath): boolean {
  const first = bytes[key];
  return first === path.bytes[0] || first === BACKSLASH;
}

/**
 * Compares a key (without quotes) with the rest of a path. Returns the number of bytes of the path that the key covers, up
 * to the path's end or to a dot; `BEYOND` if the key begins with the rest of the path and a dot; otherwise `UNRELATED`.
 */
export function cover(bytes: Buffer, key: number, keyEnd: number, path: FieldPath, from: number): number {
  const wanted = path.bytes;
  const length = keyEnd - key;
  const rest = wanted.length - from;
  const shared = Math.min(length, rest);
  for (let i = 0; i < shared; i += 1) {
    const byte = bytes[key + i]!;
    if (byte !== wanted[from + i])
      return byte === BACKSLASH ? coverEscaped(bytes, key, keyEnd, path, from) : UNRELATED;
  }
  if (length === rest) return rest;
  const next = length < rest ? wanted[from + length] : bytes[key + rest];
  if (next === DOT) return length < rest ? length : BEYOND;
  return next === BACKSLASH && length > rest ? coverEscaped(bytes, key, keyEnd, path, from) : UNRELATED;
}

function coverEscaped(bytes: Buffer, key: number, keyEnd: number, path: FieldPath, from: number): number {
  const decoded = Buffer.from(JSON.parse(`"${bytes.toString('utf8', key, keyEnd)}"`) as string);
  // A backslash in a decoded key is not an escape; without this check the function would recurse forever.
  if (decoded.includes(BACKSLASH))
    return decoded.equals(path.bytes.subarray(from)) ? decoded.length : UNRELATED;
  return cover(decoded, 0, decoded.length, path, from);
}

const patterns = new Map<string, NamePattern>();

/** Compiles a pattern of field names in which `*` stands for any characters. Patterns come from the configuration. */
export function namePattern(pattern: string): NamePattern {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    compiled = starPattern(pattern);
    patterns.set(pattern, compiled);
  }
  return compiled;
}

const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;

/** Finds the values of one field in a walked document. */
export class Lookup {
  #bytes: Buffer = Buffer.alloc(0);
  #ascii = true;
  #inBlock = false;
  #values: Scalar[] = [];
  #isList = false;
  /** Whether the present object equals the one at whose offset its values are remembered. */
  #isExact = false;
  /**
   * The single value of a path in an object that the block repeats, by the offset of its first occurrence. Shippers send
   * the same `agent` and `host` in every event, and rules group by their fields. In an object that differs from the first one in
   * the digits of a number, such as `log`, every text is the same, and what is absent is absent; a number may be another.
   */
  readonly #repeated = new Map<FieldPath, Map<number, Scalar | typeof absent>>();

  readonly #texts = new RepeatedTexts();

  /** Begins a block and forgets the values of the one before. */
  open(bytes: Buffer): void {
    this.#texts.open(bytes);
    for (const known of this.#repeated.values()) known.clear();
    if (this.#repeated.size > MANY_PATHS) this.#repeated.clear();
  }

  /** `inBlock`: the walker's offsets are those of the block, so that they identify repeated values. */
  values(walker: Walker, path: FieldPath, inBlock: boolean): FieldValue {
    if ((walker.firstBytes & path.firstBytes) === 0) return undefined;
    const { entries, bytes, count } = walker;
    this.#bytes = bytes;
    this.#ascii = walker.ascii;
    this.#inBlock = inBlock;
    this.#isList = false;
    for (let place = 0; place < count * ENTRY; place += ENTRY) {
      const key = entries[place]!;
      if (!mayCover(bytes, key, path)) continue;
      const covered = cover(bytes, key, entries[place + 1]!, path, 0);
      if (covered < 0) continue;
      const value = entries[place + 2]!;
      const like = entries[place + 5]!;
      // Two keys, such as `a` and `a.b`, may have equal objects: those below the first part of the path alone are known by it.
      if (inBlock && like !== value && covered === path.firstDot) {
        this.#isExact = entries[place + 4]! !== value;
        this.#repeatedValue(value, entries[place + 3]!, path, covered, like);
      } else this.#value(value, entries[place + 3]!, path, covered);
    }
    return this.#take();
  }

  #take(): FieldValue {
    const values = this.#values;
    if (values.length === 0) return undefined;
    if (values.length === 1 && !this.#isList) return values.pop();
    this.#values = [];
    return values;
  }

  #repeatedValue(value: number, valueEnd: number, path: FieldPath, covered: number, like: number): void {
    let known = this.#repeated.get(path);
    if (known === undefined) {
      known = new Map();
      this.#repeated.set(path, known);
    }
    const scalar = known.get(like);
    if (scalar !== undefined && this.#isSame(scalar)) {
      if (scalar !== absent) this.#values.push(scalar);
      return;
    }
    const before = this.#values.length;
    this.#value(value, valueEnd, path, covered);
    if (this.#isList) return;
    const found = this.#values.length === before ? absent : this.#values[before]!;
    if (this.#values.length <= before + 1 && this.#isSame(found)) known.set(like, found);
  }

  #isSame(value: Scalar | typeof absent): boolean {
    return this.#isExact || value === absent || typeof value === 'string';
  }

  /** `covered`: the number of bytes of the path that the value's key covers. */
  #value(value: number, valueEnd: number, path: FieldPath, covered: number): void {
    if (covered === path.bytes.length) this.#leaves(value, valueEnd);
    else this.#below(value, valueEnd, path, covered + 1);
  }

  #leaves(value: number, valueEnd: number): void {
    const first = this.#bytes[value];
    if (first === OPEN_BRACE) return;
    if (first !== OPEN_BRACKET) {
      this.#values.push(this.#scalar(value, valueEnd));
      return;
    }
    this.#isList = true;
    const elements = new Members(this.#bytes, value, valueEnd);
    while (elements.nextElement()) this.#leaves(elements.value, elements.valueEnd);
  }

  #scalar(value: number, valueEnd: number): Scalar {
    if (this.#inBlock) return this.#texts.decode(this.#bytes, value, valueEnd, this.#ascii);
    return decodeScalar(this.#bytes, value, valueEnd, this.#ascii);
  }

  #below(value: number, valueEnd: number, path: FieldPath, from: number): void {
    const first = this.#bytes[value];
    if (first === OPEN_BRACE) {
      this.#member(new Members(this.#bytes, value, valueEnd), path, from);
    } else if (first === OPEN_BRACKET) {
      this.#isList = true;
      const elements = new Members(this.#bytes, value, valueEnd);
      while (elements.nextElement()) this.#below(elements.value, elements.valueEnd, path, from);
    }
  }

  /** Of members with the same name the last one counts, as with `JSON.parse`. Two that cover different parts of the path both count. */
  #member(members: Members, path: FieldPath, from: number): void {
    let [covered, value, valueEnd] = [-1, 0, 0];
    let others: Map<number, [value: number, valueEnd: number]> | undefined;
    while (members.nextMember()) {
      const length = cover(this.#bytes, members.key, members.keyEnd, path, from);
      if (length < 0) continue;
      if (covered !== -1 && covered !== length) {
        others ??= new Map();
        others.set(covered, [value, valueEnd]).delete(length);
      }
      [covered, value, valueEnd] = [length, members.value, members.valueEnd];
    }
    if (others) for (const [length, span] of others) this.#value(...span, path, from + length);
    if (covered !== -1) this.#value(value, valueEnd, path, from + covered);
  }
}

/** The object does not have the path. */
const absent = Symbol('absent');

/** Maximal number of paths with remembered values. It is more than a configuration has. */
const MANY_PATHS = 256;
