import type { Json } from '../json.ts';
import { formatDate } from '../mapping/date-format.ts';
import { parseDateMath } from '../mapping/date-math.ts';
import type { Field } from '../mapping/field.ts';
import { decodeIp } from '../mapping/ip.ts';
import { fieldOf, type QueryContext } from '../query/matcher.ts';
import { type Column, type NumberColumn, type TermColumn, valuesOf } from '../storage/column.ts';
import { fielddataError, idError, illegalArgument, noColumnError } from '../store-error.ts';
import type { Batch } from './aggregator.ts';
import type { AggregationSpec } from './parse.ts';

/**
 * The field that an aggregation names.
 * @throws StoreError where it names none; scripts are not supported.
 */
export function fieldName({ body, name, type }: AggregationSpec): string {
  if (typeof body.field !== 'string')
    throw illegalArgument(
      `Required one of fields [field, script], but none were specified in aggregation [${name}] of type [${type}]`,
    );
  return body.field;
}

/**
 * The field in one index; undefined where the index has none, and then it has no values.
 * @throws StoreError for fields without doc values.
 */
export function aggregatedField(context: QueryContext, name: string): Field | undefined {
  const field = fieldOf(context, name);
  if (name === '_id') throw idError();
  if (name === '_index') throw illegalArgument('aggregations on [_index] are not supported by this store');
  if (field && !field.options.searchable) throw noColumnError(field);
  if (field?.family === 'text') throw fielddataError(name, context.name);
  if (field?.family === 'stored')
    throw illegalArgument(
      `Field [${name}] of type [${field.type}] is not supported for aggregations by this store`,
    );
  return field;
}

/** Families whose column has numbers. */
const isNumeric = (field: Field) => ['number', 'date', 'boolean'].includes(field.family);

/** Like `aggregatedField`, for aggregations over numbers. */
function numericField(context: QueryContext, name: string, type: string): Field | undefined {
  const field = aggregatedField(context, name);
  if (field && !isNumeric(field))
    throw illegalArgument(
      `Field [${name}] of type [${field.type}] is not supported for aggregation [${type}]`,
    );
  return field;
}

/** The column of a field in a batch's segment; undefined where the segment has no values. */
export function columnOf({ context, segment }: Batch, name: string): NumberColumn | TermColumn | undefined {
  const field = aggregatedField(context, name);
  const column: Column | undefined = field && segment.column(field);
  return column?.kind === 'text' ? undefined : column;
}

/**
 * Calls back with each number of the documents' field, in order; `missing` counts for documents
 * without one. Returns the field.
 */
export function eachNumber(
  batch: Batch,
  docs: Uint16Array,
  name: string,
  type: string,
  missing: number | undefined,
  emit: (value: number, doc: number) => void,
): Field | undefined {
  const field = numericField(batch.context, name, type);
  const column = field && batch.segment.column(field);
  for (const doc of docs) {
    const [from, to] = column?.kind === 'number' ? valuesOf(column, doc) : [0, 0];
    for (let at = from; at < to; at++) emit((column as NumberColumn).values[at]!, doc);
    if (from === to && missing !== undefined) emit(missing, doc);
  }
  return field;
}

/**
 * The `missing` option as a number, by the field's family.
 * @throws StoreError where it does not fit.
 */
export function missingNumber(
  value: Json | undefined,
  field: Field | undefined,
  now: number,
  isTime = false,
): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (field?.family === 'date' || (isTime && !field))
    return parseDateMath(value as string, { now, roundUp: false });
  if (field?.family === 'boolean' && !['true', 'false'].includes(String(value)))
    throw illegalArgument(`Cannot parse boolean [${String(value)}], expected either [true] or [false]`);
  const number = Number(String(value) === 'true' ? 1 : String(value) === 'false' ? 0 : value);
  if (Number.isNaN(number)) throw illegalArgument(`For input string: "${String(value)}"`);
  return number;
}

/** A key as an answer shows it, and its `key_as_string`. */
interface Shown {
  key: string | number;
  text: string | undefined;
}

/** A key of a field: addresses and dates in their usual form. */
export function shownKey(
  value: string | number,
  field: Field | undefined,
  format?: string,
  zone?: string,
): Shown {
  if (typeof value === 'string')
    return { key: field?.family === 'ip' ? decodeIp(value) : value, text: undefined };
  if (field?.family === 'date')
    return { key: value, text: formatDate(value, format ?? field.options.formats, zone) };
  if (field?.family === 'boolean') return { key: value, text: value === 1 ? 'true' : 'false' };
  return { key: value, text: undefined };
}
