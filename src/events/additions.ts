import { expandDots, isObject, type JsonObject, newObject } from './objects.ts';
import { type FieldPath, fieldPath } from './path.ts';

/**
 * Fields to splice into a document: top-level keys and their values as JSON text. The value of an object is kept without
 * its braces, so that several callers can add members to it. It is reused: `clear` begins the next document.
 */
export class Additions {
  readonly keys: string[] = [];
  /** The same keys, compiled for comparison with those of the event. */
  readonly paths: FieldPath[] = [];
  readonly #inner: string[] = [];
  readonly #isObject: boolean[] = [];

  clear(): void {
    this.keys.length = 0;
    this.paths.length = 0;
    this.#inner.length = 0;
    this.#isObject.length = 0;
  }

  /** Adds members, such as `"kind":"event","type":["access"]`, to the object `key`. It must not have any of them yet. */
  members(key: string, text: string): void {
    const place = this.keys.indexOf(key);
    if (place === -1) this.#push(key, text, true);
    else this.#inner[place] = `${this.#inner[place]},${text}`;
  }

  /** Sets a value, given as JSON text. */
  value(key: string, json: string): void {
    this.#put(key, json, false);
  }

  /** Adds fields by name, dotted or nested. They replace values added before. */
  fields(fields: JsonObject): void {
    const expanded = expandDots(fields);
    for (const key of Object.keys(expanded))
      if (!isNothing(expanded[key])) this.set(key, merge(this.parsed(key), expanded[key], discard));
  }

  /** Sets a value. It replaces one that was set before. */
  set(key: string, value: unknown): void {
    const isMembers = isObject(value) && Object.keys(value).length > 0;
    const json = JSON.stringify(value);
    this.#put(key, isMembers ? json.slice(1, -1) : json, isMembers);
  }

  /** The addition under `key`, parsed; undefined if there is none. */
  parsed(key: string): unknown {
    const place = this.keys.indexOf(key);
    return place === -1 ? undefined : JSON.parse(this.#json(place));
  }

  /** Whether the addition replaces the event's value: it is not an object, and not `tags`, which are merged. */
  replaces(place: number): boolean {
    return !this.#isObject[place] && this.keys[place] !== 'tags';
  }

  /** Key and value as JSON text. */
  member(place: number): string {
    const key = this.keys[place]!;
    return `${plainKey.test(key) ? `"${key}"` : JSON.stringify(key)}:${this.#json(place)}`;
  }

  #json(place: number): string {
    return this.#isObject[place] ? `{${this.#inner[place]}}` : this.#inner[place]!;
  }

  #put(key: string, inner: string, object: boolean): void {
    const place = this.keys.indexOf(key);
    if (place === -1) this.#push(key, inner, object);
    else {
      this.#inner[place] = inner;
      this.#isObject[place] = object;
    }
  }

  #push(key: string, inner: string, object: boolean): void {
    this.keys.push(key);
    this.paths.push(fieldPath(key));
    this.#inner.push(inner);
    this.#isObject.push(object);
  }
}

/** An object without fields has no meaning, and would only conflict with a value. */
const isNothing = (value: unknown) =>
  value === undefined || (isObject(value) && Object.keys(value).length === 0);

const plainKey = /^[@\w]*$/;

/** Called with a value that an object has displaced. */
type Displaced = (path: string, value: unknown) => void;

const discard: Displaced = () => {};

/**
 * Merges two values: objects key by key, `tags` as sets; otherwise the addition replaces the present value. If only one of
 * them is an object, Elasticsearch could not index both under one name. Then the addition stays, and `displaced` is called
 * with the other.
 */
export function merge(present: unknown, added: unknown, displaced: Displaced, path = ''): unknown {
  if (present === undefined) return added;
  if (!isObject(present) || !isObject(added)) {
    if (isObject(present) !== isObject(added) && present !== null) displaced(path, present);
    return path === 'tags' ? union(present, added) : added;
  }
  const merged = newObject();
  for (const key of Object.keys(present)) merged[key] = present[key];
  for (const key of Object.keys(added))
    merged[key] = merge(merged[key], added[key], displaced, path === '' ? key : `${path}.${key}`);
  return merged;
}

function union(present: unknown, added: unknown): unknown[] {
  return [...new Set([present, added].flat())];
}
