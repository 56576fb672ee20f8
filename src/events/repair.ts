import { isUtf8 } from 'node:buffer';
import { messageOf } from '../errors.ts';
import { MAX_DEPTH } from './json-text.ts';
import { ENTRY, type Walker } from './walker.ts';

/** What becomes of a document that is not `whole`: written anew on one line, or refused with a reason in words. */
type Repair = { document: Buffer; problem?: undefined } | { problem: string; document?: undefined };

/**
 * Writes an irregular document anew: its line breaks (which, in sound JSON, stand only between tokens) become spaces,
 * and of each top-level key the last value stays, as `JSON.parse` has it. Values are kept as text, so that no number
 * loses digits.
 */
export function rewrite(walker: Walker): Buffer {
  const { bytes, entries, count } = walker;
  const members = new Map<string, string>();
  for (let place = 0; place < count * ENTRY; place += ENTRY) {
    const key = JSON.parse(`"${bytes.toString('utf8', entries[place], entries[place + 1])}"`) as string;
    members.set(key, bytes.toString('utf8', entries[place + 2], entries[place + 3]));
  }
  // A key spelt with escapes is unescaped here; `JSON.stringify` escapes again what must be, which is never a letter.
  const texts = [...members].map(([key, value]) => `${JSON.stringify(key)}:${value.replace(/[\r\n]/g, ' ')}`);
  return Buffer.from(`{${texts.join(',')}}`);
}

/** Decides by a real parse about bytes that the walker found malformed. */
export function repair(bytes: Buffer): Repair {
  if (!isUtf8(bytes)) return { problem: `is not valid UTF-8 at byte ${firstInvalidUtf8(bytes)}` };
  const text = bytes.toString();
  if (text.trim() === '') return { problem: 'is empty' };
  if (isDeeper(text, MAX_DEPTH)) return { problem: `is nested deeper than ${MAX_DEPTH} levels` };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    return { problem: `is not valid JSON: ${messageOf(thrown)}` };
  }
  if (value === null) return { problem: 'is JSON null, not an object' };
  if (Array.isArray(value)) return { problem: 'is a JSON array, not an object' };
  if (typeof value !== 'object') return { problem: `is a JSON ${typeof value}, not an object` };
  return { document: Buffer.from(JSON.stringify(value)) };
}

/** Counts brackets outside strings, without recursion; stops at the first that is too deep. */
export function isDeeper(text: string, levels: number): boolean {
  let level = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') {
      level += 1;
      if (level > levels) return true;
    } else if (char === '}' || char === ']') level -= 1;
  }
  return false;
}

/** The place of the first byte that no valid UTF-8 text could have there, by halving: prefixes are checked natively. */
function firstInvalidUtf8(bytes: Buffer): number {
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >>> 1;
    if (isUtf8(bytes.subarray(0, wholeCharacters(bytes, middle)))) valid = middle;
    else invalid = middle;
  }
  return wholeCharacters(bytes, valid);
}

/** The longest length up to `length` that does not cut a character in two, judged by its leading byte. */
function wholeCharacters(bytes: Buffer, length: number): number {
  for (let back = 1; back <= 3 && back <= length; back += 1) {
    const byte = bytes[length - back]!;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? length - back : length;
    if (byte < 0x80) return length;
  }
  return length;
}
