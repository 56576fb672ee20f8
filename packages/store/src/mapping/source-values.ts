import { isObject, type Json, type JsonObject } from '../json.ts';

/** The values that a document has at a dotted path, arrays laid out; keys with dots in them are followed, too. */
export function valuesAt(source: JsonObject, path: string): Exclude<Json, JsonObject>[] {
  const found: Exclude<Json, JsonObject>[] = [];
  visit(source, path, (value) => {
    if (!isObject(value)) found.push(value);
  });
  return found;
}

/** Like `valuesAt`, objects included. */
export function partsAt(source: JsonObject, path: string): Json[] {
  const found: Json[] = [];
  visit(source, path, (value) => found.push(value));
  return found;
}

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

function descend(value: JsonObject, path: string, emit: (value: Exclude<Json, Json[] | null>) => void): void {
  if (Object.hasOwn(value, path)) visit(value[path], '', emit);
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const key = path.slice(0, dot);
    if (Object.hasOwn(value, key)) visit(value[key], path.slice(dot + 1), emit);
  }
}
