import { type NamePattern, starPattern } from '@logboom/common';

/** A dotted field name, compiled once, to be compared with the keys of documents as they are written. */
export interface FieldPath {
  readonly name: string;
  /** The name in UTF-8. */
  readonly bytes: Uint8Array;
  /** The place of its last dot, or -1. */
  readonly lastDot: number;
}

const DOT = 0x2e;
const BACKSLASH = 0x5c;
/** Names come from configuration and code, so there are few; the bound is for a caller that makes them from events. */
const KEPT = 4096;
const compiled = new Map<string, FieldPath>();

export function fieldPath(name: string): FieldPath {
  let path = compiled.get(name);
  if (path === undefined) {
    const bytes = Buffer.from(name);
    path = { name, bytes, lastDot: bytes.lastIndexOf(DOT) };
    if (compiled.size >= KEPT) compiled.clear();
    compiled.set(name, path);
  }
  return path;
}

/** How a key stands to a path from byte `from` on: places after the path's part that the key covers, or one of these. */
export const UNRELATED = -1;
/** The key goes on where the path ends at a dot: `host.name` asked for `host`. */
export const BEYOND = -2;

/** Whether a key's first byte allows it to have to do with the path: most have not, and are told so at once. */
export function mayCover(bytes: Buffer, key: number, path: FieldPath): boolean {
  const first = bytes[key];
  return first === path.bytes[0] || first === BACKSLASH;
}

/**
 * Compares a key (without quotes) with the rest of a path. Answers the number of path bytes that the key covers up to
 * the path's end or to a dot, `BEYOND` where the key begins with the path's rest and a dot, else `UNRELATED`.
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
  // A backslash that is the key's own would lead here again for ever; it can no longer be an escape.
  if (decoded.includes(BACKSLASH))
    return decoded.equals(path.bytes.subarray(from)) ? decoded.length : UNRELATED;
  return cover(decoded, 0, decoded.length, path, from);
}

const patterns = new Map<string, NamePattern>();

/** A field name pattern with `*` for any characters. Patterns come from configuration and are few. */
export function namePattern(pattern: string): NamePattern {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    compiled = starPattern(pattern);
    patterns.set(pattern, compiled);
  }
  return compiled;
}
