/** What JSON.parse gives, named so that no `any` wanders through the store. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

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
export { starPattern as wildcard } from '../util/glob.ts';
