import type { Json } from '../json.ts';
import { parseDateMath } from '../mapping/date-math.ts';
import type { Field } from '../mapping/field.ts';
import { encodeIp } from '../mapping/ip.ts';
import { integerRanges } from '../mapping/values.ts';
import { noBits, unite } from '../storage/bits.ts';
import { documentsBetween, documentsWithTerms, documentsWithToken } from '../storage/column.ts';
import type { Segment } from '../storage/segment.ts';
import type { StringTable } from '../storage/string-table.ts';
import { queryShardError } from '../store-error.ts';
import { constant, type Matcher, matchNone, oneWord, type QueryContext, searchedField } from './matcher.ts';

/** The bounds of a range as the request gives them. `zone` applies to dates that name none. */
interface RangeOptions {
  gt?: Json;
  gte?: Json;
  lt?: Json;
  lte?: Json;
  format?: string;
  zone?: string;
  boost?: number;
}

const isGiven = (value: Json | undefined) => value !== undefined && value !== null;

/** The next double above or below, which turns an exclusive bound into an inclusive one. */
function neighbour(value: number, direction: 1 | -1): number {
  if (!Number.isFinite(value)) return value;
  if (value === 0) return direction * Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + BigInt(value > 0 ? direction : -direction));
  return view.getFloat64(0);
}

/**
 * A bound of a numeric field.
 * @throws StoreError where it is not a number or out of the type's range.
 */
function number(field: Field, value: Json): number {
  const read =
    typeof value === 'boolean' ? Number(value) : value === 'true' ? 1 : value === 'false' ? 0 : Number(value);
  if (Number.isNaN(read) || value === '')
    throw queryShardError(`failed to create query: For input string: "${String(value)}"`);
  const limits = integerRanges[field.type];
  if (limits && !(Math.trunc(read) >= limits[0] && Math.trunc(read) <= limits[1]))
    throw queryShardError(
      `failed to create query: Value [${String(value)}] is out of range for ${field.type === 'integer' ? 'an' : 'a'} ${field.type}`,
    );
  return field.type === 'float' ? Math.fround(read) : read;
}

/** Inclusive bounds; infinite where none is given. */
function numberBounds(field: Field, { gt, gte, lt, lte }: RangeOptions): [number, number] {
  let low = isGiven(gte) ? number(field, gte!) : Number.NEGATIVE_INFINITY;
  let high = isGiven(lte) ? number(field, lte!) : Number.POSITIVE_INFINITY;
  if (isGiven(gt)) low = neighbour(number(field, gt!), 1);
  if (isGiven(lt)) high = neighbour(number(field, lt!), -1);
  return [low, high];
}

/**
 * Inclusive bounds in milliseconds. A bound that leaves units out stands for the start or the end
 * of its unit, so that `lte` and `gt` include or exclude all of it.
 */
function dateBounds(field: Field, options: RangeOptions, now: number): [number, number] {
  const formats = options.format ?? field.options.formats;
  const read = (value: Json, roundUp: boolean) =>
    parseDateMath(value as string | number, {
      now,
      roundUp,
      ...(formats && typeof value !== 'number' && { formats }),
      ...(options.zone && { zone: options.zone }),
    });
  let low = isGiven(options.gte) ? read(options.gte!, false) : Number.NEGATIVE_INFINITY;
  let high = isGiven(options.lte) ? read(options.lte!, true) : Number.POSITIVE_INFINITY;
  if (isGiven(options.gt)) low = read(options.gt!, true) + 1;
  if (isGiven(options.lt)) high = read(options.lt!, false) - 1;
  return [low, high];
}

/**
 * Documents with a number within the bounds. Segments whose bounds exclude it are skipped without
 * reading the column.
 */
function numeric(field: Field, [low, high]: [number, number], boost: number): Matcher {
  const excludes = (segment: Segment) => {
    const known = segment.bounds(field);
    return known !== undefined && (known[0] > high || known[1] < low);
  };
  const match = (segment: Segment) => {
    const column = excludes(segment) ? undefined : segment.column(field);
    return column?.kind === 'number' ? documentsBetween(column, low, high) : noBits();
  };
  return { ...constant(match, boost), excludes };
}

/** Documents with a term within the bounds. Addresses are compared in stored form. */
function text(field: Field, { gt, gte, lt, lte }: RangeOptions, boost: number): Matcher {
  const read = (value: Json | undefined) => {
    if (!isGiven(value)) return undefined;
    if (field.family !== 'ip') return String(value);
    const encoded = encodeIp(String(value));
    if (!encoded)
      throw queryShardError(`failed to create query: '${String(value)}' is not an IP string literal.`);
    return encoded;
  };
  const range = {
    low: read(gt) ?? read(gte),
    high: read(lt) ?? read(lte),
    lowOpen: isGiven(gt),
    highOpen: isGiven(lt),
  };
  return stringRange(field, range, boost);
}

/** Elasticsearch allows ranges on keys of flattened fields only with both bounds. */
function checkBothEnds({ gt, gte, lt, lte }: RangeOptions): void {
  if ((isGiven(gt) || isGiven(gte)) === (isGiven(lt) || isGiven(lte))) return;
  throw queryShardError(
    'failed to create query: [range] queries on keyed [flattened] fields must include both an upper and a lower bound.',
  );
}

/**
 * The matcher of a `range` query. Unknown fields match nothing.
 * @throws StoreError for bounds that do not fit the field.
 */
export function range(context: QueryContext, name: string, options: RangeOptions): Matcher {
  const field = searchedField(context, name, 'range');
  if (!field) return matchNone;
  const { boost = 1 } = options;
  if (field.family === 'flattened' && field.source !== field.name) checkBothEnds(options);
  if (field.family === 'date') return numeric(field, dateBounds(field, options, context.now), boost);
  if (field.family === 'number' || field.family === 'boolean')
    return numeric(field, numberBounds(field, options), boost);
  return text(field, options, boost);
}

/** A range of terms; an undefined bound is open to all terms. */
interface StringRange {
  low: string | undefined;
  high: string | undefined;
  lowOpen: boolean;
  highOpen: boolean;
}

/** Places `[first, end)` of the terms in the range. No term lies between `text` and `text\0`. */
function bounds(table: StringTable, { low, high, lowOpen, highOpen }: StringRange): [number, number] {
  const after = (text: string) => table.lowerBound(`${text}\0`);
  const first = low === undefined ? 0 : lowOpen ? after(low) : table.lowerBound(low);
  const end = high === undefined ? table.size : highOpen ? table.lowerBound(high) : after(high);
  return [first, end];
}

/** Documents with a term in the range, by binary search in each segment's term table. */
export function stringRange(field: Field, range: StringRange, boost: number): Matcher {
  const match = (segment: Segment) => {
    const column = segment.column(field);
    if (column?.kind === 'term') return documentsWithTerms(column, ...bounds(column.terms, range));
    const bits = noBits();
    if (column?.kind !== 'text') return bits;
    const [first, end] = bounds(column.tokens, range);
    for (let token = first; token < end; token++) unite(bits, documentsWithToken(column, token));
    return bits;
  };
  return { ...constant(match, boost), marks: () => oneWord(field.name, (token) => isWithin(token, range)) };
}

/** The same test for a single token, for highlighting. */
function isWithin(token: string, { low, high, lowOpen, highOpen }: StringRange): boolean {
  if (low !== undefined && (lowOpen ? token <= low : token < low)) return false;
  return high === undefined || (highOpen ? token < high : token <= high);
}
