import { isObject, type Json, type JsonObject } from '../json.ts';
import { illegalArgument } from '../store-error.ts';

/** A deep copy of JSON, so that dynamic mapping cannot write into a template. */
export function clone<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}

/** Turns `{"host.name": …}` under `properties` into `{"host": {"properties": {"name": …}}}`. */
function expandProperties(properties: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [name, definition] of Object.entries(properties)) {
    const inner = isObject(definition) ? expandMapping(definition) : definition;
    const [first, ...rest] = name.split('.');
    const nested = rest.reduceRight<Json>((child, step) => ({ properties: { [step]: child } }), inner);
    const known = result[first!];
    result[first!] = isObject(known) && isObject(nested) ? mergeMapping(known, nested, first!) : nested;
  }
  return result;
}

/** The same mapping without dots in names. `Mapping` requires this form. The input is not changed. */
export function expandMapping(mapping: JsonObject): JsonObject {
  return isObject(mapping.properties)
    ? { ...mapping, properties: expandProperties(mapping.properties) }
    : mapping;
}

const typeOf = (definition: JsonObject) =>
  String(definition.type ?? (definition.properties !== undefined ? 'object' : 'object'));

/** Merges two definitions of one field. `strict` refuses a change of type. */
function mergeProperty(known: JsonObject, added: JsonObject, path: string, strict: boolean): JsonObject {
  const [from, to] = [typeOf(known), typeOf(added)];
  if (from !== to && strict) {
    if (from === 'object' || to === 'object')
      throw illegalArgument(`can't merge a non object mapping [${path}] with an object mapping`);
    throw illegalArgument(`mapper [${path}] cannot be changed from type [${from}] to [${to}]`);
  }
  if (from !== to) return added;
  return mergeMapping(known, added, path, strict);
}

/**
 * Dynamic templates by name: a later one of the same name replaces the earlier in its place; new
 * ones are tried last.
 */
function mergeTemplates(known: Json | undefined, added: Json | undefined): Json[] {
  const all = [...((known ?? []) as JsonObject[]), ...((added ?? []) as JsonObject[])];
  return [...new Map(all.map((template) => [Object.keys(template)[0], template])).values()];
}

/**
 * Lays one mapping over another and returns a new one. `strict` is for an index that has documents:
 * there a field keeps its type. Where templates are composed, the later one wins.
 * @throws StoreError `illegal_argument_exception` for a change of type, if strict.
 */
export function mergeMapping(known: JsonObject, added: JsonObject, path = '', strict = false): JsonObject {
  const result: JsonObject = { ...known, ...added };
  for (const part of ['properties', 'fields'] as const) {
    const [before, after] = [known[part], added[part]];
    if (!isObject(before) || !isObject(after)) continue;
    const merged: JsonObject = { ...before };
    for (const [name, definition] of Object.entries(after)) {
      const place = path ? `${path}.${name}` : name;
      const old = merged[name];
      merged[name] =
        isObject(old) && isObject(definition) ? mergeProperty(old, definition, place, strict) : definition;
    }
    result[part] = merged;
  }
  if (known.dynamic_templates || added.dynamic_templates)
    result.dynamic_templates = mergeTemplates(known.dynamic_templates, added.dynamic_templates);
  return result;
}
