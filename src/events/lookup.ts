import type { FieldValue, Scalar } from '../model.ts';
import { decodeScalar } from './decode.ts';
import { Members } from './members.ts';
import { BEYOND, cover, type FieldPath, UNRELATED } from './path.ts';
import { ENTRY, type Walker } from './walker.ts';

const OPEN_BRACKET = 0x5b;
const LOWER_N = 0x6e;
const OPEN_BRACE = 0x7b;

/** Finds the values of one field in a walked document. */
export class Lookup {
  #bytes: Buffer = Buffer.alloc(0);
  #ascii = true;
  #values: Scalar[] = [];
  #isList = false;

  values(walker: Walker, path: FieldPath): FieldValue {
    this.#bytes = walker.bytes;
    this.#ascii = walker.ascii;
    this.#isList = false;
    const { entries } = walker;
    for (let place = 0; place < walker.count * ENTRY; place += ENTRY)
      this.#member(entries[place]!, entries[place + 1]!, entries[place + 2]!, entries[place + 3]!, path, 0);
    return this.#take();
  }

  /** Whether anything but null is found at the path or below it. */
  exists(walker: Walker, path: FieldPath): boolean {
    const { entries, bytes } = walker;
    for (let place = 0; place < walker.count * ENTRY; place += ENTRY) {
      const covered = cover(bytes, entries[place]!, entries[place + 1]!, path, 0);
      if (existsAt(bytes, entries[place + 2]!, entries[place + 3]!, covered, path, 0)) return true;
    }
    return false;
  }

  #take(): FieldValue {
    const values = this.#values;
    if (values.length === 0) return undefined;
    if (values.length === 1 && !this.#isList) return values.pop();
    this.#values = [];
    return values;
  }

  #member(key: number, keyEnd: number, value: number, valueEnd: number, path: FieldPath, from: number): void {
    const covered = cover(this.#bytes, key, keyEnd, path, from);
    if (covered < 0) return;
    if (from + covered === path.bytes.length) this.#leaves(value, valueEnd);
    else this.#below(value, valueEnd, path, from + covered + 1);
  }

  #leaves(value: number, valueEnd: number): void {
    const first = this.#bytes[value];
    if (first === OPEN_BRACE) return;
    if (first !== OPEN_BRACKET) {
      this.#values.push(decodeScalar(this.#bytes, value, valueEnd, this.#ascii));
      return;
    }
    this.#isList = true;
    const elements = new Members(this.#bytes, value, valueEnd);
    while (elements.nextElement()) this.#leaves(elements.value, elements.valueEnd);
  }

  #below(value: number, valueEnd: number, path: FieldPath, from: number): void {
    const first = this.#bytes[value];
    if (first === OPEN_BRACE) {
      const members = new Members(this.#bytes, value, valueEnd);
      while (members.nextMember())
        this.#member(members.key, members.keyEnd, members.value, members.valueEnd, path, from);
    } else if (first === OPEN_BRACKET) {
      this.#isList = true;
      const elements = new Members(this.#bytes, value, valueEnd);
      while (elements.nextElement()) this.#below(elements.value, elements.valueEnd, path, from);
    }
  }
}

function existsAt(
  bytes: Buffer,
  value: number,
  valueEnd: number,
  covered: number,
  path: FieldPath,
  from: number,
): boolean {
  if (covered === UNRELATED) return false;
  if (covered === BEYOND || from + covered === path.bytes.length) return holdsValue(bytes, value, valueEnd);
  return existsBelow(bytes, value, valueEnd, path, from + covered + 1);
}

function existsBelow(bytes: Buffer, value: number, valueEnd: number, path: FieldPath, from: number): boolean {
  const inside = new Members(bytes, value, valueEnd);
  if (bytes[value] === OPEN_BRACE) {
    while (inside.nextMember()) {
      const covered = cover(bytes, inside.key, inside.keyEnd, path, from);
      if (existsAt(bytes, inside.value, inside.valueEnd, covered, path, from)) return true;
    }
  } else if (bytes[value] === OPEN_BRACKET)
    while (inside.nextElement())
      if (existsBelow(bytes, inside.value, inside.valueEnd, path, from)) return true;
  return false;
}

function holdsValue(bytes: Buffer, value: number, valueEnd: number): boolean {
  const inside = new Members(bytes, value, valueEnd);
  if (bytes[value] === OPEN_BRACE) {
    while (inside.nextMember()) if (holdsValue(bytes, inside.value, inside.valueEnd)) return true;
    return false;
  }
  if (bytes[value] === OPEN_BRACKET) {
    while (inside.nextElement()) if (holdsValue(bytes, inside.value, inside.valueEnd)) return true;
    return false;
  }
  return bytes[value] !== LOWER_N;
}
