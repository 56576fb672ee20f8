/** A value as `JSON.parse` returns it. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/**
 * Nesting of objects and arrays. Elasticsearch's limit, too; the store's recursion stays well below
 * the limit of the stack.
 */
const maxDepth = 1_000;

/** JSON that is well-formed and nested too deeply. */
class TooDeep extends SyntaxError {
  constructor() {
    super(`Document nesting depth (${maxDepth + 1}) exceeds the maximum allowed (${maxDepth})`);
  }
}

/**
 * Parses bytes that a client sent. Duplicate keys keep the last value; numbers are doubles.
 * @throws SyntaxError
 */
export function parseJson(bytes: Buffer): unknown {
  // Shorter bytes cannot hold that many brackets and their ends.
  if (bytes.length > 2 * maxDepth) checkDepth(bytes);
  return JSON.parse(bytes.toString());
}

const [quote, backslash, colon] = [0x22, 0x5c, 0x3a];

/**
 * Counts brackets outside of strings. `[` and `{`, and their ends, differ from each other in one
 * bit.
 */
function checkDepth(bytes: Buffer): void {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (inText) {
      if (byte === backslash) at++;
      else if (byte === quote) inText = false;
    } else if (byte === quote) inText = true;
    else if ((byte | 0x20) === 0x7d) depth--;
    else if ((byte | 0x20) === 0x7b && ++depth > maxDepth) throw new TooDeep();
  }
}

/** Members of all objects within a value. */
function countMembers(value: unknown): number {
  let count = 0;
  if (Array.isArray(value)) for (const item of value) count += countMembers(item);
  else if (typeof value === 'object' && value !== null)
    for (const key in value) count += 1 + countMembers((value as JsonObject)[key]);
  return count;
}

/** Colons outside of strings: each member of well-formed JSON has one. */
function countColons(bytes: Buffer): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === colon) count++;
    else if (byte === quote) for (at++; bytes[at] !== quote; at++) if (bytes[at] === backslash) at++;
  }
  return count;
}

/** Whether an object, at any depth, has a key twice. `value` is what the bytes, which are well-formed, were parsed to. */
export const hasDuplicateKeys = (bytes: Buffer, value: unknown): boolean =>
  countColons(bytes) !== countMembers(value);

/**
 * Bytes that are JSON. A document leaves as it came, with its spacing and its long numbers. The
 * bytes are not copied.
 */
export class RawJson {
  readonly bytes: Buffer;
  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof RawJson);
}

/** `JSON.stringify`, except that raw documents pass through unchanged. */
export function stringify(value: unknown): string {
  if (value instanceof RawJson) return value.bytes.toString();
  if (Array.isArray(value)) return `[${value.map((item) => stringify(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  let text = '';
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    text += `${text && ','}${JSON.stringify(key)}:${stringify(member)}`;
  }
  return `{${text}}`;
}

/** The same value with raw documents parsed, for answers whose members are looked into. */
export function parsed(value: unknown): unknown {
  if (value instanceof RawJson) return JSON.parse(value.bytes.toString());
  if (Array.isArray(value)) return value.map(parsed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, parsed(member)]));
}

/** A `*` pattern as Elasticsearch has them in names; nothing else is special. */
export { starPattern as wildcard } from '@logboom/common';
