import type { Additions } from './additions.ts';
import { skipColon, skipSpace, skipString, skipValue } from './json-text.ts';
import { ENTRY, Members, type Walker } from './walker.ts';

const COMMA = 0x2c;
const DOT = 0x2e;
const QUOTE = 0x22;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;

/** Objects with more members are merged by parsing them: each member is compared with each. */
const MANY_MEMBERS = 32;

/** How members made in one way are merged into an object that the block repeats. */
interface KnownPlan {
  /** Which block of the walker it is, and the offset of the object's first occurrence; -1: there is no plan. */
  block: number;
  origin: number;
  /** How the added members were made: see `Additions.noteMaking`. */
  readonly making: number[];
  /** The parts that stay, as offsets from the start of the object. */
  readonly runs: number[];
}

/** Number of plans that are kept, a power of two. */
const PLANS = 16;

/**
 * Merges members into an object of the event without parsing it: notes which parts of the received text stay. Keys with dots or
 * escapes, keys that occur twice, and members that are objects on one side need a real merge.
 */
export class SpanMerge {
  readonly #keys: number[] = [];

  readonly #plans: readonly KnownPlan[] = Array.from({ length: PLANS }, () => ({
    ...{ block: 0, origin: -1 },
    ...{ making: [], runs: [] },
  }));

  /**
   * Returns false if the object that is the value of `entry` has to be parsed to add the members of `additions` at `place`. Otherwise
   * `runs` are the parts that stay, as starts and ends; each is one or more members.
   */
  plan(walker: Walker, entry: number, additions: Additions, place: number, runs: number[]): boolean {
    const start = walker.entries[entry * ENTRY + 2]!;
    const origin = walker.entries[entry * ENTRY + 4]!;
    const known = this.#plans[(origin ^ (origin >> 6)) & (PLANS - 1)]!;
    if (known.block === walker.block && known.origin === origin && additions.isMadeAs(place, known.making)) {
      runs.length = known.runs.length;
      for (let run = 0; run < runs.length; run += 1) runs[run] = known.runs[run]! + start;
      return true;
    }
    if (!this.#make(walker.bytes, start, walker.entries[entry * ENTRY + 3]!, additions, place, runs))
      return false;
    const isNoted = additions.noteMaking(place, known.making);
    known.block = walker.block;
    known.origin = isNoted ? origin : -1;
    known.runs.length = runs.length;
    for (let run = 0; run < runs.length; run += 1) known.runs[run] = runs[run]! - start;
    return true;
  }

  #make(
    bytes: Buffer,
    start: number,
    end: number,
    additions: Additions,
    place: number,
    runs: number[],
  ): boolean {
    runs.length = 0;
    this.#keys.length = 0;
    const members = new Members(bytes, start, end);
    let isOpen = false;
    while (members.nextMember()) {
      const { key, keyEnd, value, valueEnd } = members;
      if (!this.#isPlain(bytes, key, keyEnd)) return false;
      if (bytes[value] === OPEN_BRACE && !isPlainObject(bytes, value, valueEnd)) return false;
      const added = addedValue(additions, place, bytes, key, keyEnd);
      if (added !== -1) {
        if (bytes[value] === OPEN_BRACE || additions.writer.bytes[added] === OPEN_BRACE) return false;
        isOpen = false;
      } else if (isOpen) runs[runs.length - 1] = valueEnd;
      else {
        runs.push(key - 1, valueEnd);
        isOpen = true;
      }
    }
    return true;
  }

  #isPlain(bytes: Buffer, key: number, keyEnd: number): boolean {
    for (let at = key; at < keyEnd; at += 1) if (bytes[at] === DOT || bytes[at] === BACKSLASH) return false;
    const keys = this.#keys;
    for (let i = 0; i < keys.length; i += 2)
      if (isSame(bytes, keys[i]!, keys[i + 1]!, bytes, key, keyEnd)) return false;
    keys.push(key, keyEnd);
    return keys.length <= 2 * MANY_MEMBERS;
  }
}

/** Whether an object, at every level, has neither keys with dots or escapes nor a key twice. */
function isPlainObject(bytes: Buffer, start: number, end: number): boolean {
  const keys: number[] = [];
  const members = new Members(bytes, start, end);
  while (members.nextMember()) {
    const { key, keyEnd, value, valueEnd } = members;
    for (let at = key; at < keyEnd; at += 1) if (bytes[at] === DOT || bytes[at] === BACKSLASH) return false;
    for (let i = 0; i < keys.length; i += 2)
      if (isSame(bytes, keys[i]!, keys[i + 1]!, bytes, key, keyEnd)) return false;
    keys.push(key, keyEnd);
    if (keys.length > 2 * MANY_MEMBERS) return false;
    if (bytes[value] === OPEN_BRACE && !isPlainObject(bytes, value, valueEnd)) return false;
  }
  return true;
}

/** Offset of the value of an added member with this key; -1 if there is none. */
function addedValue(additions: Additions, place: number, bytes: Buffer, key: number, keyEnd: number): number {
  const text = additions.writer.bytes;
  for (
    let piece = additions.nextPiece(place, 0);
    piece !== -1;
    piece = additions.nextPiece(place, piece + 1)
  ) {
    const end = additions.endOf(piece);
    let at = additions.startOf(piece);
    while (at < end) {
      const afterKey = skipString(text, at + 1, end);
      const value = skipColon(text, afterKey, end);
      if (isSame(text, at + 1, afterKey - 1, bytes, key, keyEnd)) return value;
      at = skipSpace(text, skipMemberValue(text, value, end), end);
      if (text[at] === COMMA) at = skipSpace(text, at + 1, end);
      if (at < end && text[at] !== QUOTE) throw new Error('an addition is not a list of members');
    }
  }
  return -1;
}

/**
 * Skips the value of a member in text that does not end with a brace. A number ends at a comma or at `end`: behind `end` the buffer
 * holds what was written before.
 */
function skipMemberValue(text: Uint8Array, value: number, end: number): number {
  const first = text[value];
  if (first === QUOTE || first === OPEN_BRACE || first === OPEN_BRACKET)
    return skipValue(text, value, end, 1);
  const comma = text.indexOf(COMMA, value);
  return comma === -1 ? end : Math.min(comma, end);
}

function isSame(
  one: Uint8Array,
  start: number,
  end: number,
  other: Uint8Array,
  otherStart: number,
  otherEnd: number,
): boolean {
  if (end - start !== otherEnd - otherStart) return false;
  for (let i = 0; start + i < end; i += 1) if (one[start + i] !== other[otherStart + i]) return false;
  return true;
}
