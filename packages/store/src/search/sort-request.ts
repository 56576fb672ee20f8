import { isObject, type Json, type JsonObject } from '../json.ts';
import { familyOf } from '../mapping/field.ts';
import { illegalArgument, parsingError, xContentError } from '../store-error.ts';

/** One key of `sort`. */
export interface SortKey {
  field: string;
  order: 'asc' | 'desc';
  /** `_first`, `_last`, or the value that stands for a missing one. */
  missing: string | number;
  /** `unmapped_type`: an index without the field is no error, and its values are missing. */
  unmapped: string | undefined;
  /** Which of a document's values counts. */
  mode: 'min' | 'max' | 'sum' | 'avg' | 'median';
  format: string | undefined;
  /** `numeric_type: long`: numbers are compared as whole ones, and a field without numbers is refused. */
  isWhole?: boolean;
}

const known = ['order', 'missing', 'unmapped_type', 'mode', 'format', 'numeric_type'];

/** `_score` takes only an order. */
function refuseScoreOptions(body: JsonObject): void {
  const unknown = Object.keys(body).find((key) => key !== 'order');
  if (unknown) throw xContentError(`[_score] unknown field [${unknown}]`);
}

/**
 * Reads one key.
 * @throws StoreError
 */
function sortKey(field: string, options: Json): SortKey {
  const body = isObject(options) ? options : { order: options };
  if (field === '_score') refuseScoreOptions(body);
  const unknown = Object.keys(body).find((key) => !known.includes(key));
  if (unknown) throw parsingError(`[${field}] sort option [${unknown}] is not supported by this store`);
  const order = String(body.order ?? (field === '_score' ? 'desc' : 'asc')).toLowerCase();
  if (order !== 'asc' && order !== 'desc') throw illegalArgument(`Unknown SortOrder [${order}]`);
  const mode = String(body.mode ?? (order === 'asc' ? 'min' : 'max')) as SortKey['mode'];
  if (!['min', 'max', 'sum', 'avg', 'median'].includes(mode))
    throw xContentError(`[field_sort] failed to parse field [mode]: Unknown SortMode [${mode}]`);
  if (body.numeric_type !== undefined && body.numeric_type !== 'long')
    throw parsingError(
      `[${field}] numeric_type [${String(body.numeric_type)}] is not supported by this store`,
    );
  const unmapped = body.unmapped_type;
  if (unmapped !== undefined && !familyOf(String(unmapped)))
    throw illegalArgument(`No mapper found for type [${String(unmapped)}]`);
  return {
    field,
    order,
    missing: (body.missing as string | number | undefined) ?? '_last',
    unmapped: body.unmapped_type === undefined ? undefined : String(body.unmapped_type),
    mode,
    format: body.format === undefined ? undefined : String(body.format),
    ...(body.numeric_type === 'long' && { isWhole: true }),
  };
}

/**
 * Reads `sort`: a name, an object, or an array of them.
 * @throws StoreError
 */
export function parseSort(sort: Json | undefined): SortKey[] {
  if (sort === undefined || sort === null) return [];
  return (Array.isArray(sort) ? sort : [sort]).flatMap((entry) => {
    if (isObject(entry)) return Object.entries(entry).map(([field, options]) => sortKey(field, options));
    if (typeof entry !== 'string')
      throw parsingError('malformed sort format, either start with array, object, or an actual string');
    return sortKey(entry, entry === '_score' ? 'desc' : 'asc');
  });
}

/** Reads `?sort=a:desc,b`. */
export function parseSortParameter(text: string): SortKey[] {
  return text.split(',').flatMap((part) => {
    const colon = part.lastIndexOf(':');
    if (colon === -1) return sortKey(part, part === '_score' ? 'desc' : 'asc');
    // Elasticsearch ignores a key with an unknown direction in the address.
    const direction = part.slice(colon + 1);
    return direction === 'asc' || direction === 'desc' ? sortKey(part.slice(0, colon), direction) : [];
  });
}
