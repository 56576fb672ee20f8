import { isObject, type Json, type JsonObject } from '../json.ts';
import { booleanOf, stringsOf } from '../query/shape.ts';
import { illegalArgument, parsingError } from '../store-error.ts';

/** An entry of `fields` or `docvalue_fields`. */
export interface FieldRequest {
  pattern: string;
  format: string | undefined;
}

/** What of the document a hit shows. Patterns are dotted names with `*`. */
export interface SourceFilter {
  isWanted: boolean;
  includes: string[];
  excludes: string[];
}

/** The parameters of a request's address. */
export type Parameters = Record<string, string | undefined>;

/**
 * Reads `_source`.
 * @throws StoreError
 */
export function parseSourceFilter(value: Json | undefined): SourceFilter {
  if (value === undefined || value === true || value === 'true')
    return { isWanted: true, includes: [], excludes: [] };
  if (value === false || value === 'false') return { isWanted: false, includes: [], excludes: [] };
  if (!isObject(value)) return { isWanted: true, includes: stringsOf(value), excludes: [] };
  const { includes, include, excludes, exclude, ...rest } = value;
  const [unknown] = Object.keys(rest);
  if (unknown) throw parsingError(`Unknown key for a START_ARRAY in [${unknown}].`);
  return {
    isWanted: true,
    includes: stringsOf(includes ?? include),
    excludes: stringsOf(excludes ?? exclude),
  };
}

/** Reads `fields` or `docvalue_fields`. */
export function fieldRequests(value: Json | undefined): FieldRequest[] {
  return (value === undefined ? [] : Array.isArray(value) ? value : [value]).map((entry) => {
    if (!isObject(entry)) return { pattern: String(entry), format: undefined };
    if (booleanOf(entry.include_unmapped, false))
      throw illegalArgument('[include_unmapped] is not supported by this store');
    return {
      pattern: String(entry.field),
      format: entry.format === undefined ? undefined : String(entry.format),
    };
  });
}

/** `_source` of the body and of the parameters. */
export function sourceOf(body: JsonObject, parameters: Parameters): SourceFilter {
  const { _source, _source_includes: includes, _source_excludes: excludes } = parameters;
  const named =
    _source === undefined ? body._source : /^(true|false)$/.test(_source) ? _source : _source.split(',');
  const filter = parseSourceFilter(named);
  if (includes !== undefined) filter.includes = includes.split(',');
  if (excludes !== undefined) filter.excludes = excludes.split(',');
  // With `stored_fields`, the source is shown only if the request names it as well.
  if (body.stored_fields !== undefined && named === undefined) filter.isWanted = false;
  return filter;
}
