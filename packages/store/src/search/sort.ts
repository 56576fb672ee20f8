import { type Json, RawJson } from '../json.ts';
import { formatDate } from '../mapping/date-format.ts';
import { parseDateMath } from '../mapping/date-math.ts';
import type { Field } from '../mapping/field.ts';
import { decodeIp, encodeIp } from '../mapping/ip.ts';
import { integerRanges } from '../mapping/values.ts';
import { fieldOf, type QueryContext } from '../query/matcher.ts';
import { stringsOf } from '../query/shape.ts';
import { type Column, valuesOf } from '../storage/column.ts';
import type { Segment } from '../storage/segment.ts';
import { fielddataError, idError, illegalArgument, noColumnError, queryShardError } from '../store-error.ts';
import type { SortKey } from './sort-request.ts';

/**
 * A document's value for a key, in the form in which it is compared. A missing one is infinite
 * (numbers) or null (terms).
 */
export type SortValue = number | string | null;

/** Whether a missing value sorts where the highest values do. */
const isHigh = ({ order, missing }: SortKey) => (order === 'asc') === (missing === '_last');

const everything = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

/** The number that stands for a missing one. */
function missingNumber(key: SortKey, type: string): number {
  if (key.missing !== '_last' && key.missing !== '_first') return Number(key.missing);
  // Elasticsearch uses the limits of int for a missing integer, so it ties with a real value of that size.
  const [lowest, highest] = type === 'integer' ? integerRanges.integer! : everything;
  return isHigh(key) ? highest : lowest;
}

/** One value of several, by `mode`. Values are in document order. */
function fold(values: ArrayLike<number>, from: number, to: number, mode: SortKey['mode']): number {
  let result = values[from]!;
  for (let at = from + 1; at < to; at++) {
    const value = values[at]!;
    if (mode === 'min') result = Math.min(result, value);
    else if (mode === 'max') result = Math.max(result, value);
    else result += value;
  }
  if (mode === 'median') return medianOf(values, from, to);
  return mode === 'avg' ? result / (to - from) : result;
}

function medianOf(values: ArrayLike<number>, from: number, to: number): number {
  const sorted = Array.from({ length: to - from }, (_, at) => values[from + at]!).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const numeric: string[] = ['number', 'date', 'boolean'] satisfies Field['family'][];

/**
 * The field of a key in one index; undefined for metadata, and where the index lacks it and the
 * request permits that.
 * @throws StoreError for fields that cannot be sorted by.
 */
export function sortField(context: QueryContext, key: SortKey): Field | undefined {
  if (key.field === '_id') throw idError();
  if (key.field.startsWith('_')) return undefined;
  const field = fieldOf(context, key.field);
  if (!field && context.mapping.field(key.field))
    throw queryShardError(
      `it is mandatory to set the [nested] context on the nested sort field: [${key.field}].`,
    );
  if (!field && key.unmapped === undefined)
    throw queryShardError(`No mapping found for [${key.field}] in order to sort on`);
  if (field && !field.options.searchable) throw noColumnError(field);
  if (['sum', 'avg', 'median'].includes(key.mode) && field && !numeric.includes(field.family))
    throw queryShardError('we only support AVG, MEDIAN and SUM on number based fields');
  if (field?.family === 'text') throw fielddataError(key.field, context.name);
  if (field?.family === 'stored')
    throw illegalArgument(`can't sort on field [${key.field}] of type [${field.type}]`);
  if (key.isWhole && field && !numeric.includes(field.family))
    throw queryShardError(`[numeric_type] option cannot be set on a non-numeric field, got ${field.type}`);
  return field;
}

/** Reads a key's value of a document of one segment. */
export type KeyReader = (doc: number) => SortValue;

/** Averages and sums of whole numbers are rounded for sorting, as Elasticsearch does. */
const integerTypes = ['long', 'integer', 'short', 'byte', 'unsigned_long', 'date'];

/** A reader of a column. Terms are compared as text, since ordinals differ between segments. */
function columnReader(column: Column | undefined, key: SortKey, isText: boolean, type: string): KeyReader {
  const own = key.missing !== '_last' && key.missing !== '_first';
  const missing = isText ? (own ? String(key.missing) : null) : missingNumber(key, type);
  if (!column || column.kind === 'text') return () => missing;
  const round = integerTypes.includes(type) ? Math.round : (value: number) => value;
  const whole = key.isWhole ? Math.trunc : (value: number) => value;
  return (doc) => {
    const [from, to] = valuesOf(column, doc);
    if (from === to) return missing;
    if (column.kind === 'number')
      return whole(to - from === 1 ? column.values[from]! : round(fold(column.values, from, to, key.mode)));
    const ordinal =
      to - from === 1
        ? column.ordinals[from]!
        : fold(column.ordinals, from, to, key.mode === 'max' ? 'max' : 'min');
    return column.terms.get(ordinal - 1);
  };
}

/** Types whose values are compared as text. */
export const textTypes = ['keyword', 'ip', 'wildcard', 'constant_keyword', 'version', 'flattened'];

/** The reader of a key for one segment. */
export function keyReader(
  context: QueryContext,
  key: SortKey,
  segment: Segment,
  scores: Float64Array,
): KeyReader {
  if (key.field === '_score') return (doc) => scores[doc]!;
  if (key.field === '_doc' || key.field === '_shard_doc' || key.field === '_seq_no')
    return (doc) => segment.base + doc;
  if (key.field === '_index') return () => context.name;
  const field = sortField(context, key);
  const isText = field
    ? ['keyword', 'ip', 'flattened'].includes(field.family)
    : textTypes.includes(key.unmapped!);
  const type = key.isWhole ? 'long' : (field?.type ?? key.unmapped ?? 'long');
  return columnReader(field && segment.column(field), key, isText, type);
}

/**
 * The numbers of a key by document, where each document has one at most; a missing one is NaN. Undefined where the key is something
 * else.
 */
export function plainNumbers(
  context: QueryContext,
  key: SortKey,
  segment: Segment,
  scores: Float64Array,
): Float64Array | undefined {
  if (key.field === '_score') return scores;
  const field = key.field.startsWith('_') || key.isWhole ? undefined : sortField(context, key);
  const column = field && segment.column(field);
  return column?.kind === 'number' && !column.starts ? column.values : undefined;
}

/** Negative where `a` comes first. Null is a missing term. */
export function compareValues(a: SortValue, b: SortValue, key: SortKey): number {
  if (a === b) return 0;
  const sign = key.order === 'asc' ? 1 : -1;
  if (a === null || b === null) return (a === null) === (key.missing === '_first') ? -1 : 1;
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -sign : sign;
  return String(a) < String(b) ? -sign : sign;
}

/**
 * Java's largest and smallest `long`, as which missing numbers are shown. They have more digits
 * than a double.
 */
const extremes = {
  high: new RawJson(Buffer.from('9223372036854775807')),
  low: new RawJson(Buffer.from('-9223372036854775808')),
};

/** A value as a hit shows it in `sort`. */
export function shownValue(value: SortValue, key: SortKey, field: Field | undefined): unknown {
  if (typeof value === 'string') return field?.family === 'ip' ? decodeIp(value) : value;
  if (value === null) return null;
  const isDate = field ? field.family === 'date' : key.unmapped === 'date';
  // A missing date has no formatted form.
  if (!Number.isFinite(value) && isDate && key.format) return null;
  if (!Number.isFinite(value)) {
    const isReal =
      field && !key.isWhole && ['double', 'float', 'half_float', 'scaled_float'].includes(field.type);
    if (isReal || key.unmapped === 'double' || key.unmapped === 'float')
      return value > 0 ? 'Infinity' : '-Infinity';
    return value > 0 ? extremes.high : extremes.low;
  }
  return key.format && field?.family === 'date' ? formatDate(value, key.format) : value;
}

/**
 * A value of `search_after` in the form in which it is compared: the inverse of `shownValue`.
 * @throws StoreError where it does not fit the field.
 */
export function afterValue(value: Json, key: SortKey, field: Field | undefined, now: number): SortValue {
  if (value === null) return null;
  if (value === 'Infinity' || value === '-Infinity') return Number(value);
  if (typeof value === 'number')
    return Math.abs(value) > 9.2e18 ? Math.sign(value) * Number.POSITIVE_INFINITY : value;
  if (field?.family === 'date')
    return parseDateMath(String(value), { now, roundUp: false, ...(key.format && { formats: key.format }) });
  if (field?.family === 'ip') return encodeIp(String(value)) ?? null;
  if (field?.family === 'number' && Number.isNaN(Number(value)))
    throw illegalArgument(`Failed to parse search_after value for field [${key.field}].`);
  if (key.field === '_index') return String(value);
  return key.field.startsWith('_') || field?.family === 'number' || field?.family === 'boolean'
    ? Number(value)
    : stringsOf(value)[0]!;
}
