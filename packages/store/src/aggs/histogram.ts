import { isObject, type Json, type JsonObject } from '../json.ts';
import { formatDate } from '../mapping/date-format.ts';
import { parseDateMath } from '../mapping/date-math.ts';
import type { Field } from '../mapping/field.ts';
import { offsetOf } from '../mapping/zone.ts';
import { fieldOf } from '../query/matcher.ts';
import { numberOf } from '../query/shape.ts';
import { illegalArgument, StoreError, xContentError } from '../store-error.ts';
import {
  type Aggregator,
  type Batch,
  type Bucket,
  newBucket,
  partition,
  type RequestScope,
} from './aggregator.ts';
import { dateInterval, evenInterval, type Interval } from './intervals.ts';
import { byOrder, checkOrders, parseOrder } from './order.ts';
import { type AggregationSpec, checkOptions } from './parse.ts';
import { decimal } from './ranges.ts';

import { eachNumber, fieldName, missingNumber } from './values.ts';

/** What distinguishes a histogram over time from one over numbers. */
interface Axis {
  interval: Interval;
  /** Reads a bound of the request. */
  bound(value: Json): number;
  /** `key_as_string`; undefined where there is none. */
  text(key: number, field: Field | undefined): string | undefined;
  /** Whether a bucket is within `hard_bounds`. */
  isWithin(start: number, bounds: Bounds): boolean;
}

/** Bounds in the unit of the axis. */
type Bounds = { min: number | undefined; max: number | undefined };

/**
 * `histogram` and `date_histogram`: documents by intervals of a number. Buckets are keyed by their
 * start.
 */
class Histogram implements Aggregator {
  readonly #scope: RequestScope;
  readonly #spec: AggregationSpec;
  readonly #axis: Axis;
  readonly #name: string;
  readonly #buckets = new Map<number, Bucket>();
  readonly #least: number;
  readonly #orders;
  readonly #extended: Bounds | undefined;
  readonly #hard: Bounds | undefined;
  #field: Field | undefined;

  constructor(scope: RequestScope, spec: AggregationSpec, axis: Axis) {
    this.#scope = scope;
    this.#spec = spec;
    this.#axis = axis;
    this.#name = fieldName(spec);
    this.#least = numberOf(spec.body.min_doc_count, 0);
    this.#orders = parseOrder(spec.body.order, [{ by: '_key', ascending: true }]);
    this.#extended = this.#bounds(spec.body.extended_bounds);
    this.#hard = this.#bounds(spec.body.hard_bounds);
    checkOrders(scope, spec, this.#orders);
  }

  /** Reads `extended_bounds` or `hard_bounds`. */
  #bounds(json: Json | undefined): Bounds | undefined {
    if (!isObject(json)) return undefined;
    const read = (value: Json | undefined) =>
      value === undefined || value === null ? undefined : this.#axis.bound(value);
    const bounds = { min: read(json.min), max: read(json.max) };
    if (bounds.min !== undefined && bounds.max !== undefined && bounds.min > bounds.max)
      throw illegalArgument(
        `[extended_bounds.min][${String(json.min)}] cannot be greater than [extended_bounds.max][${String(json.max)}] for histogram aggregation [${this.#spec.name}]`,
      );
    return bounds;
  }

  collect(batch: Batch, docs: Uint16Array): void {
    const { interval } = this.#axis;
    const starts = new Map<number, number>();
    const owners: number[] = [];
    const numbers: number[] = [];
    /** By the number of a bucket, the document that it got last. */
    const lastOwners: number[] = [];
    const missing = missingNumber(
      this.#spec.body.missing,
      fieldOf(batch.context, this.#name),
      this.#scope.now,
      this.#spec.type === 'date_histogram',
    );
    const field = eachNumber(batch, docs, this.#name, this.#spec.type, missing, (value, doc) => {
      const start = interval.floor(value);
      const number = starts.get(start) ?? starts.size;
      if (number === starts.size) starts.set(start, number);
      // A document with two values in one bucket counts once, also where another value stands between them.
      if (lastOwners[number] === doc) return;
      lastOwners[number] = doc;
      owners.push(doc);
      numbers.push(number);
    });
    this.#field = field ?? this.#field;
    const parts = partition(Uint16Array.from(owners), Uint32Array.from(numbers), starts.size);
    for (const [start, number] of starts) this.#fill(start, parts[number]!, batch);
  }

  /** Counts documents into a bucket, if hard bounds allow it. */
  #fill(start: number, docs: Uint16Array, batch: Batch): void {
    if (this.#hard && !this.#axis.isWithin(start, this.#hard)) return;
    const bucket = this.#bucket(start);
    bucket.count += docs.length;
    bucket.children.collect(batch, docs);
  }

  #bucket(start: number): Bucket {
    let bucket = this.#buckets.get(start);
    if (!bucket) {
      bucket = newBucket(this.#scope, this.#spec.children);
      this.#buckets.set(start, bucket);
    }
    return bucket;
  }

  /**
   * Adds empty buckets between the first and the last, and out to the extended bounds. Each counts
   * against the limit.
   */
  #addEmpty(): void {
    const { floor, next } = this.#axis.interval;
    const edges = [...this.#buckets.keys()];
    if (this.#extended?.min !== undefined) edges.push(floor(this.#extended.min));
    if (this.#extended?.max !== undefined) edges.push(floor(this.#extended.max));
    if (edges.length === 0) return;
    let [first, last] = [edges[0]!, edges[0]!];
    for (const edge of edges) [first, last] = [Math.min(first, edge), Math.max(last, edge)];
    for (let start = first; start <= last; ) {
      this.#bucket(start);
      const following = next(start);
      // Where doubles are too coarse for the interval, the next start equals this one.
      if (following <= start) break;
      start = following;
    }
  }

  result(): JsonObject {
    if (this.#least === 0) this.#addEmpty();
    const wanted = [...this.#buckets]
      .filter(([, { count }]) => count >= this.#least)
      .sort(byOrder(this.#orders));
    const shown = wanted.map(([key, { count, children }]): JsonObject => {
      const text = this.#axis.text(key, this.#field);
      return {
        ...(text !== undefined && { key_as_string: text }),
        key,
        doc_count: count,
        ...children.result(),
      };
    });
    if (this.#spec.body.keyed !== true) return { buckets: shown };
    const name = ({ key_as_string: text, key }: JsonObject) => String(text ?? decimal(key as number));
    return { buckets: Object.fromEntries(shown.map((bucket) => [name(bucket), bucket])) };
  }
}

/** Options of both kinds. */
const common = 'field missing offset min_doc_count extended_bounds hard_bounds keyed order format';

/** `key_as_string` of a boolean. */
const booleanText = (key: number, field: Field | undefined) =>
  field?.family === 'boolean' ? String(key !== 0) : undefined;

/** The `histogram` aggregation. */
export function histogram(scope: RequestScope, spec: AggregationSpec): Aggregator {
  checkOptions(spec, `${common} interval`);
  const length = numberOf(spec.body.interval, 0);
  if (spec.body.interval === undefined) throw illegalArgument('interval must be positive, got: 0.0');
  if (!(length > 0)) throw xContentError(`[interval] must be >0 for histogram aggregation [${spec.name}]`);
  if (spec.body.format !== undefined)
    throw illegalArgument('[histogram] a format is not supported by this store');
  const interval = evenInterval(length, numberOf(spec.body.offset, 0));
  const isWithin: Axis['isWithin'] = (start, { min = start, max = start }) => start >= min && start <= max;
  return new Histogram(scope, spec, { interval, bound: Number, text: booleanText, isWithin });
}

/** Wraps the error of an unknown zone as Elasticsearch does. */
function checkZone(zone: string): void {
  try {
    offsetOf(0, zone);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw xContentError(`[date_histogram] failed to parse field [time_zone]: ${error.message}`);
  }
}

/** The `date_histogram` aggregation. Keys are milliseconds. */
export function dateHistogram(scope: RequestScope, spec: AggregationSpec): Aggregator {
  checkOptions(spec, `${common} calendar_interval fixed_interval time_zone`);
  const zone = String(spec.body.time_zone ?? 'UTC');
  const format = spec.body.format === undefined ? undefined : String(spec.body.format);
  checkZone(zone);
  const interval = dateInterval(spec.body, zone);
  const axis: Axis = {
    interval,
    // Bounds of dates are rounded down to buckets; the upper one is exclusive.
    isWithin: (start, { min, max }) =>
      (min === undefined || start >= interval.floor(min)) &&
      (max === undefined || start < interval.floor(max)),
    bound: (value) =>
      parseDateMath(value as string | number, {
        now: scope.now,
        roundUp: false,
        zone,
        ...(format &&
          typeof value !== 'number' && { formats: `${format}||strict_date_optional_time||epoch_millis` }),
      }),
    text: (key, field) =>
      field && field.family !== 'date' && format === undefined
        ? undefined
        : formatDate(key, format ?? field?.options.formats, zone),
  };
  return new Histogram(scope, spec, axis);
}
