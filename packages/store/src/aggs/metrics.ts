import type { JsonObject } from '../json.ts';
import { formatDate } from '../mapping/date-format.ts';
import type { Field } from '../mapping/field.ts';
import { fieldOf } from '../query/matcher.ts';
import { numberOf } from '../query/shape.ts';
import { valuesOf } from '../storage/column.ts';
import { illegalArgument, xContentError } from '../store-error.ts';
import type { Aggregator, Batch, RequestScope } from './aggregator.ts';
import { type AggregationSpec, checkOptions } from './parse.ts';
import { columnOf, eachNumber, fieldName, missingNumber } from './values.ts';

/** Count, sum, extremes and sum of squares of a field's values. All simple metrics are read from it. */
class Moments implements Aggregator {
  count = 0;
  sum = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  sumOfSquares = 0;
  /**
   * Kahan's compensation: what rounding has taken from the sum. Elasticsearch's sums are
   * compensated, too.
   */
  #lost = 0;
  field: Field | undefined;
  readonly #scope: RequestScope;
  readonly #spec: AggregationSpec;
  readonly #name: string;
  readonly #show: (moments: Moments) => JsonObject;
  readonly #read: (moments: Moments, path: string | undefined) => number;

  constructor(
    scope: RequestScope,
    spec: AggregationSpec,
    show: (moments: Moments) => JsonObject,
    read: (moments: Moments, path: string | undefined) => number,
  ) {
    this.#scope = scope;
    this.#spec = spec;
    this.#name = fieldName(spec);
    this.#show = show;
    this.#read = read;
  }

  collect(batch: Batch, docs: Uint16Array): void {
    const { body, type } = this.#spec;
    const known = fieldOf(batch.context, this.#name);
    const missing = missingNumber(body.missing, known, this.#scope.now);
    this.field =
      eachNumber(batch, docs, this.#name, type, missing, (value) => this.#add(value)) ?? this.field;
  }

  #add(value: number): void {
    this.count++;
    const addend = value - this.#lost;
    const next = this.sum + addend;
    this.#lost = next - this.sum - addend;
    this.sum = next;
    this.sumOfSquares += value * value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
  }

  get average(): number {
    return this.sum / this.count;
  }

  result(): JsonObject {
    return this.#show(this);
  }

  metric(path: string | undefined): number {
    return this.#read(this, path);
  }
}

/** `…_as_string` members: a date's value as a date, a boolean's as `true` or `false`. */
function asText(
  moments: Moments,
  values: Record<string, number | null>,
  format?: string,
  isStats = false,
): JsonObject {
  const entries = Object.entries(values).filter(([name, value]) => value !== null && name !== 'count');
  if (moments.field?.family === 'boolean')
    return Object.fromEntries(
      entries.map(([name, value]) => [`${name}_as_string`, isStats ? value !== 0 : String(value !== 0)]),
    );
  if (moments.field?.family !== 'date') return {};
  const formats = format ?? moments.field.options.formats;
  return Object.fromEntries(
    entries.map(([name, value]) => [`${name}_as_string`, formatDate(Math.trunc(value!), formats)]),
  );
}

/** A date format. A pattern for numbers does not start with a letter and is refused. */
function formatOf({ body, type }: AggregationSpec): string | undefined {
  if (body.format === undefined) return undefined;
  if (/^[a-zA-Z]/.test(String(body.format))) return String(body.format);
  throw illegalArgument(`[${type}] a format for numbers is not supported by this store`);
}

/** Null where there are no values. */
const some = (moments: Moments, value: number) => (moments.count === 0 ? null : value);

/** Reads one number of the moments. */
type Read = (moments: Moments) => number;

/** A metric with one value. `emptyIsZero`: without values it is 0 instead of null. */
const single =
  (read: Read, emptyIsZero = false) =>
  (scope: RequestScope, spec: AggregationSpec): Aggregator => {
    checkOptions(spec, 'field missing format');
    const format = formatOf(spec);
    const show = (moments: Moments) => {
      const value = emptyIsZero ? read(moments) : some(moments, read(moments));
      return { value, ...asText(moments, { value }, format) };
    };
    return new Moments(scope, spec, show, read);
  };

/** `avg` */
export const average = single((moments) => moments.average);
/** `sum` */
export const sum = single((moments) => moments.sum, true);
/** `min` */
export const minimum = single((moments) => moments.min);
/** `max` */
export const maximum = single((moments) => moments.max);

/** The members of `stats`. */
function basics(moments: Moments) {
  const { count, sum: total } = moments;
  return {
    count,
    min: some(moments, moments.min),
    max: some(moments, moments.max),
    avg: some(moments, moments.average),
    sum: total,
  };
}

/** `stats` */
export function stats(scope: RequestScope, spec: AggregationSpec): Aggregator {
  checkOptions(spec, 'field missing format');
  const format = formatOf(spec);
  const show = (moments: Moments) => ({
    ...basics(moments),
    ...(moments.count > 0 && asText(moments, basics(moments), format, true)),
  });
  return new Moments(
    scope,
    spec,
    show,
    (moments, path) => (basics(moments) as Record<string, number>)[path ?? ''] ?? Number.NaN,
  );
}

/**
 * `extended_stats`. Variance comes from the sum of squares, as in Elasticsearch, and is never
 * negative.
 */
export function extendedStats(scope: RequestScope, spec: AggregationSpec): Aggregator {
  checkOptions(spec, 'field missing sigma');
  const sigma = numberOf(spec.body.sigma, 2);
  if (sigma < 0)
    throw xContentError('[extended_stats] failed to parse field [sigma]: [sigma] must not be negative');
  const all = (moments: Moments) => {
    if (moments.field && moments.field.family !== 'number')
      throw illegalArgument('[extended_stats] of dates and booleans is not supported by this store');
    const { count, sum: total, sumOfSquares } = moments;
    const spread = Math.max(sumOfSquares - (total * total) / count, 0);
    const [variance, sampling] = [spread / count, spread / (count - 1)];
    const finite = (value: number) => (Number.isFinite(value) ? value : null);
    const bounds = (deviation: number) => [
      finite(moments.average + sigma * deviation),
      finite(moments.average - sigma * deviation),
    ];
    const [upper, lower] = bounds(Math.sqrt(variance));
    const [upperSampling, lowerSampling] = bounds(Math.sqrt(sampling));
    // Elasticsearch writes "NaN" for what one value cannot determine, and null where there are no values.
    const finiteOrNaN = (value: number) => (count === 0 ? null : (finite(value) ?? 'NaN'));
    return {
      ...basics(moments),
      sum_of_squares: count === 0 ? null : (finite(sumOfSquares) ?? String(sumOfSquares)),
      variance: finiteOrNaN(variance),
      variance_population: finiteOrNaN(variance),
      variance_sampling: finiteOrNaN(sampling),
      std_deviation: finiteOrNaN(Math.sqrt(variance)),
      std_deviation_population: finiteOrNaN(Math.sqrt(variance)),
      std_deviation_sampling: finiteOrNaN(Math.sqrt(sampling)),
      std_deviation_bounds: {
        upper: count === 0 ? null : (upper ?? 'NaN'),
        lower: count === 0 ? null : (lower ?? 'NaN'),
        upper_population: count === 0 ? null : (upper ?? 'NaN'),
        lower_population: count === 0 ? null : (lower ?? 'NaN'),
        upper_sampling: count === 0 ? null : (upperSampling ?? 'NaN'),
        lower_sampling: count === 0 ? null : (lowerSampling ?? 'NaN'),
      },
    };
  };
  return new Moments(scope, spec, all, (moments, path) =>
    Number((all(moments) as JsonObject)[path ?? ''] ?? Number.NaN),
  );
}

/** `value_count`: values of any kind, repeats included. */
export function valueCount(_scope: RequestScope, spec: AggregationSpec): Aggregator {
  checkOptions(spec, 'field missing');
  const name = fieldName(spec);
  let count = 0;
  return {
    collect(batch, docs) {
      const column = columnOf(batch, name);
      for (const doc of docs) {
        const [from, to] = column ? valuesOf(column, doc) : [0, 0];
        count += from === to && spec.body.missing !== undefined ? 1 : to - from;
      }
    },
    result: () => ({ value: count }),
    metric: () => count,
  };
}
