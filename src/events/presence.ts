import { Members } from './members.ts';
import { BEYOND, cover, type FieldPath, mayCover, UNRELATED } from './path.ts';
import { ENTRY, type Walker } from './walker.ts';

const OPEN_BRACKET = 0x5b;
const LOWER_N = 0x6e;
const OPEN_BRACE = 0x7b;

/** Whether there is any value except null at the path or below it. */
export function exists({ bytes, entries, count }: Walker, path: FieldPath): boolean {
  for (let place = 0; place < count * ENTRY; place += ENTRY) {
    if (!mayCover(bytes, entries[place]!, path)) continue;
    const covered = cover(bytes, entries[place]!, entries[place + 1]!, path, 0);
    if (existsAt(bytes, entries[place + 2]!, entries[place + 3]!, covered, path, 0)) return true;
  }
  return false;
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
