import { expandDots, isObject, type JsonObject, newObject } from './objects.ts';

/**
 * What is to be spliced into a document: top-level keys and their values as JSON text. An object's value is kept
 * without its braces, so that several may add to it.
 */
export class Additions {
  readonly keys: string[] = [];
  readonly #inner: string[] = [];
  readonly #isObject: boolean[] = [];

  clear(): void {
    this.keys.length = 0;
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
    const place = this.keys.indexOf(key);
    if (place === -1) this.#push(key, json, false);
    else {
      this.#inner[place] = json;
      this.#isObject[place] = false;
    }
  }

  /** Adds fields by name, dotted or nested; they win over what was added before. */
  fields(fields: JsonObject): void {
    const expanded = expandDots(fields);
    for (const key of Object.keys(expanded)) {
      const value = expanded[key];
      if (value === undefined) continue;
      if (!isObject(value)) this.value(key, JSON.stringify(value));
      else this.#object(key, merge(this.parsed(key), value, discard) as JsonObject);
    }
  }

  /** The addition under `key`, parsed; undefined where there is none. */
  parsed(key: string): unknown {
    const place = this.keys.indexOf(key);
    return place === -1 ? undefined : JSON.parse(this.json(place));
  }

  json(place: number): string {
    return this.#isObject[place] ? `{${this.#inner[place]}}` : this.#inner[place]!;
  }

  #object(key: string, value: JsonObject): void {
    const members = JSON.stringify(value).slice(1, -1);
    if (members === '') return;
    const place = this.keys.indexOf(key);
    if (place === -1) this.#push(key, members, true);
    else {
      this.#inner[place] = members;
      this.#isObject[place] = true;
    }
  }

  #push(key: string, inner: string, object: boolean): void {
    this.keys.push(key);
    this.#inner.push(inner);
    this.#isObject.push(object);
  }
}

/** Told of a value that had to leave its place, because an object took it. */
export type Displaced = (path: string, value: unknown) => void;

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
