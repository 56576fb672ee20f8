/** What JSON.parse gives, named so that no `any` wanders through the store. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** How deep values may lie in one another: as deep as Elasticsearch reads them, and far from the end of the stack. */
const deepestJson = 1_000;

/** Well-formed, and nested deeper than anything here could walk through. */
class TooDeep extends SyntaxError {
  constructor() {
    super(`Document nesting depth (${deepestJson + 1}) exceeds the maximum allowed (${deepestJson})`);
  }
}

/** JSON.parse of bytes that a client sent. Throws a SyntaxError. */
export function parseJson(bytes: Buffer): unknown {
  // What is short has no room for so many brackets and their ends.
  if (bytes.length > 2 * deepestJson) checkDepth(bytes);
  return JSON.parse(bytes.toString());
}

const [quote, backslash] = [0x22, 0x5c];

/** Brackets are the only bytes in question: `[` and `{`, and their ends, differ from each other in one bit. */
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
    else if ((byte | 0x20) === 0x7b && ++depth > deepestJson) throw new TooDeep();
  }
}

/** Bytes that are JSON already: a document goes out as it came in, with its spacing and its long numbers. */
export class RawJson {
  readonly bytes: Buffer;
  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof RawJson);
}

/** JSON.stringify, except that raw documents pass through untouched. */
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

/** The same value with raw documents parsed, for the answers that have to look inside. */
export function parsed(value: unknown): unknown {
  if (value instanceof RawJson) return JSON.parse(value.bytes.toString());
  if (Array.isArray(value)) return value.map(parsed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, parsed(member)]));
}

/** A `*` pattern as Elasticsearch has them in names; nothing else is special. */
export { starPattern as wildcard } from '@logboom/common';
