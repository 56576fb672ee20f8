import { type NamePattern, starPattern } from '@logboom/common';
import { Constant } from './byte-writer.ts';

/** A dotted field name, compiled for comparison with the keys of documents. */
export interface FieldPath {
  readonly name: string;
  /** The name in UTF-8. */
  readonly bytes: Uint8Array;
  /** Offset of its last dot, or -1. */
  readonly lastDot: number;
  /** The name as a key in JSON text: `"name":`. */
  readonly key: Constant;
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
      lastDot: bytes.lastIndexOf(DOT),
      key: new Constant(`${JSON.stringify(name)}:`),
    };
    if (compiled.size >= KEPT) compiled.clear();
    compiled.set(name, path);
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
