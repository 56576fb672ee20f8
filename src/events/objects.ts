import type { FieldValue, Scalar } from '../model.ts';

/** An object from untrusted JSON. It has no prototype, so that `__proto__` is a key like any other. */
export type JsonObject = Record<string, unknown>;

export const newObject = (): JsonObject => Object.create(null) as JsonObject;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Dotted names of the fields that have a value. Empty arrays and objects have none. */
export function* leafNames(value: unknown, prefix: string): Generator<string> {
  if (Array.isArray(value)) {
    const names = new Set<string>();
    for (const element of value) for (const name of leafNames(element, prefix)) names.add(name);
    yield* names;
  } else if (isObject(value)) {
    for (const key of Object.keys(value))
      yield* leafNames(value[key], prefix === '' ? key : `${prefix}.${key}`);
  } else yield prefix;
}

/** The values of a dotted field, as `EventView` returns them from bytes. */
export function valuesOf(object: JsonObject, field: string): FieldValue {
  const values: Scalar[] = [];
  const isList = collect(object, field, values);
  if (values.length === 0) return undefined;
  return isList || values.length > 1 ? values : values[0];
}

function collect(value: unknown, rest: string, into: Scalar[]): boolean {
  if (Array.isArray(value)) {
    for (const element of value) collect(element, rest, into);
    return true;
  }
  if (!isObject(value)) return false;
  let isList = false;
  for (let end = rest.indexOf('.'); ; end = rest.indexOf('.', end + 1)) {
    const key = end === -1 ? rest : rest.slice(0, end);
    if (Object.hasOwn(value, key))
      isList =
        (end === -1 ? leaves(value[key], into) : collect(value[key], rest.slice(end + 1), into)) || isList;
    if (end === -1) return isList;
  }
}

function leaves(value: unknown, into: Scalar[]): boolean {
  if (Array.isArray(value)) {
    for (const element of value) leaves(element, into);
    return true;
  }
  if (!isObject(value)) into.push(value as Scalar);
  return false;
}

/** Expands dotted keys to nested objects: `{"a.b": 1}` becomes `{"a": {"b": 1}}`. A key that conflicts stays dotted. */
export function expandDots(object: JsonObject): JsonObject {
  const expanded = newObject();
  for (const key of Object.keys(object))
    if (!addField(expanded, key, object[key])) expanded[key] ??= object[key];
  return expanded;
}

/** The fields of an object by their dotted names. Arrays and empty objects are values. */
export function* fieldsOf(object: JsonObject, prefix = ''): Generator<[name: string, value: unknown]> {
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (isObject(value) && Object.keys(value).length > 0) yield* fieldsOf(value, `${prefix}${key}.`);
    else yield [prefix + key, value];
  }
}

/** Adds a field by its dotted name, and merges objects. Present values stay. Returns false if the field conflicts with one. */
export function addField(object: JsonObject, name: string, value: unknown): boolean {
  const parts = name.split('.');
  // Names such as `.`, `a..b` and `a.` have empty parts, which Elasticsearch refuses. They are not split.
  const keys = parts.includes('') ? [name] : parts;
  let at = object;
  for (const key of keys.slice(0, -1)) {
    if (at[key] === undefined) at[key] = newObject();
    if (!isObject(at[key])) return false;
    at = at[key];
  }
  return addAt(at, keys.at(-1)!, isObject(value) ? expandDots(value) : value);
}

function addAt(object: JsonObject, key: string, value: unknown): boolean {
  const present = object[key];
  if (present === undefined) {
    object[key] = value;
    return true;
  }
  if (!isObject(present) || !isObject(value)) return false;
  let fits = true;
  for (const inner of Object.keys(value)) fits = addAt(present, inner, value[inner]) && fits;
  return fits;
}

/** Called with a value that an object has displaced. */
type Displaced = (path: string, value: unknown) => void;

const discard: Displaced = () => {};

/**
 * Merges two values: objects key by key, `tags` as sets; otherwise the addition replaces the present value. If only one of
 * them is an object, Elasticsearch could not index both under one name. Then the addition stays, and `displaced` is called
 * with the other.
 */
export function merge(present: unknown, added: unknown, displaced: Displaced = discard, path = ''): unknown {
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
