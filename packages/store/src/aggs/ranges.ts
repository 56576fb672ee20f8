import { isObject, type Json, type JsonObject } from '../json.ts';
import { formatDate } from '../mapping/date-format.ts';
import { parseDateMath } from '../mapping/date-math.ts';
import type { Field } from '../mapping/field.ts';
import { fieldOf } from '../query/matcher.ts';
import { illegalArgument } from '../store-error.ts';
import { type Aggregator, type Bucket, newBucket, type RequestScope } from './aggregator.ts';
import { type AggregationSpec, checkOptions } from './parse.ts';
import { eachNumber, fieldName, missingNumber } from './values.ts';

/** A range `[from, to)` and its bucket. */
interface Range {
  key: string | undefined;
  from: number | undefined;
  to: number | undefined;
  bucket: Bucket;
}

/** How bounds are read and shown. `isText`: bounds are also shown as text. */
interface Scale {
  read(value: Json): number;
  /** A bound as keys show it. */
  text(value: number): string;
  isText: boolean;
}

/**
 * A number as Java writes a double: with a decimal point, and with an exponent below 0.001 and from
 * ten million on.
 */
export function decimal(value: number): string {
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-3 && size < 1e7))
    return Number.isInteger(value) ? `${value}.0` : String(value);
  const [digits, exponent] = value.toExponential().split('e') as [string, string];
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}

/** Ranges in the order of their bounds. */
function readRanges(given: Json[], scale: Scale, bucket: () => Bucket): Range[] {
  const read = (value: Json | undefined) =>
    value === undefined || value === null ? undefined : scale.read(value);
  const all = given.map((one): Range => {
    if (!isObject(one)) throw illegalArgument('a range must be an object');
    const key = one.key === undefined ? undefined : String(one.key);
    return { key, from: read(one.from), to: read(one.to), bucket: bucket() };
  });
  const [first, last] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return all.sort((a, b) => (a.from ?? first) - (b.from ?? first) || (a.to ?? last) - (b.to ?? last));
}

/** The aggregator of both kinds. A document counts once in each range that one of its values is in. */
function rangesOf(
  scope: RequestScope,
  spec: AggregationSpec,
  scaleOf: (field: Field | undefined) => Scale,
): Aggregator {
  const name = fieldName(spec);
  if (!Array.isArray(spec.body.ranges) || spec.body.ranges.length === 0)
    throw illegalArgument(`No [ranges] specified for the [${spec.name}] aggregation`);
  const given = spec.body.ranges;
  let ranges: Range[] | undefined;
  let scale: Scale | undefined;
  // Dates are read in the field's format, so ranges are read with the first index that has the field.
  const prepared = (field?: Field): Range[] => {
    scale ??= scaleOf(field);
    ranges ??= readRanges(given, scale, () => newBucket(scope, spec.children));
    return ranges;
  };
  const shown = ({ key, from, to, bucket }: Range): JsonObject => {
    const { isText, text } = scale!;
    return {
      key: key ?? `${from === undefined ? '*' : text(from)}-${to === undefined ? '*' : text(to)}`,
      ...(from !== undefined && { from, ...(isText && { from_as_string: text(from) }) }),
      ...(to !== undefined && { to, ...(isText && { to_as_string: text(to) }) }),
      doc_count: bucket.count,
      ...bucket.children.result(),
    };
  };
  return {
    collect(batch, docs) {
      const field = fieldOf(batch.context, name);
      const all = prepared(field);
      const missing = missingNumber(spec.body.missing, field, scope.now, spec.type === 'date_range');
      const parts = all.map((): number[] => []);
      eachNumber(batch, docs, name, spec.type, missing, (value, doc) => {
        for (const [at, { from, to }] of all.entries())
          if (
            (from === undefined || value >= from) &&
            (to === undefined || value < to) &&
            parts[at]!.at(-1) !== doc
          )
            parts[at]!.push(doc);
      });
      for (const [at, { bucket }] of all.entries()) {
        bucket.count += parts[at]!.length;
        bucket.children.collect(batch, Uint16Array.from(parts[at]!));
      }
    },
    result() {
      const buckets = prepared().map(shown);
      if (spec.body.keyed !== true) return { buckets };
      return { buckets: Object.fromEntries(buckets.map(({ key, ...bucket }) => [String(key), bucket])) };
    },
  };
}

/** The `range` aggregation. */
export function range(scope: RequestScope, spec: AggregationSpec): Aggregator {
  checkOptions(spec, 'field missing ranges keyed');
  const number = (value: Json) => {
    const read = Number(value);
    if (Number.isNaN(read)) throw illegalArgument(`For input string: "${String(value)}"`);
    return read;
  };
  return rangesOf(scope, spec, () => ({ read: number, text: decimal, isText: false }));
}

/**
 * The `date_range` aggregation. Bounds are read with the field's format, unless the request has
 * one.
 */
export function dateRange(scope: RequestScope, spec: AggregationSpec): Aggregator {
  checkOptions(spec, 'field missing ranges keyed format time_zone');
  const zone = String(spec.body.time_zone ?? 'UTC');
  const format = spec.body.format === undefined ? undefined : String(spec.body.format);
  return rangesOf(scope, spec, (field) => {
    const formats = format ?? field?.options.formats;
    const read = (value: Json) =>
      parseDateMath(value as string | number, {
        now: scope.now,
        roundUp: false,
        zone,
        ...(formats && typeof value === 'string' && { formats }),
      });
    return { read, text: (value) => formatDate(value, formats, zone), isText: true };
  });
}
