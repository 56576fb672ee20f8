import { isObject, newObject } from './objects.ts';

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
