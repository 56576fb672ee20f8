import { BEYOND, cover, type FieldPath, mayCover, UNRELATED } from './lookup.ts';
import { ENTRY, Members, type Walker } from './walker.ts';

const OPEN_BRACKET = 0x5b;
const LOWER_N = 0x6e;
const OPEN_BRACE = 0x7b;

/** Number of objects for which the answer about a path is kept, a power of two. */
const OBJECTS = 8;

/** Maximal number of paths with kept answers. It is more than a configuration has. */
const MANY_PATHS = 256;

/** Whether a path has a value below objects of one block, which are named by the offset of their first occurrence. */
class Answers {
  block = 0;
  readonly origins = new Int32Array(OBJECTS);
  readonly found = new Uint8Array(OBJECTS);
}

/** Answers whether paths have values. For an object that the block repeats, such as `ecs`, the answer is looked up once. */
export class Presence {
  readonly #known = new Map<FieldPath, Answers>();

  /** Whether there is any value except null at the path or below it. */
  of(walker: Walker, path: FieldPath): boolean {
    const { bytes, entries, count, firstBytes } = walker;
    if ((firstBytes & path.firstBytes) === 0) return false;
    for (let place = 0; place < count * ENTRY; place += ENTRY) {
      if (!mayCover(bytes, entries[place]!, path)) continue;
      const covered = cover(bytes, entries[place]!, entries[place + 1]!, path, 0);
      // Two keys, such as `a` and `a.b`, may have equal objects: those below the first part of the path alone are known by it.
      const has =
        covered === path.firstDot && covered > 0
          ? this.#isBelow(walker, place, path, covered)
          : existsAt(bytes, entries[place + 2]!, entries[place + 3]!, covered, path, 0);
      if (has) return true;
    }
    return false;
  }

  #isBelow({ block, bytes, entries }: Walker, place: number, path: FieldPath, covered: number): boolean {
    const answers = this.#answersTo(path, block);
    const origin = entries[place + 4]!;
    const slot = (origin ^ (origin >> 5)) & (OBJECTS - 1);
    // The key before it has an offset of its own, so no value is at 0.
    if (answers.origins[slot] !== origin) {
      answers.origins[slot] = origin;
      const has = existsAt(bytes, entries[place + 2]!, entries[place + 3]!, covered, path, 0);
      answers.found[slot] = has ? 1 : 0;
    }
    return answers.found[slot] === 1;
  }

  #answersTo(path: FieldPath, block: number): Answers {
    let answers = this.#known.get(path);
    if (answers === undefined) {
      if (this.#known.size >= MANY_PATHS) this.#known.clear();
      answers = new Answers();
      this.#known.set(path, answers);
    }
    if (answers.block !== block) {
      answers.block = block;
      answers.origins.fill(0);
    }
    return answers;
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
  if (bytes[value] === OPEN_BRACE) {
    const members = new Members(bytes, value, valueEnd);
    while (members.nextMember()) {
      const covered = cover(bytes, members.key, members.keyEnd, path, from);
      if (existsAt(bytes, members.value, members.valueEnd, covered, path, from)) return true;
    }
  } else if (bytes[value] === OPEN_BRACKET) {
    const elements = new Members(bytes, value, valueEnd);
    while (elements.nextElement())
      if (existsBelow(bytes, elements.value, elements.valueEnd, path, from)) return true;
  }
  return false;
}

function holdsValue(bytes: Buffer, value: number, valueEnd: number): boolean {
  const first = bytes[value];
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return first !== LOWER_N;
  const inside = new Members(bytes, value, valueEnd);
  while (first === OPEN_BRACE ? inside.nextMember() : inside.nextElement())
    if (holdsValue(bytes, inside.value, inside.valueEnd)) return true;
  return false;
}

/**
 * Whether an event has a key at the path or below it, whatever its value, or a list on the way there, in which it may have one: an empty
 * object is no value, but gets in the way of one.
 */
export function hasKey({ bytes, entries, count, firstBytes }: Walker, path: FieldPath): boolean {
  if ((firstBytes & path.firstBytes) === 0) return false;
  for (let place = 0; place < count * ENTRY; place += ENTRY) {
    const key = entries[place]!;
    if (!mayCover(bytes, key, path)) continue;
    const covered = cover(bytes, key, entries[place + 1]!, path, 0);
    if (hasKeyAt(bytes, entries[place + 2]!, entries[place + 3]!, covered, path, 0)) return true;
  }
  return false;
}

function hasKeyAt(
  bytes: Buffer,
  value: number,
  valueEnd: number,
  covered: number,
  path: FieldPath,
  from: number,
): boolean {
  if (covered === UNRELATED) return false;
  if (covered === BEYOND || from + covered === path.bytes.length || bytes[value] !== OPEN_BRACE) return true;
  const members = new Members(bytes, value, valueEnd);
  while (members.nextMember()) {
    const more = cover(bytes, members.key, members.keyEnd, path, from + covered + 1);
    if (hasKeyAt(bytes, members.value, members.valueEnd, more, path, from + covered + 1)) return true;
  }
  return false;
}
