import { isObject, type Json, type JsonObject } from '../json.ts';
import { formatDate } from '../mapping/date-format.ts';
import { parseDateMath } from '../mapping/date-math.ts';
import { illegalArgument } from '../store-error.ts';
import { type Aggregator, type Bucket, newBucket, type RequestScope } from './aggregator.ts';
import { type AggregationSpec, checkOptions } from './parse.ts';
import { eachNumber, fieldName, missingNumber } from './values.ts';

interface Range {
  key: string | undefined;
  from: number | undefined;
  to: number | undefined;
  bucket: Bucket;
}

interface Scale {
  read(value: Json): number;
  /** How a bound looks in a key; and beside the number, where that differs. */
  text(value: number): string;
  isText: boolean;
}

/** Java writes a double with a decimal point. */
export const decimal = (value: number) => (Number.isInteger(value) ? `${value}.0` : String(value));

function ranges(scope: RequestScope, spec: AggregationSpec, scale: Scale): Aggregator {
  const name = fieldName(spec);
  if (!Array.isArray(spec.body.ranges) || spec.body.ranges.length === 0)
    throw illegalArgument(`No [ranges] specified for the [${spec.name}] aggregation`);
  const read = (value: Json | undefined) =>
    value === undefined || value === null ? undefined : scale.read(value);
  const all = spec.body.ranges
    .map((one): Range => {
      if (!isObject(one)) throw illegalArgument('a range must be an object');
      const key = one.key === undefined ? undefined : String(one.key);
      return { key, from: read(one.from), to: read(one.to), bucket: newBucket(scope, spec.children) };
    })
    .sort(
      (a, b) =>
        (a.from ?? Number.NEGATIVE_INFINITY) - (b.from ?? Number.NEGATIVE_INFINITY) ||
        (a.to ?? Number.POSITIVE_INFINITY) - (b.to ?? Number.POSITIVE_INFINITY),
    );
  const shown = ({ key, from, to, bucket }: Range): JsonObject => ({
    key: key ?? `${from === undefined ? '*' : scale.text(from)}-${to === undefined ? '*' : scale.text(to)}`,
    ...(from !== undefined && { from, ...(scale.isText && { from_as_string: scale.text(from) }) }),
    ...(to !== undefined && { to, ...(scale.isText && { to_as_string: scale.text(to) }) }),
    doc_count: bucket.count,
    ...bucket.children.result(),
  });
  return {
    collect(batch, docs) {
      const missing = missingNumber(spec.body.missing, batch.context.mapping.field(name), scope.now);
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
      const buckets = all.map(shown);
      if (spec.body.keyed !== true) return { buckets };
      return { buckets: Object.fromEntries(buckets.map(({ key, ...bucket }) => [String(key), bucket])) };
    },
  };
}

export function range(scope: RequestScope, spec: AggregationSpec): Aggregator {
  checkOptions(spec, 'field missing ranges keyed');
  const number = (value: Json) => {
    const read = Number(value);
    if (Number.isNaN(read)) throw illegalArgument(`For input string: "${String(value)}"`);
    return read;
  };
  return ranges(scope, spec, { read: number, text: decimal, isText: false });
}

export function dateRange(scope: RequestScope, spec: AggregationSpec): Aggregator {
  checkOptions(spec, 'field missing ranges keyed format time_zone');
  const zone = String(spec.body.time_zone ?? 'UTC');
  const format = spec.body.format === undefined ? undefined : String(spec.body.format);
  const date = (value: Json) =>
    parseDateMath(value as string | number, {
      now: scope.now,
      roundUp: false,
      zone,
      ...(format && typeof value === 'string' && { formats: format }),
    });
  return ranges(scope, spec, { read: date, text: (value) => formatDate(value, format, zone), isText: true });
}
