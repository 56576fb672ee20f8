import type { FieldValue, Scalar } from '../model.ts';

/** An object from untrusted JSON. It inherits nothing, so that `__proto__` is a key like any other. */
export type JsonObject = Record<string, unknown>;

/** An empty object whose prototype has nothing. Unlike one without a prototype, V8 keeps its fields as those of a class, which is faster. */
const Empty = function Empty() {} as unknown as new () => JsonObject;
Empty.prototype = Object.freeze(Object.create(null));

export const newObject = (): JsonObject => new Empty();

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A copy without the fields whose value is undefined. */
export const defined = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

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

/** Whether an object has a value at a dotted name or below it. Null, and a list of nothing else, is no value. */
export function hasValue(object: JsonObject, name: string): boolean {
  for (const { key, rest } of cutsOf(name))
    if (Object.hasOwn(object, key) && hasValueAt(object[key], rest)) return true;
  return false;
}

function hasValueAt(value: unknown, rest: string | undefined): boolean {
  if (Array.isArray(value)) return value.some((one) => hasValueAt(one, rest));
  if (!isObject(value)) return rest === undefined && value !== undefined && value !== null;
  if (rest !== undefined) return hasValue(value, rest);
  for (const key of Object.keys(value)) if (hasValueAt(value[key], undefined)) return true;
  return false;
}

/** One way to divide a name: a key of an object, and the rest of the name below it; undefined at the end of the name. */
interface Cut {
  key: string;
  rest: string | undefined;
}

const cuts = new Map<string, readonly Cut[]>();
/** Names come from rules and documents; the bound is for those of documents. */
const KEPT = 4096;

/** `a.b.c` is the key `a` with `b.c` below it, `a.b` with `c`, or `a.b.c` as it is. The same strings each time, whose hashes are known. */
function cutsOf(name: string): readonly Cut[] {
  let found = cuts.get(name);
  if (found === undefined) {
    const made: Cut[] = [];
    for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1))
      made.push({ key: name.slice(0, dot), rest: name.slice(dot + 1) });
    made.push({ key: name, rest: undefined });
    found = made;
    if (cuts.size >= KEPT) cuts.clear();
    cuts.set(name, found);
  }
  return found;
}

function collect(value: unknown, name: string, into: Scalar[]): boolean {
  if (Array.isArray(value)) {
    for (const element of value) collect(element, name, into);
    return true;
  }
  if (!isObject(value)) return false;
  let isList = false;
  for (const { key, rest } of cutsOf(name))
    if (Object.hasOwn(value, key))
      isList = (rest === undefined ? leaves(value[key], into) : collect(value[key], rest, into)) || isList;
  return isList;
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
  return addFieldAt(object, keysOf(name), value);
}

const keysByName = new Map<string, readonly string[]>();

/** The keys of the objects that a dotted name stands for. */
export function keysOf(name: string): readonly string[] {
  let keys = keysByName.get(name);
  if (keys === undefined) {
    const parts = name.split('.');
    // Names such as `.`, `a..b` and `a.` have empty parts, which Elasticsearch refuses. They are not split.
    keys = parts.includes('') ? [name] : parts;
    if (keysByName.size >= KEPT) keysByName.clear();
    keysByName.set(name, keys);
  }
  return keys;
}

/** Like `addField`, for callers that know the keys of the name. */
export function addFieldAt(object: JsonObject, keys: readonly string[], value: unknown): boolean {
  const last = keys.length - 1;
  let at = object;
  for (let place = 0; place < last; place += 1) {
    let inner = at[keys[place]!];
    if (inner === undefined) {
      inner = newObject();
      at[keys[place]!] = inner;
    }
    if (!isObject(inner)) return false;
    at = inner;
  }
  return addAt(at, keys[last]!, isObject(value) ? expandDots(value) : value);
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
