import { isObject, type Json, type JsonObject } from '../json.ts';
import { formatDate } from '../mapping/date-format.ts';
import type { Field } from '../mapping/field.ts';
import { decodeIp } from '../mapping/ip.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { partsAt, valuesAt } from '../mapping/source-values.ts';
import { MalformedValue, type Stored, toStored } from '../mapping/values.ts';
import { fielddataError } from '../store-error.ts';
import type { FieldRequest } from './source-filter.ts';

/** Values by name, always in arrays. */
type Values = Record<string, unknown[]>;

/** A value as `fields` shows it: text as it came, other types in their normal form. */
function shown(field: Field, value: Json, stored: Stored, format: string | undefined): unknown {
  if (stored === undefined) return undefined;
  if (field.family === 'date') return formatDate(stored as number, format ?? field.options.formats);
  if (field.family === 'ip') return decodeIp(stored as string);
  if (field.family === 'boolean') return stored === 1;
  return field.family === 'text' ? value : stored;
}

/** Values of a flattened field or of one of its keys. */
function flattenedValues(source: JsonObject, field: Field): unknown[] {
  if (field.name === field.source)
    return partsAt(source, field.source).filter((part) => !isObject(part) || Object.keys(part).length > 0);
  return valuesAt(source, field.name).map(String);
}

/**
 * A field's values in a document. Values that do not fit the type are left out, as in
 * Elasticsearch.
 */
function valuesOf(source: JsonObject, field: Field, format: string | undefined): unknown[] {
  if (field.family === 'flattened') return flattenedValues(source, field);
  return valuesAt(source, field.source).flatMap((value) => {
    try {
      const one = shown(field, value, toStored(field, value), format);
      return one === undefined ? [] : [one];
    } catch (error) {
      if (error instanceof MalformedValue) return [];
      throw error;
    }
  });
}

/** The `fields` of a hit, by the names under which the request finds them. */
export function requestedFields(mapping: Mapping, source: JsonObject, requests: FieldRequest[]): Values {
  const result: Values = {};
  const inner = new Map<string, FieldRequest[]>();
  for (const { pattern, format } of requests)
    for (const [name, field] of mapping.named(pattern)) {
      if (field.nested) {
        inner.set(field.nested, [...(inner.get(field.nested) ?? []), { pattern: name, format }]);
        continue;
      }
      const values = valuesOf(source, field, format);
      if (values.length > 0) result[name] = values;
    }
  for (const [path, own] of inner) Object.assign(result, nestedFields(mapping, source, path, own));
  return result;
}

/** Nested objects are shown one by one, with names relative to the object. */
function nestedFields(mapping: Mapping, source: JsonObject, path: string, requests: FieldRequest[]): Values {
  const objects = partsAt(source, path).filter(isObject);
  const shownOnes = objects.map((object) => {
    const entries = requests.flatMap(({ pattern, format }): [string, unknown[]][] => {
      const field = mapping.field(pattern)!;
      const name = pattern.slice(path.length + 1);
      const values = valuesOf(object, { ...field, source: field.source.slice(path.length + 1) }, format);
      return values.length > 0 ? [[name, values]] : [];
    });
    return Object.fromEntries(entries);
  });
  return shownOnes.length > 0 ? { [path]: shownOnes } : {};
}

/** The order of doc values. */
const inOrder = (a: unknown, b: unknown) =>
  a === b ? 0 : typeof a === 'number' ? a - Number(b) : String(a) < String(b) ? -1 : 1;

/**
 * `docvalue_fields`: values as doc values have them, sorted, terms without repeats.
 * @throws StoreError for a text field that is named in full.
 */
export function columnFields(
  mapping: Mapping,
  source: JsonObject,
  requests: FieldRequest[],
  index: string,
): Values {
  const result: Values = {};
  for (const { pattern, format } of requests)
    for (const [name, field] of mapping.named(pattern)) {
      if (field.nested) continue;
      if (field.family === 'text' && !pattern.includes('*')) throw fielddataError(name, index);
      const values = valuesOf(source, field, format).sort(inOrder);
      const isTerm = field.family === 'keyword' || field.family === 'ip';
      if (values.length > 0) result[name] = isTerm ? [...new Set(values)] : values;
    }
  return result;
}
