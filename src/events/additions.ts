import { expandDots, isObject, type JsonObject, newObject } from './objects.ts';
import { type FieldPath, fieldPath } from './path.ts';

/**
 * What is to be spliced into a document: top-level keys and their values as JSON text. An object's value is kept
 * without its braces, so that several may add to it.
 */
export class Additions {
  readonly keys: string[] = [];
  /** The same keys, to be compared with those of the event. */
  readonly paths: FieldPath[] = [];
  readonly #inner: string[] = [];
  readonly #isObject: boolean[] = [];

  clear(): void {
    this.keys.length = 0;
    this.paths.length = 0;
    this.#inner.length = 0;
    this.#isObject.length = 0;
  }

  /** Adds members, such as `"kind":"event","type":["access"]`, to the object `key`. None of them may be there already. */
  members(key: string, text: string): void {
    const place = this.keys.indexOf(key);
    if (place === -1) this.#push(key, text, true);
    else this.#inner[place] = `${this.#inner[place]},${text}`;
  }

  /** Sets a value, given as JSON text. */
  value(key: string, json: string): void {
    this.#put(key, json, false);
  }

  /** Adds fields by name, dotted or nested; they win over what was added before. */
  fields(fields: JsonObject): void {
    const expanded = expandDots(fields);
    for (const key of Object.keys(expanded))
      if (!isNothing(expanded[key])) this.set(key, merge(this.parsed(key), expanded[key], discard));
  }

  /** Sets a value, whatever was there. */
  set(key: string, value: unknown): void {
    const isMembers = isObject(value) && Object.keys(value).length > 0;
    const json = JSON.stringify(value);
    this.#put(key, isMembers ? json.slice(1, -1) : json, isMembers);
  }

  /** The addition under `key`, parsed; undefined where there is none. */
  parsed(key: string): unknown {
    const place = this.keys.indexOf(key);
    return place === -1 ? undefined : JSON.parse(this.#json(place));
  }

  /** Whether the addition is a plain value, so that it takes the place of one that the event has. */
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

/** An object without fields says nothing, and would only stand in the way of a value. */
const isNothing = (value: unknown) =>
  value === undefined || (isObject(value) && Object.keys(value).length === 0);

const plainKey = /^[@\w]*$/;

/** Told of a value that had to leave its place, because an object took it. */
type Displaced = (path: string, value: unknown) => void;

const discard: Displaced = () => {};

/**
 * Merges two values: objects key by key; `tags` as sets; else the addition wins. Where one is an object and the other
 * is not, Elasticsearch could not index both under one name: the addition stays and the other is told to `displaced`.
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
