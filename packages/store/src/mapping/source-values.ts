import { isObject, type Json, type JsonObject } from '../json.ts';

/**
 * The values of a document at a dotted path, without objects; arrays are flattened and null is
 * skipped. A key may contain dots itself: `{"a.b": 1}` has a value at `a.b`.
 */
export function valuesAt(source: JsonObject, path: string): Exclude<Json, JsonObject>[] {
  const found: Exclude<Json, JsonObject>[] = [];
  visit(source, path, (value) => {
    if (!isObject(value)) found.push(value);
  });
  return found;
}

/** Like `valuesAt`, with objects. */
export function partsAt(source: JsonObject, path: string): Json[] {
  const found: Json[] = [];
  visit(source, path, (value) => found.push(value));
  return found;
}

/** Follows the rest of the path; an empty path is the place itself. */
function visit(
  value: Json | undefined,
  path: string,
  emit: (value: Exclude<Json, Json[] | null>) => void,
): void {
  if (value === undefined || value === null) return;
  if (Array.isArray(value)) for (const item of value) visit(item, path, emit);
  else if (path === '') emit(value);
  else if (isObject(value)) descend(value, path, emit);
}

/** Tries each split of the path into a key and a rest, since keys may contain dots. */
function descend(value: JsonObject, path: string, emit: (value: Exclude<Json, Json[] | null>) => void): void {
  if (Object.hasOwn(value, path)) visit(value[path], '', emit);
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const key = path.slice(0, dot);
    if (Object.hasOwn(value, key)) visit(value[key], path.slice(dot + 1), emit);
  }
}
